/** What an order's facets add up to: its headline and its work queues; twin of `sync_protocol/statuses.py`. */

import { withTracks } from './exchange-tracks.ts';
import { isOut } from './fulfillments.ts';
import {
  ON_THE_WAY,
  WorkQueue,
  type ConfirmationState,
  type ExchangeStep,
  type FulfillmentState,
  type Order,
  type SmartStatus,
} from './generated.ts';
import { liveShipments, needsBranchUnits, openExchange, remainingUnits } from './order-lines.ts';

/** States in which the customer must still be asked; the others let a shipment be made. */
const ASKING: Readonly<Partial<Record<ConfirmationState, SmartStatus>>> = {
  pending: 'to_confirm',
  no_answer: 'no_answer',
  unreachable: 'unreachable',
  callback: 'callback',
  wrong_number: 'wrong_number',
  change_requested: 'change_requested',
  cancelled_by_customer: 'cancelled_by_customer',
  reconfirm: 'reconfirm',
};

/** Whether the customer must still be asked before a shipment is made (S09). */
export function needsConfirmation(order: Order): boolean {
  return ASKING[order.confirmation.state] !== undefined;
}

/** Whether goods left in the store for which no branch has given any yet. */
export function needsBranch(order: Order): boolean {
  return order.lines.some((line) => needsBranchUnits(line) > 0);
}

/** What a replacement needs is the order's own course, as for any goods to be sent. */
const OWN_COURSE: readonly ExchangeStep[] = [
  'create_replacement',
  'pack_replacement',
  'dispatch_replacement',
  'deliver_replacement',
];

/** Whether a case still wants something of somebody that is not the order's own course. */
function exchangeIsOpen(order: Order): boolean {
  const open = openExchange(order);
  if (open === undefined) return false;
  return open.kind === 'exchange' || open.next_steps.some((step) => !OWN_COURSE.includes(step));
}

const statesOf = (order: Order): FulfillmentState[] => liveShipments(order).map((s) => s.state);
const isLeft = (order: Order): boolean => order.lines.some((line) => remainingUnits(line) > 0);

/** The first condition that holds, in the order of product.md §2.4. */
function smartStatus(order: Order): SmartStatus {
  const states = statesOf(order);
  if (order.conflicts.length > 0) return 'conflict';
  if (order.cancelled_at !== null) {
    return order.lines.some((line) => line.out_units > 0) ? 'cancelled_goods_out' : 'cancelled';
  }
  if (exchangeIsOpen(order)) return 'exchange';
  if (needsBranch(order)) return order.sync_overdue ? 'fix_branch_stock' : 'branch_sync';
  if (states.includes('returning')) return 'returning';
  const asking = ASKING[order.confirmation.state];
  if (asking !== undefined && !states.some(isOut)) return asking;
  return shippingStatus(order, states);
}

function shippingStatus(order: Order, states: readonly FulfillmentState[]): SmartStatus {
  if (states.includes('pending')) return 'pending';
  if (states.includes('packed')) return 'packed';
  if (states.length === 0) return 'unfulfilled';
  const left = isLeft(order);
  if (left && states.some(isOut)) return 'partial';
  if (order.shipments.some((s) => s.attempted && ON_THE_WAY.includes(s.state))) return 'attempted';
  if (states.includes('dispatched')) return 'dispatched';
  return endedStatus(states, left);
}

function endedStatus(states: readonly FulfillmentState[], left: boolean): SmartStatus {
  if (states.every((state) => state === 'delivered')) return 'delivered';
  if (!states.includes('recorded') && !states.includes('delivered')) {
    if (states.includes('lost')) return 'lost';
    if (states.includes('returned')) return 'returned';
  }
  return left ? 'unfulfilled' : 'done';
}

/** Every list of work in which the order stands, in the order of the enum. */
function queuesOf(order: Order): readonly WorkQueue[] {
  const shipments = liveShipments(order);
  const states = statesOf(order);
  const alive = order.cancelled_at === null;
  const left = alive && isLeft(order);
  // What has left needs no yes any more; what an edit added, or was left for later, does.
  const asking = alive && needsConfirmation(order) && (left || !states.some(isOut));
  const sync = needsBranch(order);
  const standing: Readonly<Record<WorkQueue, boolean>> = {
    to_confirm: asking && order.confirmation.state !== 'cancelled_by_customer',
    callback_due: asking && order.callback_due,
    branch_sync: sync && !order.sync_overdue,
    to_pack: states.includes('pending') || (left && !asking && !sync),
    to_dispatch: states.includes('packed'),
    with_courier: states.includes('dispatched'),
    attempted: shipments.some((s) => s.attempted && ON_THE_WAY.includes(s.state)),
    returning: states.includes('returning'),
    exchanges: exchangeIsOpen(order),
    fix_branch_stock: sync && order.sync_overdue,
    discrepancies: order.conflicts.length > 0,
  };
  return WorkQueue.filter((queue) => standing[queue]);
}

/** The order with its exchange tracks, headline and queues derived anew; to be called after every change. */
export function derived(order: Order): Order {
  const now = withTracks(order);
  return { ...now, status: smartStatus(now), queues: queuesOf(now) };
}
