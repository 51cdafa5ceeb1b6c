/** Packed is when stock leaves the shelf, and at no other step (S25); twin of `sync_protocol/decide/packing.py`. */

import type {
  Code,
  Discrepancy,
  Fulfillment,
  FulfillmentLine,
  Order,
  Pack,
  Unpack,
} from '../generated.ts';
import { isOut, lineOf } from '../order-lines.ts';
import type { Posting } from '../postings.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import {
  about,
  closings,
  flagged,
  namedLines,
  oversells,
  parked,
  shipmentAndOrder,
  shipPosting,
  splitByEntitlement,
  stepped,
  unshipPosting,
  withShipment,
} from './shipping.ts';

/** What packing a shipment does, before it is told as a decision. `flags` come most serious first. */
export interface Packed {
  readonly order: Order;
  readonly shipment: Fulfillment;
  readonly posting: Posting | null;
  readonly flags: readonly Discrepancy[];
}

/** Take the packed lines out of the branch's stock. A fact: posted or flagged, never refused. */
export function pack(book: Book, act: Recorded, body: Pack): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  const lines = body.lines.length > 0 ? namedLines(order, body.lines) : shipment.lines;
  if (lines === null) return parked('unknown_reference', `a line of order ${order.id}`);
  if (isOut(shipment.state)) return flagged([about(act, shipment, 'double_pack')]);
  return told(takeOut(book, act, order, shipment, lines));
}

/**
 * Post as much of `lines` as was ever ordered and is not out yet; the rest becomes a `double_pack`.
 *
 * When nothing can be posted the shipment stays as it was: the same goods left once, not twice.
 */
export function takeOut(
  book: Book,
  act: Recorded,
  order: Order,
  shipment: Fulfillment,
  lines: readonly FulfillmentLine[],
): Packed {
  const split = splitByEntitlement(order, lines);
  const flags: Discrepancy[] = [];
  if (split.excess.length > 0) {
    flags.push(about(act, { ...shipment, lines: split.excess }, 'double_pack'));
  }
  if (split.free.length === 0) return { order, shipment, posting: null, flags };
  for (const code of oddPacking(order, shipment, split.free)) {
    flags.push(about(act, shipment, code));
  }
  const taken = stepped({ ...shipment, lines: split.free, refused: false }, 'packed', act);
  const posting = shipPosting(act, taken, 'ship_smart');
  const packed = { ...taken, posting_id: posting.id };
  return {
    order: withShipment(order, shipment, packed),
    shipment: packed,
    posting,
    flags: [...oversells(book, act, posting), ...flags],
  };
}

function oddPacking(
  order: Order,
  shipment: Fulfillment,
  lines: readonly FulfillmentLine[],
): Code[] {
  const odd: Code[] = [];
  if (shipment.refused) odd.push('packed_after_refusal');
  else if (order.cancelled_at !== null || shipment.state === 'cancelled') {
    odd.push('packed_cancelled');
  }
  const superseded = lines.some((line) => {
    const known = lineOf(order, line.order_line_id);
    return known !== undefined && known.out_units + line.units > known.current_units;
  });
  if (superseded) odd.push('packed_superseded');
  return odd;
}

function told(packed: Packed): Decision {
  const flags = packed.flags;
  if (packed.posting === null) return flags.length > 0 ? flagged(flags) : decision('applied');
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? null,
    orders: [packed.order],
    fulfillments: [packed.shipment],
    postings: [packed.posting],
    discrepancies: flags,
  });
}

/**
 * Put a packed shipment's lines back on the shelf they came from.
 *
 * Of a cancelled order the shipment ends here; otherwise it is pending again and reserves its lines.
 */
export function unpack(book: Book, act: Recorded, body: Unpack): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  if (shipment.state !== 'packed') {
    return flagged([about(act, shipment, 'not_packed', body.reason)]);
  }
  const posting = unshipPosting(act, shipment, 'unpack');
  const state = order.cancelled_at === null ? 'pending' : 'cancelled';
  const back = stepped({ ...shipment, posting_id: null }, state, act);
  return decision('applied', {
    orders: [withShipment(order, shipment, back)],
    fulfillments: [back],
    postings: [posting],
    discrepancies: closings(book, act, ['cancelled_while_packed', 'packed_cancelled'], shipment.id),
  });
}
