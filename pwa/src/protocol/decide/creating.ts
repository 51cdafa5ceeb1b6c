/**
 * Making a shipment, a claim on units neither promised nor out, and giving it up before packing; twin of
 * `sync_protocol/decide/creating.py`.
 */

import {
  fillFulfillment,
  type CancelFulfillment,
  type CreateFulfillment,
  type Fulfillment,
  type FulfillmentLine,
  type FulfillmentState,
  type Order,
} from '../generated.ts';
import { lineOf, liveShipments, remainingUnits, stillDuePaisa } from '../order-lines.ts';
import { maySkipAsking } from '../rights.ts';
import { needsConfirmation } from '../statuses.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import {
  already,
  namedLines,
  parked,
  refused,
  shipmentAndOrder,
  splitByRemaining,
  stepped,
  withShipment,
  type Split,
} from './shipping.ts';

/**
 * Reserve what is free of the wanted lines; refuse when nothing is.
 *
 * A refused claim leaves a cancelled stub behind, so that facts recorded later about that parcel still find it.
 */
export function createFulfillment(book: Book, act: Recorded, body: CreateFulfillment): Decision {
  const order = book.orders.get(body.order_id);
  const branch = book.branches.get(body.branch_id);
  if (order === undefined || branch === undefined) {
    return parked('unknown_reference', `order ${body.order_id} at branch ${body.branch_id}`);
  }
  if (book.fulfillments.get(body.fulfillment_id) !== undefined) return refused('already_exists');
  const wanted = namedLines(order, body.lines);
  if (wanted === null) return parked('unknown_reference', `a line of order ${order.id}`);
  const split = splitByRemaining(order, wanted);
  const refusal = refusalOf(act, order, body, split, branch.active);
  if (refusal !== null) return { ...refusal, fulfillments: [stub(act, body, wanted)] };
  const planned = planShipment(body, split.free, collectPaisa(order, split.free));
  const shipment = stepped(planned, 'pending', act);
  return decision('applied', {
    code: split.excess.length > 0 ? 'partly_taken' : null,
    orders: [withShipment(order, null, shipment)],
    fulfillments: [shipment],
  });
}

function refusalOf(
  act: Recorded,
  order: Order,
  body: CreateFulfillment,
  split: Split,
  branchActive: boolean,
): Decision | null {
  if (order.cancelled_at !== null) return refused('order_cancelled');
  if (!branchActive) return refused('branch_closed');
  const skipsAsking = body.override_reason && maySkipAsking(act.staff.role);
  if (needsConfirmation(order) && !skipsAsking) return refused('not_confirmed');
  if (split.free.length > 0) return null;
  const first = liveShipments(order)[0];
  if (first === undefined) return refused('lines_taken');
  const { by, at, branch_id } = first;
  return decision('refused', { code: 'lines_taken', by, at, branch_id });
}

const WILL_COLLECT: readonly FulfillmentState[] = ['pending', 'packed', 'dispatched', 'recorded'];

/**
 * What this parcel collects on delivery, in paisa.
 *
 * The last parcel of an order collects all that is still due and no other parcel will bring, delivery charge included;
 * one before it collects the price of its own lines, at most that.
 */
export function collectPaisa(order: Order, lines: readonly FulfillmentLine[]): number {
  if (!order.cod) return 0;
  const taken = new Map(lines.map((line) => [line.order_line_id, line.units]));
  const rest = order.lines.reduce(
    (sum, line) => sum + remainingUnits(line) - (taken.get(line.id) ?? 0),
    0,
  );
  const others = order.shipments
    .filter(({ state }) => WILL_COLLECT.includes(state))
    .reduce((sum, { collect_paisa }) => sum + collect_paisa, 0);
  const due = Math.max(0, stillDuePaisa(order) - others);
  if (rest === 0) return due;
  const price = lines.reduce(
    (sum, line) => sum + (lineOf(order, line.order_line_id)?.unit_paisa ?? 0) * line.units,
    0,
  );
  return Math.min(due, price);
}

function planShipment(
  body: CreateFulfillment,
  lines: readonly FulfillmentLine[],
  collect_paisa: number,
): Fulfillment {
  return fillFulfillment({
    id: body.fulfillment_id,
    order_id: body.order_id,
    branch_id: body.branch_id,
    workflow: 'smart',
    state: 'pending',
    lines,
    collect_paisa,
  });
}

function stub(
  act: Recorded,
  body: CreateFulfillment,
  wanted: readonly FulfillmentLine[],
): Fulfillment {
  return stepped({ ...planShipment(body, wanted, 0), refused: true }, 'cancelled', act);
}

/** Release a pending shipment's units. */
export function cancelFulfillment(book: Book, act: Recorded, body: CancelFulfillment): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  if (shipment.state === 'cancelled') return already(shipment);
  if (shipment.state !== 'pending') {
    return { ...already(shipment), status: 'refused', code: 'not_pending' };
  }
  const gone = stepped({ ...shipment, note: body.reason || shipment.note }, 'cancelled', act);
  return decision('applied', {
    orders: [withShipment(order, shipment, gone)],
    fulfillments: [gone],
  });
}
