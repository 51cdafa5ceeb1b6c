/** Where a shipment's goods are; twin of `sync_protocol/fulfillments.py`. */

import {
  GOODS_OUT,
  type Fulfillment,
  type FulfillmentLine,
  type FulfillmentState,
  type Return,
} from './generated.ts';

/** Whether the lines of a shipment in that state are out of the branch's stock (I6). */
export function isOut(state: FulfillmentState): boolean {
  return GOODS_OUT.includes(state);
}

/** Whether a shipment's lines are promised but still on the shelf. */
export function reserves(shipment: Fulfillment): boolean {
  return shipment.state === 'pending';
}

/** Units that have not come back and were not lost. */
export function goneUnits(line: FulfillmentLine): number {
  return line.units - line.returned_units - line.lost_units;
}

/** The return that is under way, if any. */
export function openReturn(shipment: Fulfillment): Return | undefined {
  return shipment.returns.find((back) => !back.closed);
}
