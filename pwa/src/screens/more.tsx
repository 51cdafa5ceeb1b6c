import { useState } from 'preact/hooks';
import { t } from '../i18n/words.ts';
import { APP_VERSION } from '../sync/exchanges.ts';
import type { Leaving } from '../store/people.ts';
import { logout } from '../sync/account.ts';
import { Banner } from '../ui/banner.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { Chips } from '../ui/chips.tsx';
import { WaitingWork } from '../ui/waiting-work.tsx';
import { Card, Frame, Soft } from '../ui/frame.tsx';
import { LanguageChips } from '../ui/language-chips.tsx';
import { TabBar } from '../ui/tab-bar.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { goInstead, href } from '../view/routes.ts';

export function More() {
  const me = board.me;
  const branches = board.myBranches;
  return (
    <>
      <Frame title={t('nav.more')}>
        <Card title={t('more.language')}>
          <LanguageChips />
        </Card>
        <Card title={t('more.person')}>
          <p>
            <strong>
              <bdi>{me.name}</bdi>
            </strong>{' '}
            · {t(`role.${me.role}`)}
          </p>
          {branches.length > 1 && (
            <Chips
              label={t('more.branch')}
              wrap
              chips={branches.map((id) => ({ id, label: branchName(id) }))}
              chosen={board.branchId.value}
              onChoose={(id) => void board.workAt(id)}
              testId="branch"
            />
          )}
          <SignOut />
        </Card>
        <ButtonLink to={href('outbox')} icon="up" testId="go-outbox">
          {t('outbox.title')}
        </ButtonLink>
        <Soft>{t('more.version', { version: APP_VERSION })}</Soft>
      </Frame>
      <TabBar />
    </>
  );
}

/** Refused while work waits, unless it is in a copy and the person says so: whoever signs in next might not be let send it. */
function SignOut() {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const [asked, setAsked] = useState(false);
  const leave = async (leaving: Leaving) => {
    setBusy(true);
    setFailed(false);
    try {
      await logout(board.db, board.around, leaving);
      board.stop();
      await board.personChanged();
      goInstead('enrol');
    } catch {
      setFailed(true);
    } finally {
      setBusy(false);
    }
  };
  const waiting = board.unsent.value > 0;
  if (waiting && asked) {
    return (
      <>
        {failed && <Banner tone="bad">{t('enrol.error.network')}</Banner>}
        <WaitingWork
          leave={t('more.sign_out')}
          busy={busy}
          onLeave={() => void leave('with a copy')}
        />
      </>
    );
  }
  return (
    <>
      {waiting && <Soft>{t('more.sign_out.waiting')}</Soft>}
      {failed && <Banner tone="bad">{t('enrol.error.network')}</Banner>}
      <Button
        look="danger"
        disabled={busy}
        testId="sign-out"
        onPress={() => {
          setAsked(true);
          if (!waiting) void leave('with nothing left');
        }}
      >
        {t('more.sign_out')}
      </Button>
    </>
  );
}
