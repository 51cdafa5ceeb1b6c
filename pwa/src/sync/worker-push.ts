/** The outbox sent after the app was closed, by the service worker: the page's own push, batch for batch. */

import type { Disk } from '../store/database.ts';
import type { Applied } from '../store/rows.ts';
import { Exchanges } from './exchanges.ts';
import type { Surroundings } from './surroundings.ts';
import { Declined } from './transport.ts';

/** Not now; the browser tries again later. */
export class TryLater extends Error {}

/**
 * Send what waits and keep the answers. Rejects when trying again later may help; what needs more than that (to sign in,
 * to recover the op log) is left for the page.
 */
export async function pushAll(
  db: Disk,
  around: Surroundings,
  applied: (applied: Applied) => void,
): Promise<void> {
  const exchanges = new Exchanges(db, around, applied, () => Promise.resolve({}));
  for (;;) {
    const { unsent, log } = await exchanges.depth();
    // A log that has never met its server greets it first, and that is the page's work.
    if (unsent === 0 || log.epoch === null) return;
    try {
      const { kind, retry_after_ms } = await exchanges.push();
      if (kind === 'failed' || retry_after_ms > 0) throw new TryLater('nothing was taken');
    } catch (error) {
      if (!(error instanceof Declined)) throw error;
      if (error.problem === 'too_large' && exchanges.batchOps > 1) {
        exchanges.batchOps = Math.floor(exchanges.batchOps / 2);
      } else if (error.status >= 500 || error.status === 429) throw error;
      else return;
    }
  }
}
