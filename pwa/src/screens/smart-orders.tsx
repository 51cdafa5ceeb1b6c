import { signal } from '@preact/signals';
import { t } from '../i18n/words.ts';
import type { BranchId } from '../protocol/generated.ts';
import { seesAllBranches } from '../protocol/rights.ts';
import { Empty } from '../ui/banner.tsx';
import { Chips } from '../ui/chips.tsx';
import { SearchField, Select } from '../ui/field.tsx';
import { Frame } from '../ui/frame.tsx';
import { OrderRow } from '../ui/order-row.tsx';
import { Pager, PAGE } from '../ui/pager.tsx';
import { TabBar } from '../ui/tab-bar.tsx';
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
  type Queue,
} from '../view/orders.ts';
import { isWaiting } from '../view/results.ts';

/** What somebody looked for stays when they come back from an order. */
const queue = signal<Queue>('all');
const typed = signal('');
const page = signal(0);
const branch = signal<BranchId | ''>('');

export function SmartOrders() {
  const here = ordersAt(allOrders.value, branch.value === '' ? null : branch.value);
  const counts = queueCounts(here);
  // Somebody who searches means any order, wherever it stands.
  const found = typed.value === '' ? inQueue(here, queue.value) : searched(here, typed.value);
  const first = page.value * PAGE;
  const shown = found.slice(first, first + PAGE);
  const chips = QUEUES.filter((q) => MAIN_QUEUES.includes(q) || counts[q] > 0).map((q) => ({
    id: q,
    label: t(`queue.${q}`),
    count: counts[q],
  }));
  return (
    <>
      <Frame title={t('orders.title')}>
        <SearchField
          label={t('orders.search')}
          value={typed.value}
          testId="orders-search"
          onType={(text) => {
            typed.value = text;
            page.value = 0;
          }}
        />
        <BranchChoice />
        <Chips
          label={t('desk.filter.status')}
          chips={chips}
          chosen={typed.value === '' ? queue.value : null}
          testId="queue"
          onChoose={(id) => {
            queue.value = id;
            typed.value = '';
            page.value = 0;
          }}
        />
        {shown.length === 0 && board.loaded.value && <NoOrders />}
        <ul data-testid="orders-list">
          {shown.map((order) => (
            <OrderRow key={order.id} order={order} waiting={isWaiting(order.id)} now={now.value} />
          ))}
        </ul>
        <Pager all={found.length} page={page} />
      </Frame>
      <TabBar />
    </>
  );
}

function NoOrders() {
  if (typed.value !== '') return <Empty title={t('orders.none.search', { text: typed.value })} />;
  return (
    <Empty title={t('orders.none')}>
      <p>{t('orders.none.text')}</p>
    </Empty>
  );
}

/** Head office on a phone looks at one branch or at all. */
function BranchChoice() {
  if (!seesAllBranches(board.me.role)) return null;
  const options = board.myBranches.map((id) => ({ id, label: branchName(id) }));
  return (
    <Select<BranchId | ''>
      label={t('orders.branch')}
      value={branch.value}
      options={[{ id: '', label: t('orders.all_branches') }, ...options]}
      testId="orders-branch"
      onChoose={(id) => {
        branch.value = id;
        page.value = 0;
      }}
    />
  );
}
