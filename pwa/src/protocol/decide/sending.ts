/** Handing over: dispatch and delivery move no branch stock by themselves; twin of `sync_protocol/decide/sending.py`. */

import { isOut } from '../fulfillments.ts';
import type { Code, Deliver, Discrepancy, Dispatch, Fulfillment, Order } from '../generated.ts';
import { tellsNoStore } from '../rights.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { withDoorCash } from './cash.ts';
import { about, flagged } from './flags.ts';
import { packedFirst, type Packed } from './packing.ts';
import { restComesBack } from './returning.ts';
import {
  already,
  namedLines,
  parked,
  shipmentAndOrder,
  stepped,
  withShipment,
} from './shipping.ts';
import { closedRunFlags, offTheRun, takenOut, withStop } from './stops.ts';

/**
 * Record that a courier has the parcel.
 *
 * A parcel that nobody packed in Rawana was packed all the same: the missing posting is made and flagged.
 */
export function dispatch(book: Book, act: Recorded, body: Dispatch): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  const { state, tracking_number, courier } = shipment;
  if (state !== 'pending' && state !== 'packed' && state !== 'cancelled') {
    const same = tracking_number === body.tracking_number && courier === body.courier;
    if (same) return already(shipment);
    return flagged([about(act, shipment, 'double_dispatch', { detail: body.tracking_number })]);
  }
  const packed = packedFirst(book, act, order, shipment);
  if (!isOut(packed.shipment.state)) return flagged(packed.flags);
  const given = withCourier(offTheRun(packed.shipment), body, book);
  const sent = stepped(given, 'dispatched', act);
  return {
    ...handedOver(act, shipment, sent, packed, 'dispatched_cancelled'),
    runs: takenOut(book, shipment),
  };
}

/**
 * Record that the customer has it, and what was paid.
 *
 * A parcel never dispatched here was dispatched all the same, and is flagged. One that is on its way back, or back,
 * keeps that too: both recordings stand until somebody says which is true.
 */
export function deliver(book: Book, act: Recorded, body: Deliver): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  if (namedLines(order, body.lines) === null) {
    return parked('unknown_reference', `a line of order ${order.id}`);
  }
  if (shipment.state === 'delivered') return already(shipment);
  if (['returning', 'returned', 'lost', 'voided'].includes(shipment.state)) {
    return deliveredAllTheSame(book, act, order, shipment, body);
  }
  const packed = packedFirst(book, act, order, shipment);
  if (!isOut(packed.shipment.state)) return flagged(packed.flags);
  const given = stepped(packed.shipment, 'delivered', act);
  const split = restComesBack(act, given, body.lines);
  const whole = split === given;
  // Nobody said: of a whole parcel what it was to collect, of a part nobody can tell.
  const paisa = body.cash_paisa ?? (whole ? packed.shipment.collect_paisa : 0);
  const after = takenAtDoor(split, body, paisa);
  const implied =
    packed.shipment.state === 'packed' ? [about(act, shipment, 'implied_dispatch')] : [];
  const flags = [
    ...packed.flags,
    ...implied,
    ...cashFlags(act, packed.shipment, paisa, whole || body.cash_paisa === null),
    ...closedRunFlags(book, act, shipment),
  ];
  const told = handedOver(act, shipment, after, { ...packed, flags }, 'delivered_cancelled');
  const state = after.state === 'delivered' ? 'delivered' : 'partial';
  return {
    ...told,
    orders: told.orders.map((changed) => withDoorCash(changed, after, paisa, act)),
    runs: withStop(book, act, after, state, paisa),
  };
}

function takenAtDoor(shipment: Fulfillment, body: Deliver, cash_paisa: number): Fulfillment {
  return {
    ...shipment,
    cash_paisa,
    received_by: body.received_by || shipment.received_by,
    note: body.note || shipment.note,
  };
}

/** A parcel that brought another amount than it was to collect is asked about; of a part the rider's word counts. */
function cashFlags(
  act: Recorded,
  shipment: Fulfillment,
  paisa: number,
  whole: boolean,
): Discrepancy[] {
  if (!whole || paisa === shipment.collect_paisa) return [];
  return [about(act, shipment, 'cash_different', { paisa })];
}

/** Keep the state that is known, count the cash that was taken, and ask. */
function deliveredAllTheSame(
  book: Book,
  act: Recorded,
  order: Order,
  shipment: Fulfillment,
  { cash_paisa, note }: Deliver,
): Decision {
  const doubt = flagged([about(act, shipment, 'deliver_vs_return', { detail: note })]);
  if (!cash_paisa || shipment.cash_paisa) return doubt;
  const paid = { ...shipment, cash_paisa, rev: shipment.rev + 1 };
  return {
    ...doubt,
    orders: [withDoorCash({ ...order, rev: order.rev + 1 }, shipment, cash_paisa, act)],
    fulfillments: [paid],
    runs: withStop(book, act, paid, 'delivered', cash_paisa),
  };
}

function withCourier(shipment: Fulfillment, body: Dispatch, book: Book): Fulfillment {
  return {
    ...shipment,
    courier: body.courier,
    tracking_number: body.tracking_number,
    tracking_url: body.tracking_url,
    no_tracking_reason: body.no_tracking_reason,
    notify_customer: body.notify_customer && book.policy.notify_customer,
    collect_paisa: body.collect_paisa ?? shipment.collect_paisa,
  };
}

function handedOver(
  act: Recorded,
  before: Fulfillment,
  after: Fulfillment,
  packed: Packed,
  cancelled: Code,
): Decision {
  const flags =
    packed.order.cancelled_at === null
      ? packed.flags
      : [about(act, before, cancelled), ...packed.flags];
  const told = tellsNoStore(act.staff.role) ? after : withShopify(packed.order, after);
  // The order has been counted up to `packed.shipment`; what is left is the way from there to `told`.
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? null,
    orders: [withShipment(packed.order, packed.shipment, told)],
    fulfillments: packed.linked === null ? [told] : [packed.linked, told],
    postings: packed.posting === null ? [] : [packed.posting],
    discrepancies: flags,
  });
}

/** The server will tell Shopify of a smart shipment once; manual work never reaches Shopify (I13). */
function withShopify(order: Order, shipment: Fulfillment): Fulfillment {
  if (shipment.shopify_state !== 'not_yet' || shipment.workflow !== 'smart') return shipment;
  const skipped = order.shopify_gid === null || order.cancelled_at !== null;
  return { ...shipment, shopify_state: skipped ? 'skipped' : 'queued' };
}
