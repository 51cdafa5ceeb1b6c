/** The course of an order: what the store, the customer and people did, newest first. */

import type {
  BranchId,
  Channel,
  ConfirmationState,
  FulfillmentState,
  Order,
  StaffId,
} from '../protocol/generated.ts';
import { shipmentsOf } from './orders.ts';

export interface HistoryEvent {
  readonly key: string;
  readonly at: number;
  readonly words:
    | 'order.placed'
    | 'order.cancelled'
    | `confirmation.${ConfirmationState}`
    | 'history.made'
    | 'history.unpacked'
    | `state.${Exclude<FulfillmentState, 'pending'>}`;
  readonly by: StaffId | null;
  readonly branch: BranchId | null;
  readonly channel: Channel | null;
  readonly note: string | null;
}

type Told = Pick<HistoryEvent, 'key' | 'at' | 'words'> & Partial<HistoryEvent>;

function event(told: Told): HistoryEvent {
  return { by: null, branch: null, channel: null, note: null, ...told };
}

export function historyOf(order: Order): readonly HistoryEvent[] {
  const found = [event({ key: 'placed', at: order.placed_at, words: 'order.placed' })];
  const { state, by, at, channel, note } = order.confirmation;
  if (at !== null) {
    const words = `confirmation.${state}` as const;
    found.push(event({ key: 'confirmed', at, words, by, channel, note }));
  }
  if (order.cancelled_at !== null) {
    found.push(event({ key: 'cancelled', at: order.cancelled_at, words: 'order.cancelled' }));
  }
  const known = new Set<string>();
  for (const shipment of shipmentsOf(order.id)) {
    known.add(shipment.id);
    shipment.steps.forEach((step, index) => {
      const key = `${shipment.id}.${index}`;
      const branch = shipment.branch_id;
      const words = wordsOf(step.state, index);
      found.push(event({ key, at: step.at, words, by: step.by, branch, note: shipment.note }));
    });
  }
  // Of another branch's shipments only the last step is told.
  for (const s of order.shipments) {
    if (known.has(s.fulfillment_id)) continue;
    const words = wordsOf(s.state, 0);
    found.push(event({ key: s.fulfillment_id, at: s.at, words, by: s.by, branch: s.branch_id }));
  }
  return found.sort((a, b) => b.at - a.at);
}

/** A shipment is pending twice: when it is made, and when it is unpacked again. */
function wordsOf(state: FulfillmentState, index: number): HistoryEvent['words'] {
  if (state !== 'pending') return `state.${state}`;
  return index === 0 ? 'history.made' : 'history.unpacked';
}
