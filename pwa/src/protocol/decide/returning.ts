/** What a customer does not keep; twin of `rest_comes_back` in `sync_protocol/decide/returning.py`. */

import { goneUnits } from '../fulfillments.ts';
import type { Fulfillment, LineUnits, Return, ReturnId } from '../generated.ts';
import type { Recorded } from './book.ts';
import { stepped, unitsByLine } from './shipping.ts';

/** The delivered shipment with what the customer did not keep on its way back (partial delivery). */
export function restComesBack(
  act: Recorded,
  delivered: Fulfillment,
  kept: readonly LineUnits[],
): Fulfillment {
  if (kept.length === 0) return delivered;
  const units = unitsByLine(kept);
  const lines = delivered.lines
    .map((line) => {
      const taken = units.get(line.order_line_id) ?? 0;
      const left = Math.max(0, goneUnits(line) - taken);
      return { order_line_id: line.order_line_id, units: left, settled_units: 0 };
    })
    .filter((line) => line.units > 0);
  if (lines.length === 0) return delivered;
  const back: Return = {
    // Its name follows from the op, so that a replay makes the same.
    id: `${act.read.op.id}.rest` as ReturnId,
    kind: 'customer',
    reason: null,
    branch_id: delivered.branch_id,
    by: act.staff.id,
    at: act.read.op.at,
    came_from: 'delivered',
    lines,
    receipts: [],
    closed: false,
  };
  return stepped({ ...delivered, returns: [...delivered.returns, back] }, 'returning', act);
}
