/** What comes next for an order, and who may do it. */

import { hasToComeOut } from '../protocol/decide/packing.ts';
import {
  ON_THE_WAY,
  type BranchId,
  type Fulfillment,
  type FulfillmentId,
  type OpKind,
  type Order,
  type StaffId,
} from '../protocol/generated.ts';
import { remainingUnits } from '../protocol/order-lines.ts';
import { mayRecord, switchedOff } from '../protocol/rights.ts';
import { needsConfirmation } from '../protocol/statuses.ts';
import { board } from './board.ts';
import { shipmentsOf } from './orders.ts';

export type NextStep =
  | { readonly kind: 'confirm' | 'create' }
  | { readonly kind: 'pack' | 'dispatch' | 'deliver' | 'unpack'; readonly id: FulfillmentId };

export function may(kind: OpKind, branch: BranchId | null, rider: StaffId | null = null): boolean {
  return (
    mayRecord(board.me, kind, branch, rider) &&
    !switchedOff(board.replica.book.policy, board.me, kind)
  );
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
  const { id, branch_id: branch, rider_id: rider, state } = shipment;
  // Nothing that the order no longer has may leave: it comes out of the parcel first.
  const comesOut = order.cancelled_at !== null || hasToComeOut(order, shipment);
  if (state === 'pending' && may('pack', branch)) return { kind: 'pack', id };
  if (state === 'packed' && comesOut && may('unpack', branch)) return { kind: 'unpack', id };
  if (state === 'packed' && may('dispatch', branch)) return { kind: 'dispatch', id };
  if (ON_THE_WAY.includes(state) && may('deliver', branch, rider)) return { kind: 'deliver', id };
  return null;
}
