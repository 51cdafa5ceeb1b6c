/** What goods that left otherwise make of earlier promises; twin of `sync_protocol/decide/correcting.py`. */

import { reserves } from '../fulfillments.ts';
import type { Fulfillment, FulfillmentId, FulfillmentLine, Order } from '../generated.ts';
import { lineOf } from '../order-lines.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { shipPosting, stepped, withShipment } from './shipping.ts';

/** Let a new record's lines have left its branch, and free what was promised of them. */
export function sentOut(book: Book, act: Recorded, order: Order, record: Fulfillment): Decision {
  const posting = shipPosting(act, record);
  const sent = { ...record, posting_id: posting.id };
  const changed = new Map<FulfillmentId, Fulfillment>([[sent.id, sent]]);
  let after = withShipment(order, null, sent);
  // Youngest first: goods that left otherwise, or were edited away, must not stay reserved on a shelf.
  for (const shipment of [...book.shipmentsOf(order.id)].reverse()) {
    const released = reserves(shipment) ? withoutExcess(act, after, shipment) : shipment;
    if (released === shipment) continue;
    after = withShipment(after, shipment, released);
    changed.set(released.id, released);
  }
  return decision('applied', {
    orders: [after],
    fulfillments: [...changed.values()],
    postings: [posting],
  });
}

/** The pending shipment with no more than the order still wants of it; the same one where that is all of it. */
function withoutExcess(act: Recorded, order: Order, shipment: Fulfillment): Fulfillment {
  const lines = stillPromised(order, shipment);
  if (lines.length === 0) return stepped(shipment, 'cancelled', act);
  const same = lines.every((line, index) => line.units === shipment.lines[index]?.units);
  if (same && lines.length === shipment.lines.length) return shipment;
  return { ...shipment, lines, rev: shipment.rev + 1 };
}

function stillPromised(order: Order, shipment: Fulfillment): FulfillmentLine[] {
  return shipment.lines
    .map((line) => {
      const known = lineOf(order, line.order_line_id);
      const over =
        known === undefined ? 0 : known.pending_units + known.out_units - known.current_units;
      return { ...line, units: line.units - Math.min(Math.max(0, over), line.units) };
    })
    .filter((line) => line.units > 0);
}
