/** What of the cash at the door was the difference of an exchange; twin of `sync_protocol/decide/cash.py`. */

import type { ExchangeCase, Fulfillment, Order, Settlement } from '../generated.ts';
import { leftPaisa, openExchange, stillDuePaisa, withCase } from '../order-lines.ts';
import { derived } from '../statuses.ts';
import type { Recorded } from './book.ts';

/** The order with cash taken at the door, of which an open exchange's difference may be a part. */
export function withDoorCash(
  order: Order,
  shipment: Fulfillment,
  paisa: number,
  act: Recorded,
): Order {
  const open = openExchange(order);
  const paid = { ...order, door_paisa: order.door_paisa + paisa };
  const share = open === undefined || paisa <= 0 ? 0 : shareOf(paid, open, shipment, paisa);
  if (open === undefined || share === 0) return derived(paid);
  const settlement: Settlement = {
    paisa: share,
    at_door: true,
    method: 'cash',
    reference: shipment.id,
    by: act.staff.id,
    at: act.read.op.at,
  };
  return derived(withCase(paid, { ...open, settlements: [...open.settlements, settlement] }));
}

/**
 * How much of the parcel's cash was the difference.
 *
 * Where the parcels collect the new amount, the difference is settled when all that is due has been paid.
 */
function shareOf(order: Order, open: ExchangeCase, shipment: Fulfillment, paisa: number): number {
  const left = leftPaisa(open);
  if (open.money === 'with_parcel') return stillDuePaisa(order) === 0 ? left : 0;
  const swapped = new Set(open.replacements.map((item) => item.order_line_id));
  const holdsOne = shipment.lines.some((line) => swapped.has(line.order_line_id));
  return left > 0 && holdsOne ? Math.min(left, paisa) : 0;
}
