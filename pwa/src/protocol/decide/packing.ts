/** Packed is when stock leaves the shelf, and at no other step (S25); twin of `sync_protocol/decide/packing.py`. */

import { goneUnits, isOut } from '../fulfillments.ts';
import type {
  Code,
  Discrepancy,
  Fulfillment,
  FulfillmentLine,
  Order,
  Pack,
  Unpack,
} from '../generated.ts';
import { expectedBackUnits, lineOf, remainingUnits } from '../order-lines.ts';
import type { Posting } from '../postings.ts';
import { decidesAlone } from '../rights.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { about, closings, flagged, oversells } from './flags.ts';
import {
  namedLines,
  parked,
  shipmentAndOrder,
  shipPosting,
  splitByEntitlement,
  stepped,
  unshipPosting,
  withShipment,
} from './shipping.ts';
import { offTheRun, takenOut } from './stops.ts';

const UNPACKING_SETTLES: readonly Code[] = [
  'cancelled_while_packed',
  'packed_cancelled',
  'packed_superseded',
];

/**
 * What packing a shipment does, before it is told as a decision. `flags` come most serious first.
 *
 * `linked` is the record of the same goods that this parcel takes over: they left once.
 */
export interface Packed {
  readonly order: Order;
  readonly shipment: Fulfillment;
  readonly posting: Posting | null;
  readonly linked: Fulfillment | null;
  readonly flags: readonly Discrepancy[];
}

/** Take the packed lines out of the branch's stock. A fact: posted or flagged, never refused. */
export function pack(book: Book, act: Recorded, body: Pack): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  const lines = body.lines.length > 0 ? namedLines(order, body.lines) : shipment.lines;
  if (lines === null) return parked('unknown_reference', `a line of order ${order.id}`);
  if (shipment.state !== 'pending' && shipment.state !== 'cancelled') {
    return flagged([about(act, shipment, 'double_pack')]);
  }
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
    const same = sameGoods(book, order, shipment, lines);
    if (same !== undefined) return takenOver(act, order, shipment, lines, same);
    flags.push(about(act, { ...shipment, lines: split.excess }, 'double_pack'));
  }
  if (split.free.length === 0) return { order, shipment, posting: null, linked: null, flags };
  for (const code of oddPacking(order, shipment, split.free)) {
    flags.push(about(act, shipment, code));
  }
  const taken = stepped({ ...shipment, lines: split.free, refused: false }, 'packed', act);
  const posting = shipPosting(act, taken);
  const packed = { ...taken, posting_id: posting.id };
  return {
    order: withShipment(order, shipment, packed),
    shipment: packed,
    posting,
    linked: null,
    flags: [...oversells(book, act, posting), ...flags],
  };
}

/** The record by which the desk has already deducted just these goods at just this branch. */
function sameGoods(
  book: Book,
  order: Order,
  shipment: Fulfillment,
  lines: readonly FulfillmentLine[],
): Fulfillment | undefined {
  const wanted = new Map(lines.map((line) => [line.order_line_id, line.units]));
  return book
    .shipmentsOf(order.id)
    .find(
      (other) =>
        other.workflow === 'branch_sync' &&
        other.state === 'recorded' &&
        other.branch_id === shipment.branch_id &&
        other.lines.length === wanted.size &&
        other.lines.every(
          (line) => goneUnits(line) === line.units && wanted.get(line.order_line_id) === line.units,
        ),
    );
}

