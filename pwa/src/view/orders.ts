/** Orders as people look for them: in queues, by what they typed, newest first. */

import { computed } from '@preact/signals';
import type { BranchId, Fulfillment, Order, OrderId, SmartStatus } from '../protocol/generated.ts';
import { liveShipments } from '../protocol/order-lines.ts';
import { board } from './board.ts';

export const QUEUES = [
  'all',
  'to_confirm',
  'to_fulfill',
  'to_pack',
  'to_dispatch',
  'out',
  'attempted',
  'returning',
  'exchanges',
  'branch_sync',
  'fix_branch_stock',
  'discrepancies',
  'stopped',
  'done',
  'cancelled',
] as const;
export type Queue = (typeof QUEUES)[number];

/** Shown even when empty: the way an order goes. */
export const MAIN_QUEUES: readonly Queue[] = [
  'all',
  'to_confirm',
  'to_fulfill',
  'to_pack',
  'to_dispatch',
  'out',
];

const QUEUE_OF: Readonly<Record<SmartStatus, Queue>> = {
  to_confirm: 'to_confirm',
  no_answer: 'to_confirm',
  callback: 'to_confirm',
  unreachable: 'to_confirm',
  wrong_number: 'to_confirm',
  change_requested: 'to_confirm',
  reconfirm: 'to_confirm',
  unfulfilled: 'to_fulfill',
  partial: 'to_fulfill',
  pending: 'to_pack',
  packed: 'to_dispatch',
  dispatched: 'out',
  attempted: 'attempted',
  returning: 'returning',
  exchange: 'exchanges',
  branch_sync: 'branch_sync',
  fix_branch_stock: 'fix_branch_stock',
  conflict: 'discrepancies',
  cancelled_goods_out: 'stopped',
  delivered: 'done',
  returned: 'done',
  lost: 'done',
  done: 'done',
  cancelled: 'cancelled',
  cancelled_by_customer: 'cancelled',
};

export function queueOf(order: Order): Queue {
  return QUEUE_OF[order.status];
}

/** Every order of this phone, newest first. */
export const allOrders = computed<readonly Order[]>(() => {
  // Shopify's times are whole seconds; of two orders in one second the later name is the newer.
  return [...board.replica.book.orders.values()].sort(
    (a, b) => b.placed_at - a.placed_at || b.name.localeCompare(a.name, 'en', { numeric: true }),
  );
});

const shipmentsByOrder = computed(() => {
  const found = new Map<OrderId, Fulfillment[]>();
  for (const shipment of board.replica.book.fulfillments.values()) {
    if (shipment.refused) continue;
    const list = found.get(shipment.order_id);
    if (list === undefined) found.set(shipment.order_id, [shipment]);
    else list.push(shipment);
  }
  return found;
});

/** The shipments of an order that this phone knows in full, first made first. */
export function shipmentsOf(orderId: OrderId): readonly Fulfillment[] {
  return shipmentsByOrder.value.get(orderId) ?? [];
}

/**
 * Orders that a branch works on, or may take on: those with a shipment there, and those with none anywhere that were
 * given to it or to nobody.
 */
export function ordersAt(orders: readonly Order[], branch: BranchId | null): readonly Order[] {
  if (branch === null) return orders;
  return orders.filter((order) => {
    const live = liveShipments(order);
    if (live.length === 0) return order.branch_id === null || order.branch_id === branch;
    return live.some((shipment) => shipment.branch_id === branch);
  });
}

export function queueCounts(orders: readonly Order[]): Readonly<Record<Queue, number>> {
  const counts = Object.fromEntries(QUEUES.map((queue) => [queue, 0])) as Record<Queue, number>;
  for (const order of orders) counts[queueOf(order)] += 1;
  counts.all = orders.length;
  return counts;
}

export function inQueue(orders: readonly Order[], queue: Queue): readonly Order[] {
  return queue === 'all' ? orders : orders.filter((order) => queueOf(order) === queue);
}

const texts = new WeakMap<Order, string>();

function textOf(order: Order): string {
  let text = texts.get(order);
  if (text === undefined) {
    const { name, phone, phone_raw, city } = order.contact;
    const digits = (phone_raw ?? '').replace(/\D/g, '');
    text = [order.name, name, phone, digits, city].filter(Boolean).join(' ').toLowerCase();
    texts.set(order, text);
  }
  return text;
}

/** Orders whose name, customer, phone, city or tracking number holds every word typed. */
export function searched(orders: readonly Order[], typed: string): readonly Order[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean).map(asSearched);
  if (words.length === 0) return orders;
  return orders.filter((order) => {
    const tracking = shipmentsOf(order.id).map((s) => s.tracking_number?.toLowerCase() ?? '');
    const text = `${textOf(order)} ${tracking.join(' ')}`;
    return words.every((word) => text.includes(word));
  });
}

/** A number typed the local way (0300…) is looked for without its leading zero: that is how both forms end. */
function asSearched(word: string): string {
  const digits = word.replace(/[-+()]/g, '');
  return /^0\d{3,}$/.test(digits) ? digits.slice(1) : word;
}
