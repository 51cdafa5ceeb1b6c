import { memo } from './memo.ts';
import { counted, language, t } from '../i18n/words.ts';
import { ageOf, money } from '../i18n/figures.ts';
import type { Order } from '../protocol/generated.ts';
import { href } from '../view/routes.ts';
import { Dotted } from './dotted.tsx';
import { Icon } from './icon.tsx';
import styles from './order-row.module.css';
import { StatusPill } from './pill.tsx';

export function unitsIn(order: Order): number {
  return order.lines.reduce((sum, line) => sum + (line.ships ? line.current_units : 0), 0);
}

interface RowProps {
  order: Order;
  waiting: boolean;
  /** Whole minutes, so that the row is drawn anew only when its age reads differently. */
  minute: number;
  lang: string;
}

/** Drawn anew only when its order changes: the list may hold dozens. */
const Row = memo(({ order, waiting, minute }: RowProps) => {
  const { name, city } = order.contact;
  const details = [
    city,
    counted('count.items', unitsIn(order)),
    t(order.cod ? 'order.cod' : 'order.paid'),
    ageOf(order.placed_at, minute * 60_000),
  ];
  return (
    <li class={styles.row}>
      <a
        href={href('order', order.id)}
        class={styles.link}
        data-testid="order-row"
        data-order={order.name}
        data-status={order.status}
      >
        <span class={styles.who}>
          <bdi class={styles.number}>{order.name}</bdi> <bdi>{name ?? t('order.no_name')}</bdi>
        </span>
        <bdi class={styles.amount}>{money(order.total_paisa)}</bdi>
        <span class={styles.details}>
          <Dotted parts={details} />
        </span>
        <span class={styles.state}>
          {waiting && <Waiting />}
          <StatusPill status={order.status} />
        </span>
      </a>
    </li>
  );
});

function Waiting() {
  return (
    <span class={styles.waiting} title={t('order.waiting')}>
      <Icon name="up" />
      <span class="unseen">{t('order.waiting')}</span>
    </span>
  );
}

export function OrderRow(props: { order: Order; waiting: boolean; now: number }) {
  const { order, waiting, now } = props;
  const minute = Math.floor(now / 60_000);
  return <Row order={order} waiting={waiting} minute={minute} lang={language.value} />;
}

/** An order for those who only know parcels: whose it is and what is in it. */
export function ParcelRow({ order, waiting }: { order: Order; waiting: boolean }) {
  const items = order.lines
    .filter((line) => line.current_units > 0)
    .map((line) => [line.title, line.variant_title].filter(Boolean).join(' '));
  const { name, city } = order.contact;
  return (
    <li class={styles.row}>
      <a
        href={href('manual', order.id)}
        class={styles.link}
        data-testid="manual-row"
        data-order={order.name}
      >
        <span class={styles.who}>
          <bdi class={styles.number}>{order.name}</bdi> <bdi>{name ?? t('order.no_name')}</bdi>
        </span>
        <span class={styles.state}>
          {waiting && <Waiting />}
          <Icon name="forward" />
        </span>
        <span class={styles.items}>
          {[...items, city].map((fact, index) => (
            <span key={String(index)} class={styles.item}>
              <bdi>{fact}</bdi>
            </span>
          ))}
        </span>
      </a>
    </li>
  );
}
