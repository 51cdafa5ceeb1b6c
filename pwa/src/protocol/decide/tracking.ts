/** Tries that failed, which move no stock; twin of `attempt_failed` in `sync_protocol/decide/tracking.py`. */

import { ON_THE_WAY, type AttemptFailed, type FulfillmentState } from '../generated.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { about, flagged } from './flags.ts';
import { parked, shipmentAndOrder, withShipment } from './shipping.ts';
import { withStop } from './stops.ts';

const NOT_ON_THE_WAY: readonly FulfillmentState[] = ['pending', 'packed', 'cancelled', 'voided'];

/** Log a try that failed. Of a parcel that has ended meanwhile it is kept as history and changes nothing else. */
export function attemptFailed(book: Book, act: Recorded, body: AttemptFailed): Decision {
  const found = shipmentAndOrder(book, body.fulfillment_id);
  if (found === null) return parked('unknown_reference', `fulfillment ${body.fulfillment_id}`);
  const { shipment, order } = found;
  const { outcome, next_at, note } = body;
  if (NOT_ON_THE_WAY.includes(shipment.state)) {
    return flagged([about(act, shipment, 'not_dispatched', { detail: note })]);
  }
  const attempt = { outcome, by: act.staff.id, at: act.read.op.at, next_at, note };
  const after = {
    ...shipment,
    attempts: [...shipment.attempts, attempt],
    rev: shipment.rev + 1,
  };
  return decision('applied', {
    orders: [withShipment(order, shipment, after)],
    fulfillments: [after],
    runs: ON_THE_WAY.includes(shipment.state) ? withStop(book, act, after, outcome) : [],
  });
}
