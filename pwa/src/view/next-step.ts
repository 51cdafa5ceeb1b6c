/** What comes next for an order, and who may do it. */

import type { BranchId, Fulfillment, FulfillmentId, OpKind, Order } from '../protocol/generated.ts';
import { needsConfirmation } from '../protocol/decide/creating.ts';
import { remainingUnits } from '../protocol/order-lines.ts';
import { mayRecord } from '../protocol/rights.ts';
import { board } from './board.ts';
import { shipmentsOf } from './orders.ts';

export type NextStep =
  | { readonly kind: 'confirm' | 'create' }
  | { readonly kind: 'pack' | 'dispatch' | 'deliver' | 'unpack'; readonly id: FulfillmentId };

export function may(kind: OpKind, branch: BranchId | null): boolean {
  return mayRecord(board.me, kind, branch);
}

/** The one step that an order waits for and that this person may take; null when there is none. */
export function nextStep(order: Order): NextStep | null {
  const shipments = shipmentsOf(order.id);
  for (const shipment of shipments) {
    const step = shipmentStep(order, shipment);
    if (step !== null && step.kind !== 'deliver') return step;
  }
  const left = order.lines.some((line) => remainingUnits(line) > 0);
  if (order.cancelled_at === null && left) {
    if (needsConfirmation(order) && may('confirm', null)) return { kind: 'confirm' };
    const branch = board.myBranches[0];
    if (branch !== undefined && may('create_fulfillment', branch)) return { kind: 'create' };
  }
  for (const shipment of shipments) {
    const step = shipmentStep(order, shipment);
    if (step !== null) return step;
  }
  return null;
}

/** The step that a shipment waits for and that this person may take. */
export function shipmentStep(order: Order, shipment: Fulfillment): NextStep | null {
  const { id, branch_id: branch, state } = shipment;
  const cancelled = order.cancelled_at !== null;
  if (state === 'pending' && may('pack', branch)) return { kind: 'pack', id };
  if (state === 'packed' && cancelled && may('unpack', branch)) return { kind: 'unpack', id };
  if (state === 'packed' && may('dispatch', branch)) return { kind: 'dispatch', id };
  const onTheWay = state === 'dispatched' || state === 'recorded';
  if (onTheWay && may('deliver', branch)) return { kind: 'deliver', id };
  return null;
}
