import { signal } from '@preact/signals';
import { t } from '../i18n/words.ts';
import type { Order } from '../protocol/generated.ts';
import { Empty } from '../ui/banner.tsx';
import { SearchField } from '../ui/field.tsx';
import { Frame } from '../ui/frame.tsx';
import { ParcelRow } from '../ui/order-row.tsx';
import { Pager, PAGE } from '../ui/pager.tsx';
import { TabBar } from '../ui/tab-bar.tsx';
import { board } from '../view/board.ts';
import { allOrders, searched } from '../view/orders.ts';
import { isWaiting } from '../view/results.ts';
import { sendable } from '../view/sendable.ts';

const typed = signal('');
const page = signal(0);

/** Sent by hand, first tap: whose order it was. Nothing here is about Shopify. */
export function Manual() {
  const open = allOrders.value.filter(hasSomething);
  const found = searched(open, typed.value);
  const first = page.value * PAGE;
  return (
    <>
      <Frame title={t('manual.pick')}>
        <SearchField
          label={t('orders.search')}
          value={typed.value}
          testId="manual-search"
          onType={(text) => {
            typed.value = text;
            page.value = 0;
          }}
        />
        {found.length === 0 && board.loaded.value && <Empty title={t('orders.none')} />}
        <ul data-testid="manual-list">
          {found.slice(first, first + PAGE).map((order) => (
            <ParcelRow key={order.id} order={order} waiting={isWaiting(order.id)} />
          ))}
        </ul>
        <Pager all={found.length} page={page} />
      </Frame>
      <TabBar />
    </>
  );
}

function hasSomething(order: Order): boolean {
  return order.cancelled_at === null && order.lines.some((line) => sendable(line) > 0);
}
