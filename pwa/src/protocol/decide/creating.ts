/** Making a shipment: a claim on units neither promised nor out; twin of `sync_protocol/decide/creating.py`. */

import {
  fillFulfillment,
  type CreateFulfillment,
  type Fulfillment,
  type FulfillmentLine,
  type Order,
} from '../generated.ts';
import { lineOf, liveShipments, remainingUnits } from '../order-lines.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import {
  namedLines,
  parked,
  refused,
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
  const refusal = refusalOf(order, body, split, branch.active);
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
  order: Order,
  body: CreateFulfillment,
  split: Split,
  branchActive: boolean,
): Decision | null {
  if (order.cancelled_at !== null) return refused('order_cancelled');
  if (!branchActive) return refused('branch_closed');
  if (needsConfirmation(order) && !body.override_reason) return refused('not_confirmed');
  if (split.free.length > 0) return null;
  const first = liveShipments(order)[0];
  if (first === undefined) return refused('lines_taken');
  const { by, at, branch_id } = first;
  return decision('refused', { code: 'lines_taken', by, at, branch_id });
}

/** Whether the customer must still be asked before a shipment is made (S09). */
export function needsConfirmation(order: Order): boolean {
  return order.confirmation.state === 'pending' || order.confirmation.state === 'reconfirm';
}

/**
 * What this parcel collects on delivery, in paisa.
 *
 * The only parcel of an order collects all that is outstanding, delivery charge included; a part collects the price
 * of its own lines, at most what is outstanding.
 */
export function collectPaisa(order: Order, lines: readonly FulfillmentLine[]): number {
  if (!order.cod) return 0;
  const taken = new Map(lines.map((line) => [line.order_line_id, line.units]));
  const rest = order.lines.reduce(
    (sum, line) => sum + remainingUnits(line) - (taken.get(line.id) ?? 0),
    0,
  );
  if (rest === 0 && liveShipments(order).length === 0) return order.outstanding_paisa;
  const price = lines.reduce(
    (sum, line) => sum + (lineOf(order, line.order_line_id)?.unit_paisa ?? 0) * line.units,
    0,
  );
  return Math.min(order.outstanding_paisa, price);
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
