/** How long a phone keeps ops that were answered. Twin of `sync_protocol/journal.py`, held to it by vectors. */

import { LIMITS } from './generated.ts';

const DAY_MS = 86_400_000;

/**
 * How many of the oldest answered ops may go; `answeredAt` stands in the order of recording. All moments are the
 * server's, epoch ms. Ops go from the oldest on without a gap.
 */
export function forgettable(
  answeredAt: readonly number[],
  now: number,
  backedUpTo: number | null,
): number {
  const backedUp = backedUpTo === null ? -1 : backedUpTo - LIMITS.BACKUP_MARGIN_MS;
  const beyond = answeredAt.length - LIMITS.JOURNAL_OPS_MAX;
  const stays = answeredAt.findIndex((at, place) => {
    const days = (now - at) / DAY_MS;
    const old = days > LIMITS.JOURNAL_DAYS || (days > LIMITS.JOURNAL_FLOOR_DAYS && at < backedUp);
    return place >= beyond && !old;
  });
  return stays === -1 ? answeredAt.length : stays;
}
