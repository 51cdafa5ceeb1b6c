/** What non-technical staff write down: goods that went out by hand; twin of `sync_protocol/decide/recording.py`. */

import {
  fillFulfillment,
  type Fulfillment,
  type FulfillmentLine,
  type ManualFulfillment,
} from '../generated.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { sentOut } from './correcting.ts';
import { collectPaisa } from './creating.ts';
import { about, flagged, oversells, withFlags } from './flags.ts';
import { namedLines, parked, splitByEntitlement, stepped } from './shipping.ts';

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
  const doubtful =
    split.excess.length > 0
      ? [about(act, writtenDown(body, split.excess), 'possible_double_deduct')]
      : [];
  if (split.free.length === 0) {
    return doubtful.length > 0 ? flagged(doubtful) : decision('noop', { code: 'already_done' });
  }
  const written = writtenDown(body, split.free);
  const toCollect = { ...written, collect_paisa: collectPaisa(order, split.free) };
  const sent = sentOut(book, act, order, stepped(toCollect, 'recorded', act));
  const short = sent.postings.flatMap((posting) => oversells(book, act, posting));
  return withFlags(sent, [...short, ...doubtful]);
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
