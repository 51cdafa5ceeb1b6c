/** The customer said yes; twin of `sync_protocol/decide/confirming.py`. */

import type { Confirm } from '../generated.ts';
import { withStatus } from '../order-lines.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { parked, refused } from './shipping.ts';

/** Record a confirmation; a second one changes nothing and names the first. */
export function confirm(book: Book, act: Recorded, body: Confirm): Decision {
  const order = book.orders.get(body.order_id);
  if (order === undefined) return parked('unknown_reference', `order ${body.order_id}`);
  if (order.cancelled_at !== null) return refused('order_cancelled');
  const before = order.confirmation;
  if (before.state === 'confirmed') {
    return decision('noop', { code: 'already_done', by: before.by, at: before.at });
  }
  const changed = withStatus({
    ...order,
    confirmation: {
      state: 'confirmed',
      by: act.staff.id,
      at: act.read.op.at,
      channel: body.channel,
      note: body.note,
    },
    rev: order.rev + 1,
  });
  return decision('applied', { orders: [changed] });
}
