/** Handing over: dispatch and delivery move no branch stock by themselves; twin of `sync_protocol/decide/sending.py`. */

import type { Code, Deliver, Dispatch, Fulfillment, Order } from '../generated.ts';
import { isOut } from '../order-lines.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { takeOut, type Packed } from './packing.ts';
import {
  about,
  already,
  flagged,
  parked,
  shipmentAndOrder,
  stepped,
  withShipment,
} from './shipping.ts';

/**
 * Record that a courier has the parcel.
 *
 * A parcel that nobody packed in Rawana was packed all the same: the missing posting is made and flagged.
 */
export function dispatch(book: Book, act: Recorded, body: Dispatch): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  if (isOut(shipment.state) && shipment.state !== 'packed') {
    const same =
      shipment.tracking_number === body.tracking_number && shipment.courier === body.courier;
    if (same) return already(shipment);
    return flagged([about(act, shipment, 'double_dispatch', body.tracking_number)]);
  }
  const packed = packedFirst(book, act, order, shipment);
  if (!isOut(packed.shipment.state)) return flagged(packed.flags);
  const sent = stepped(withCourier(packed.shipment, body, book), 'dispatched', act);
  return handedOver(act, shipment, sent, packed, 'dispatched_cancelled');
}

/** Record that the customer has it. A parcel never dispatched here was dispatched all the same, and is flagged. */
export function deliver(book: Book, act: Recorded, body: Deliver): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  if (shipment.state === 'delivered') return already(shipment);
  let packed = packedFirst(book, act, order, shipment);
  if (!isOut(packed.shipment.state)) return flagged(packed.flags);
  if (packed.shipment.state === 'packed') {
    const implied = about(act, shipment, 'implied_dispatch');
    packed = { ...packed, flags: [...packed.flags, implied] };
  }
  const taken = {
    ...packed.shipment,
    cash_paisa: body.cash_paisa,
    note: body.note || packed.shipment.note,
  };
  return handedOver(act, shipment, stepped(taken, 'delivered', act), packed, 'delivered_cancelled');
}

/** The shipment as it is when its goods are out, else with the packing that must have happened. */
function packedFirst(book: Book, act: Recorded, order: Order, shipment: Fulfillment): Packed {
  if (isOut(shipment.state)) return { order, shipment, posting: null, flags: [] };
  const packed = takeOut(book, act, order, shipment, shipment.lines);
  if (packed.posting === null) return packed;
  return { ...packed, flags: [...packed.flags, about(act, shipment, 'implied_pack')] };
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
  const told = withShopify(packed.order, after);
  // The order has been counted up to `packed.shipment`; from there to `told` no line moves.
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? null,
    orders: [withShipment(packed.order, packed.shipment, told)],
    fulfillments: [told],
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
