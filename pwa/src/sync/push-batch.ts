/** The body of a push: ops verbatim as they are stored, so that the chain holds for the very bytes that travel. */

import type { Epoch } from '../protocol/generated.ts';
import type { StoredOp } from '../store/database.ts';
import type { OutboxDepth } from '../store/outbox.ts';
import type { Cursors } from '../protocol/settled.ts';

/** `cursors` null: no pull rides along. */
export function pushBody(
  batch: readonly StoredOp[],
  depth: OutboxDepth,
  epoch: Epoch | null,
  cursors: Cursors | null,
): string {
  const envelope = JSON.stringify({
    epoch,
    incarnation: depth.log.incarnation,
    unsent: depth.unsent,
    oldest_at: depth.oldest_at,
    acked_n: depth.acked_n,
    pull: cursors === null ? null : { cursors },
  });
  const ops = batch.map((op) => op.text).join(',');
  return `${envelope.slice(0, -1)},"ops":[${ops}]}`;
}
