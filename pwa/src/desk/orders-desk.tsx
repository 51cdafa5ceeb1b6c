import { signal } from '@preact/signals';
import { memo } from '../ui/memo.ts';
import { ageOf, money, phoneNumber, timeOf } from '../i18n/figures.ts';
import { language, t } from '../i18n/words.ts';
import type { BranchId, Order, OrderId } from '../protocol/generated.ts';
import { liveShipments } from '../protocol/order-lines.ts';
import { Empty } from '../ui/banner.tsx';
import { Chips } from '../ui/chips.tsx';
import { SearchField, Select } from '../ui/field.tsx';
import { unitsIn } from '../ui/order-row.tsx';
import { Pager } from '../ui/pager.tsx';
import { StatusPill } from '../ui/pill.tsx';
import { board } from '../view/board.ts';
import { branchName } from '../view/names.ts';
import { now } from '../view/now.ts';
import {
  allOrders,
  inQueue,
  MAIN_QUEUES,
  ordersAt,
  queueCounts,
  QUEUES,
  searched,
  shipmentsOf,
  type Queue,
} from '../view/orders.ts';
import { go } from '../view/routes.ts';
import styles from './desk.module.css';
import { OrderPanel } from './order-panel.tsx';

const ROWS = 50;

const queue = signal<Queue>('all');
const typed = signal('');
const branch = signal<BranchId | ''>('');
const page = signal(0);

/** Every order, live, with the chosen one beside the table. */
export function OrdersDesk({ chosen }: { chosen: OrderId | null }) {
  const here = ordersAt(allOrders.value, branch.value === '' ? null : branch.value);
  const counts = queueCounts(here);
  const found = searched(inQueue(here, queue.value), typed.value);
  const first = page.value * ROWS;
  const shown = found.slice(first, first + ROWS);
  return (
    <div class={styles.split}>
      <main class={styles.main}>
        <Filters counts={counts} />
        {shown.length === 0 && board.loaded.value ? (
          <Empty title={t('orders.none')} />
        ) : (
          <div class={styles.scroll}>
            <table class={styles.table} data-testid="desk-table">
              <Head />
              <tbody>
                {shown.map((order) => (
                  <Row
                    key={order.id}
                    order={order}
                    chosen={order.id === chosen}
                    minute={Math.floor(now.value / 60_000)}
                    tracking={trackingOf(order)}
                    lang={language.value}
                  />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Pager all={found.length} page={page} size={ROWS} />
      </main>
      <OrderPanel id={chosen} />
    </div>
  );
}

function Filters({ counts }: { counts: Readonly<Record<Queue, number>> }) {
  const branches = board.myBranches.map((id) => ({ id, label: branchName(id) }));
  const chips = QUEUES.filter((q) => MAIN_QUEUES.includes(q) || counts[q] > 0);
  const set = <T,>(place: { value: T }, value: T) => {
    place.value = value;
    page.value = 0;
  };
  return (
    <>
      <div class={styles.filters}>
        <SearchField
          label={t('orders.search')}
          value={typed.value}
          testId="desk-search"
          onType={(text) => {
            set(typed, text);
          }}
        />
        <Select<BranchId | ''>
          label={t('desk.filter.branch')}
          value={branch.value}
          options={[{ id: '', label: t('desk.any') }, ...branches]}
          testId="desk-branch"
          onChoose={(id) => {
            set(branch, id);
          }}
        />
      </div>
      <Chips
        label={t('desk.filter.status')}
        wrap
        chips={chips.map((q) => ({ id: q, label: t(`queue.${q}`), count: counts[q] }))}
        chosen={queue.value}
        testId="desk-queue"
        onChoose={(id) => {
          set(queue, id);
        }}
      />
    </>
  );
}

function Head() {
  return (
    <thead>
      <tr>
        <th scope="col">{t('desk.order')}</th>
        <th scope="col">{t('desk.placed')}</th>
        <th scope="col">{t('desk.customer')}</th>
        <th scope="col">{t('desk.items')}</th>
        <th scope="col">{t('desk.amount')}</th>
        <th scope="col">{t('desk.status')}</th>
        <th scope="col">{t('desk.branches')}</th>
      </tr>
    </thead>
  );
}

interface RowProps {
  order: Order;
  chosen: boolean;
  minute: number;
  tracking: string;
  lang: string;
}

const Row = memo(({ order, chosen, minute, tracking }: RowProps) => {
  const { name, phone, city } = order.contact;
  const open = () => {
    go('desk', 'orders', order.id);
  };
  const branches = [...new Set(liveShipments(order).map((s) => branchName(s.branch_id)))];
  return (
    <tr
      aria-selected={chosen}
      onClick={open}
      data-testid="desk-row"
      data-order={order.name}
      data-status={order.status}
    >
      <td>
        <button type="button" class={styles.pick} onClick={open}>
          <bdi>{order.name}</bdi>
        </button>
      </td>
      <td>
        <bdi>{timeOf(order.placed_at, minute * 60_000)}</bdi>
        <div class={styles.soft}>{ageOf(order.placed_at, minute * 60_000)}</div>
      </td>
      <td>
        <bdi>{name ?? t('order.no_name')}</bdi>
        <div class={styles.soft}>
          <bdi dir="ltr">{phone === null ? '' : phoneNumber(phone)}</bdi> <bdi>{city}</bdi>
        </div>
      </td>
      <td class={styles.figure}>
        <bdi>{unitsIn(order)}</bdi>
      </td>
      <td class={styles.figure}>
        <bdi>{money(order.total_paisa)}</bdi>
        <div class={styles.soft}>{t(order.cod ? 'order.cod' : 'order.paid')}</div>
      </td>
      <td>
        <StatusPill status={order.status} />
        {tracking !== '' && (
          <div class={styles.soft}>
            <bdi>{tracking}</bdi>
          </div>
        )}
      </td>
      <td>
        <bdi>{branches.join(', ')}</bdi>
      </td>
    </tr>
  );
});

function trackingOf(order: Order): string {
  return shipmentsOf(order.id)
    .map((shipment) => shipment.tracking_number)
    .filter(Boolean)
    .join(', ');
}
