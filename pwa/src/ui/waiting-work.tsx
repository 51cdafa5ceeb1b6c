import { useState } from 'preact/hooks';
import { ageOf } from '../i18n/figures.ts';
import { counted, t } from '../i18n/words.ts';
import { board } from '../view/board.ts';
import { now } from '../view/now.ts';
import { saveCopy } from '../view/save-copy.ts';
import { Banner } from './banner.tsx';
import { Button } from './button.tsx';
import { Soft } from './frame.tsx';
import { say } from './toast.tsx';

interface WaitingWorkProps {
  /** What the second tap says; the first only shows it. */
  leave: string;
  /** Leave the work behind, in its copy. */
  onLeave: () => void;
  busy: boolean;
}

/** Work that is nowhere but on this phone: how much and why, and what can be done before somebody leaves it. */
export function WaitingWork({ leave, onLeave, busy }: WaitingWorkProps) {
  const [sure, setSure] = useState(false);
  const oldest = board.oldestAt.value;
  const copied = board.isCopied.value;
  return (
    <>
      <Banner tone="warn" testId="work-waits">
        {counted('count.changes', board.unsent.value)}
        {oldest !== null && `. ${t('outbox.oldest', { age: ageOf(oldest, now.value) })}`}
        {`. ${t(reason())}`}
      </Banner>
      <Button
        look="primary"
        icon="refresh"
        testId="leave-send"
        onPress={() => {
          board.woken();
        }}
      >
        {t('sync.now')}
      </Button>
      <SaveCopy />
      {!copied && <Soft>{t('leave.copy_first')}</Soft>}
      {copied && !sure && (
        <Button
          look="danger"
          testId="leave-anyway"
          onPress={() => {
            setSure(true);
          }}
        >
          {t('leave.anyway')}
        </Button>
      )}
      {copied && sure && (
        <>
          <Banner tone="bad">{t('leave.sure')}</Banner>
          <Button look="danger" disabled={busy} testId="leave-sure" onPress={onLeave}>
            {leave}
          </Button>
        </>
      )}
    </>
  );
}

/** The outbox as a file. */
export function SaveCopy() {
  const [failed, setFailed] = useState(false);
  const save = async () => {
    setFailed(false);
    try {
      const ops = await saveCopy();
      if (ops !== null) say(t('copy.saved', { n: ops }));
    } catch (error) {
      setFailed(true);
      reportError(error);
    }
  };
  return (
    <>
      <Button icon="copy" testId="save-copy" onPress={() => void save()}>
        {t('copy.save')}
      </Button>
      {failed && <Banner tone="bad">{t('copy.failed')}</Banner>}
    </>
  );
}

/** Why it has not been sent yet. */
function reason() {
  const sync = board.sync.value;
  if (board.identity.value === null || sync?.signedOut) return 'leave.why.signed_out';
  if (sync?.revoked) return 'leave.why.revoked';
  if (sync?.busy) return 'leave.why.sending';
  return sync?.reached === false ? 'leave.why.offline' : 'leave.why.server';
}
