import { memo } from './memo.ts';
import { counted, language, t } from '../i18n/words.ts';
import { ageOf, money } from '../i18n/figures.ts';
import type { Order } from '../protocol/generated.ts';
import { href } from '../view/routes.ts';
import { Icon } from './icon.tsx';
import styles from './order-row.module.css';
import { StatusPill } from './pill.tsx';

export function unitsIn(order: Order): number {
  return order.lines.reduce((sum, line) => sum + (line.ships ? line.current_units : 0), 0);
}

interface OrderRowProps {
  order: Order;
  waiting: boolean;
  /** Whole minutes, so that the row is drawn anew only when its age reads differently. */
  minute: number;
  lang: string;
  to: string;
}

/** Drawn anew only when its order changes: the list may hold a hundred. */
const Row = memo(({ order, waiting, minute, to }: OrderRowProps) => {
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
        href={href(to, order.id)}
        class={styles.link}
        data-testid="order-row"
        data-order={order.name}
        data-status={order.status}
      >
        <span class={styles.who}>
          <bdi class={styles.number}>{order.name}</bdi> <bdi>{name ?? t('order.no_name')}</bdi>
        </span>
        <bdi class={styles.amount}>{money(order.total_paisa)}</bdi>
        <span class={styles.details}>{details.filter(Boolean).join(' · ')}</span>
        <span class={styles.state}>
          {waiting && (
            <span class={styles.waiting} title={t('order.waiting')}>
              <Icon name="up" />
              <span class="unseen">{t('order.waiting')}</span>
            </span>
          )}
          <StatusPill status={order.status} />
        </span>
      </a>
    </li>
  );
});

export function OrderRow(props: { order: Order; waiting: boolean; now: number; to?: string }) {
  const { order, waiting, now, to = 'order' } = props;
  const minute = Math.floor(now / 60_000);
  return <Row order={order} waiting={waiting} minute={minute} lang={language.value} to={to} />;
}
