/** What non-technical staff write down: goods that went out by hand; twin of `sync_protocol/decide/recording.py`. */

import {
  fillFulfillment,
  type Discrepancy,
  type Fulfillment,
  type FulfillmentLine,
  type ManualFulfillment,
} from '../generated.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import {
  about,
  flagged,
  namedLines,
  oversells,
  parked,
  shipPosting,
  splitByEntitlement,
  stepped,
  withShipment,
} from './shipping.ts';

/** Deduct what somebody says was sent (S35). Units that are out already are not deducted again (S39). */
export function manualFulfillment(book: Book, act: Recorded, body: ManualFulfillment): Decision {
  const order = book.orders.get(body.order_id);
  if (order === undefined || !book.branches.has(body.branch_id)) {
    return parked('unknown_reference', `order ${body.order_id} at branch ${body.branch_id}`);
  }
  const known = book.fulfillments.get(body.fulfillment_id);
  if (known !== undefined) return flagged([about(act, known, 'possible_double_deduct')]);
  const wanted = namedLines(order, body.lines);
  if (wanted === null) return parked('unknown_reference', `a line of order ${order.id}`);
  const split = splitByEntitlement(order, wanted);
  const doubtful: Discrepancy[] =
    split.excess.length > 0
      ? [about(act, writtenDown(body, split.excess), 'possible_double_deduct')]
      : [];
  if (split.free.length === 0) {
    return doubtful.length > 0 ? flagged(doubtful) : decision('noop', { code: 'already_done' });
  }
  const stepDone = stepped(writtenDown(body, split.free), 'recorded', act);
  const posting = shipPosting(act, stepDone, 'ship_manual');
  const shipment = { ...stepDone, posting_id: posting.id };
  const flags = [...oversells(book, act, posting), ...doubtful];
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? null,
    orders: [withShipment(order, null, shipment)],
    fulfillments: [shipment],
    postings: [posting],
    discrepancies: flags,
  });
}

function writtenDown(body: ManualFulfillment, lines: readonly FulfillmentLine[]): Fulfillment {
  return fillFulfillment({
    id: body.fulfillment_id,
    order_id: body.order_id,
    branch_id: body.branch_id,
    workflow: 'manual',
    state: 'recorded',
    lines,
    courier: body.courier,
    tracking_number: body.tracking_number,
    note: body.note,
    shopify_state: 'not_for_shopify',
  });
}
