import { ageOf, timeOf } from '../i18n/figures.ts';
import { counted, t } from '../i18n/words.ts';
import { OpKind } from '../protocol/generated.ts';
import type { StoredOp } from '../store/database.ts';
import { Banner, Empty } from '../ui/banner.tsx';
import { Button } from '../ui/button.tsx';
import { Card, Frame, Soft } from '../ui/frame.tsx';
import type { IconName } from '../ui/icon.tsx';
import { Pill, type Tone } from '../ui/pill.tsx';
import { SaveCopy } from '../ui/waiting-work.tsx';
import { TabBar } from '../ui/tab-bar.tsx';
import { board } from '../view/board.ts';
import { staffName } from '../view/names.ts';
import { now } from '../view/now.ts';
import { isTroubled, orderOfOp, stateOf, type OpState } from '../view/results.ts';
import { href } from '../view/routes.ts';
import { storageKept } from '../view/storage.ts';
import styles from './outbox.module.css';

const SHOWN = 100;

/** Everything that was recorded on this phone and what became of it; what needs a look comes first. */
export function Outbox() {
  const ops = [...board.ops.value].reverse();
  const order = (op: StoredOp) => (isTroubled(op) ? 0 : op.unsent === 1 ? 1 : 2);
  const sorted = ops.sort((a, b) => order(a) - order(b)).slice(0, SHOWN);
  return (
    <>
      <Frame title={t('outbox.title')} home={['orders']}>
        <Standing />
        {sorted.length === 0 && <Empty title={t('outbox.empty')} />}
        <ul class={styles.list} data-testid="outbox-list">
          {sorted.map((op) => (
            <OpRow key={op.seq} op={op} />
          ))}
        </ul>
      </Frame>
      <TabBar />
    </>
  );
}

/** How much waits and since when, when the server was last heard, whether the disk is safe. */
function Standing() {
  const waiting = board.unsent.value;
  const oldest = board.oldestAt.value;
  const contact = board.sync.value?.contactAt ?? null;
  const kept = storageKept.value;
  return (
    <Card>
      <Banner tone={waiting > 0 ? 'warn' : 'ok'} testId="outbox-depth">
        {waiting > 0 ? counted('count.changes', waiting) : t('outbox.all_sent')}
        {oldest !== null && `. ${t('outbox.oldest', { age: ageOf(oldest, now.value) })}`}
      </Banner>
      <Soft>
        {t('outbox.last_contact', {
          age: contact === null ? t('time.never') : ageOf(contact, now.value),
        })}
        {kept !== null && ` · ${t(kept ? 'outbox.persisted' : 'outbox.not_persisted')}`}
      </Soft>
      <Button
        look="primary"
        icon="refresh"
        testId="sync-now"
        onPress={() => {
          board.woken();
        }}
      >
        {t('sync.now')}
      </Button>
      {hasCopyWorth() && <SaveCopy />}
    </Card>
  );
}

/** Whether the server has not taken something, so that a copy would hold it. */
function hasCopyWorth(): boolean {
  return board.unsent.value > 0 || board.ops.value.some(isTroubled);
}

const SHOWN_STATE: Readonly<Record<OpState, readonly [Tone, IconName]>> = {
  waiting: ['warn', 'up'],
  sent: ['info', 'up'],
  applied: ['ok', 'check'],
  flagged: ['warn', 'flag'],
  noop: ['mute', 'check'],
  parked: ['bad', 'pause'],
  refused: ['bad', 'cross'],
};

function OpRow({ op }: { op: StoredOp }) {
  const state = stateOf(op);
  const [tone, icon] = SHOWN_STATE[state];
  const orderId = orderOfOp(op);
  const name = orderId === null ? null : board.replica.book.orders.get(orderId)?.name;
  const kind = OpKind.find((known) => known === op.kind);
  return (
    <li class={styles.op} data-testid="outbox-op" data-kind={op.kind} data-state={state}>
      <div class={styles.head}>
        <strong>
          {kind === undefined ? op.kind : t(`op.${kind}`)}{' '}
          {orderId !== null && name !== undefined && (
            <a href={href('order', orderId)}>
              <bdi>{name}</bdi>
            </a>
          )}
        </strong>
        <Pill tone={tone} icon={icon}>
          {words(state)}
        </Pill>
      </div>
      <p class={styles.when}>
        <bdi>{timeOf(op.at, now.value)}</bdi>
        {op.by !== board.me.id && ` · ${t('outbox.by', { name: staffName(op.by) ?? '' })}`}
      </p>
      <Reason op={op} />
    </li>
  );
}

function words(state: OpState): string {
  if (state === 'waiting') return t('outbox.waiting');
  if (state === 'sent') return t('outbox.sent');
  return t(`result.${state}`);
}

/** Why it did not simply apply, and who was first. */
function Reason({ op }: { op: StoredOp }) {
  const result = op.result;
  if (result?.code == null) return null;
  const first = result.by === null || result.at === null ? null : staffName(result.by);
  return (
    <p class={styles.reason} data-testid="outbox-reason">
      {t(`code.${result.code}`)}
      {result.at !== null &&
        result.by !== null &&
        `. ${t('outbox.first', { name: first ?? t('person.unknown'), time: timeOf(result.at, now.value) })}`}
    </p>
  );
}