/** Let the parcel stand for the goods that the record had deducted: one posting, and Shopify knows already. */
function takenOver(
  act: Recorded,
  order: Order,
  shipment: Fulfillment,
  lines: readonly FulfillmentLine[],
  same: Fulfillment,
): Packed {
  const linked = stepped({ ...same, posting_id: null }, 'voided', act);
  const taken: Fulfillment = {
    ...shipment,
    lines,
    refused: false,
    posting_id: same.posting_id,
    shopify_state: 'confirmed',
    shopify_fulfillment_gid: same.shopify_fulfillment_gid,
  };
  const packed = stepped(taken, 'packed', act);
  const voided = withShipment(order, same, linked);
  return {
    order: withShipment(voided, shipment, packed),
    shipment: packed,
    posting: null,
    linked,
    flags: [],
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

function told({ order, shipment, posting, linked, flags }: Packed): Decision {
  if (posting === null && linked === null) {
    return flags.length > 0 ? flagged(flags) : decision('applied');
  }
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? (linked === null ? null : 'linked'),
    orders: [order],
    fulfillments: linked === null ? [shipment] : [linked, shipment],
    postings: posting === null ? [] : [posting],
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
  const { reason } = body;
  if (shipment.state !== 'packed') {
    return flagged([about(act, shipment, 'not_packed', { detail: reason })]);
  }
  const askedFor = order.cancelled_at !== null || hasToComeOut(order, shipment);
  const late =
    !askedFor && isLateUndo(book, act, shipment)
      ? [about(act, shipment, 'late_undo', { detail: reason })]
      : [];
  return decision(late.length > 0 ? 'flagged' : 'applied', {
    ...putBack(act, order, shipment),
    runs: takenOut(book, shipment),
    code: late[0]?.code ?? null,
    discrepancies: [
      ...late,
      ...closings(book, act, UNPACKING_SETTLES, { fulfillment_id: shipment.id }),
    ],
  });
}

/** A packed shipment's goods on their shelf again. What the order no longer has is not promised again. */
function putBack(act: Recorded, order: Order, shipment: Fulfillment): Partial<Decision> {
  const back = { ...offTheRun(shipment), posting_id: null };
  const postings = [unshipPosting(act, shipment)];
  const ended = stepped(back, 'cancelled', act);
  const emptied = withShipment(order, shipment, ended);
  const lines = stillWanted(emptied, shipment.lines);
  if (order.cancelled_at !== null || lines.length === 0) {
    return { orders: [emptied], fulfillments: [ended], postings };
  }
  const again = stepped({ ...back, lines }, 'pending', act);
  return { orders: [withShipment(order, shipment, again)], fulfillments: [again], postings };
}

/** Whether the order no longer has all that lies in the parcel. */
export function hasToComeOut(order: Order, shipment: Fulfillment): boolean {
  return shipment.lines.some((line) => {
    const known = lineOf(order, line.order_line_id);
    return known !== undefined && expectedBackUnits(known) > 0;
  });
}

/** The lines as far as the order still has them (A8: an exchanged original is not packed again). */
function stillWanted(order: Order, lines: readonly FulfillmentLine[]): FulfillmentLine[] {
  return lines
    .map((line) => {
      const known = lineOf(order, line.order_line_id);
      const room = known === undefined ? 0 : remainingUnits(known);
      return { ...line, units: Math.min(line.units, room) };
    })
    .filter((line) => line.units > 0);
}

/** Whether somebody else, or somebody too late, undoes without being a supervisor (A13). */
function isLateUndo(book: Book, act: Recorded, shipment: Fulfillment): boolean {
  const last = shipment.steps.at(-1);
  const windowMs = book.policy.undo_window_min * 60_000;
  const own = last?.by === act.staff.id && act.read.op.at - last.at <= windowMs;
  return !own && !decidesAlone(act.staff.role);
}

/** The shipment as it is when its goods are out, else with the packing that must have happened. */
export function packedFirst(
  book: Book,
  act: Recorded,
  order: Order,
  shipment: Fulfillment,
): Packed {
  if (isOut(shipment.state)) return { order, shipment, posting: null, linked: null, flags: [] };
  const packed = takeOut(book, act, order, shipment, shipment.lines);
  if (packed.posting === null) return packed;
  return { ...packed, flags: [...packed.flags, about(act, shipment, 'implied_pack')] };
}
