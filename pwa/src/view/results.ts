/** What became of the ops of this phone, as its screens tell it. */

import { computed } from '@preact/signals';
import type { DiscrepancyId, OrderId, ResultStatus } from '../protocol/generated.ts';
import { references } from '../protocol/read-op.ts';
import type { StoredOp } from '../store/database.ts';
import { opOf } from '../store/outbox.ts';
import { board } from './board.ts';

/** `waiting`: no answer yet; `sent`: answered, the rows are on their way. */
export type OpState = 'waiting' | 'sent' | ResultStatus;

export function stateOf(op: StoredOp): OpState {
  if (op.result === undefined) return 'waiting';
  return op.result.status === 'applied' && op.open === 1 ? 'sent' : op.result.status;
}

/** Claims that lost and ops that were set aside: somebody has to look at them, for a day. */
const ATTENTION_MS = 86_400_000;

export const needsAttention = computed(() => {
  const since = Date.now() - ATTENTION_MS;
  return board.ops.value.filter((op) => isTroubled(op) && (op.answered_at ?? 0) > since).length;
});

export function isTroubled(op: StoredOp): boolean {
  const state = stateOf(op);
  return state === 'refused' || state === 'parked';
}

/** The order that an op is about, if its body or its shipment says so. */
export function orderOfOp(op: StoredOp): OrderId | null {
  for (const [noun, id] of references(opOf(op).body)) {
    if (noun === 'order') return id as OrderId;
    if (noun !== 'fulfillment') continue;
    const shipment = board.replica.book.fulfillments.get(id as never);
    if (shipment !== undefined) return shipment.order_id;
  }
  return null;
}

/** Per order, what this phone recorded about it and has not seen through yet, oldest first. */
export const opsByOrder = computed<ReadonlyMap<OrderId, readonly StoredOp[]>>(() => {
  const found = new Map<OrderId, StoredOp[]>();
  const since = Date.now() - ATTENTION_MS;
  for (const op of board.ops.value) {
    const fresh = (op.answered_at ?? Infinity) > since;
    const told = stateOf(op) !== 'applied' && stateOf(op) !== 'noop';
    if (!fresh || !told) continue;
    const orderId = orderOfOp(op);
    if (orderId === null) continue;
    const list = found.get(orderId);
    if (list === undefined) found.set(orderId, [op]);
    else list.push(op);
  }
  return found;
});

export function isWaiting(orderId: OrderId): boolean {
  return opsByOrder.value.get(orderId)?.some((op) => op.unsent === 1) ?? false;
}

/** Whether somebody here decided a discrepancy and the server's rows do not show it yet. */
export function isDecided(id: DiscrepancyId): boolean {
  return board.ops.value.some(
    (op) =>
      op.open === 1 &&
      op.kind === 'resolve' &&
      (opOf(op).body as { discrepancy_id?: unknown }).discrepancy_id === id,
  );
}
