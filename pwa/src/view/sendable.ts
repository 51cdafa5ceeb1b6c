/** What can still have been sent by hand: what was ordered less what is out already. */

import type { OrderLine } from '../protocol/generated.ts';
import { inStockLogic } from '../protocol/order-lines.ts';

export function sendable(line: OrderLine): number {
  return inStockLogic(line) ? Math.max(0, line.current_units - line.out_units) : 0;
}
