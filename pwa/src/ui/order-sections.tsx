import { money, timeOf } from '../i18n/figures.ts';
import { t } from '../i18n/words.ts';
import type { Order, OrderLine } from '../protocol/generated.ts';
import { remainingUnits, stillDuePaisa } from '../protocol/order-lines.ts';
import { branchName, staffName } from '../view/names.ts';
import { now } from '../view/now.ts';
import { historyOf } from '../view/history.ts';
import { opsByOrder, stateOf } from '../view/results.ts';
import { Banner } from './banner.tsx';
import { Card, Ends } from './frame.tsx';
import { LineItem } from './line-item.tsx';
import styles from './order-sections.module.css';
import { Pill } from './pill.tsx';

/** What was bought, what it costs and what is still to be sent. */
export function ItemsCard({ order }: { order: Order }) {
  const due = stillDuePaisa(order);
  return (
    <Card title={t('order.items')}>
      <ul class={styles.lines}>
        {order.lines.map((line) => (
          <LineItem
            key={line.id}
            line={line}
            end={<Units line={line} />}
            below={<Left line={line} />}
          />
        ))}
      </ul>
      <Ends from={t('order.total')} to={<bdi>{money(order.total_paisa)}</bdi>} />
      {order.cod && due > 0 ? (
        <Ends from={t('order.collect')} to={<bdi>{money(due)}</bdi>} />
      ) : (
        <Pill tone="ok" icon="check">
          {t('order.paid')}
        </Pill>
      )}
      {order.note && (
        <p dir="auto">
          {t('order.note')}: <bdi>{order.note}</bdi>
        </p>
      )}
    </Card>
  );
}

function Units({ line }: { line: OrderLine }) {
  if (line.current_units === 0) return <span class={styles.gone}>{t('order.removed')}</span>;
  return (
    <>
      <bdi>{money(line.unit_paisa * line.current_units)}</bdi>
      <bdi class={line.current_units > 1 ? styles.many : styles.one}>× {line.current_units}</bdi>
    </>
  );
}

function Left({ line }: { line: OrderLine }) {
  const left = remainingUnits(line);
  if (left === 0 || left === line.current_units) return null;
  return <Pill tone="warn">{t('order.left', { n: left })}</Pill>;
}

/** What this phone recorded about the order and what became of it, where it is not plainly done. */
export function Troubles({ order }: { order: Order }) {
  const ops = opsByOrder.value.get(order.id) ?? [];
  const told = ops.filter((op) => ['flagged', 'parked', 'refused'].includes(stateOf(op)));
  const waiting = ops.filter((op) => op.unsent === 1).length;
  return (
    <>
      {told.map((op) => (
        <Banner
          key={op.id}
          tone={op.result?.status === 'flagged' ? 'warn' : 'bad'}
          testId={`trouble-${op.result?.status ?? ''}`}
        >
          {t(`op.${op.kind as 'pack'}`)}: {t(`result.${op.result?.status ?? 'parked'}`)}
          {op.result?.code ? `. ${t(`code.${op.result.code}`)}` : ''}
        </Banner>
      ))}
      {waiting > 0 && (
        <Pill tone="warn" icon="up" testId="order-waiting">
          {t('order.waiting')}
        </Pill>
      )}
    </>
  );
}

/** Every step, with who and when, newest first. */
export function HistoryCard({ order }: { order: Order }) {
  return (
    <Card title={t('order.history')}>
      <ol class={styles.history}>
        {historyOf(order).map((event) => (
          <li key={event.key} class={styles.event}>
            <bdi class={styles.when}>{timeOf(event.at, now.value)}</bdi>
            <span>
              {t(event.words)}
              {event.channel !== null && ` (${t(`channel.${event.channel}`)})`}
              {event.branch !== null && ' · '}
              <bdi>{branchName(event.branch)}</bdi>
              {event.by !== null && ' · '}
              {event.by !== null && <bdi>{staffName(event.by) ?? t('person.unknown')}</bdi>}
              {event.note !== null && ' · '}
              <bdi>{event.note}</bdi>
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
