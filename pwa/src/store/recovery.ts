/** The one recovery path's part on the disk: what to offer, and the op log's next life. */

import {
  LIMITS,
  type DeviceHead,
  type Epoch,
  type Incarnation,
  type OpId,
} from '../protocol/generated.ts';
import { canonicalHash } from '../protocol/link.ts';
import { answer, inTransaction, type Disk, type StoredOp } from './database.ts';
import { putMeta, readLog, type OpLog } from './meta.ts';
import { opOf, place } from './outbox.ts';

/**
 * Ids to offer, in the order of recording: everything unanswered, and what was answered since the server's backup was
 * made (all of the journal where that moment is not known).
 */
export async function idsToOffer(db: Disk, restoredTo: number | null): Promise<readonly OpId[]> {
  const since = restoredTo === null ? -Infinity : restoredTo - LIMITS.BACKUP_MARGIN_MS;
  const ops = await inTransaction(db, { stores: ['ops'], mode: 'readonly' }, (tx) =>
    answer<StoredOp[]>(tx.objectStore('ops').getAll()),
  );
  return ops
    .filter((op) => op.unsent === 1 || (op.answered_at ?? Infinity) >= since)
    .slice(-LIMITS.OFFER_IDS_MAX)
    .map((op) => op.id);
}

/** From which number on this life of the log is held without a gap; beyond its end when nothing is. */
export async function heldFrom(db: Disk, log: OpLog): Promise<number> {
  if (log.n === 0) return 1;
  const range = IDBKeyRange.bound([log.incarnation, 1], [log.incarnation, log.n]);
  const held = await inTransaction(db, { stores: ['ops'], mode: 'readonly' }, (tx) =>
    answer<StoredOp[]>(tx.objectStore('ops').index('place').getAll(range)),
  );
  let lowest = log.n + 1;
  for (let at = held.length - 1; held[at]?.n === lowest - 1; at -= 1) lowest -= 1;
  return lowest;
}

/**
 * Begin a new life of the op log: what the server lacks, and whatever has no answer, is numbered and chained anew in
 * the order of recording. Ids and bodies stay.
 */
export async function renumber(
  db: Disk,
  missing: readonly OpId[],
  incarnation: Incarnation,
): Promise<void> {
  const lacking = new Set(missing);
  await inTransaction(
    db,
    { stores: ['ops', 'meta'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      const before = await readLog(tx, incarnation);
      let log: OpLog = { incarnation, n: 0, head: null, epoch: before.epoch };
      const store = tx.objectStore('ops');
      for (const stored of await answer<StoredOp[]>(store.getAll())) {
        if (stored.unsent !== 1 && !lacking.has(stored.id)) continue;
        const placed = place(opOf(stored), log);
        const { result: _, answered_at: __, ...rest } = stored;
        store.put({ ...rest, ...placed.op, unsent: 1, open: 1 });
        log = placed.log;
      }
      putMeta(tx, 'log', log);
    },
  );
}

/** Take over a new epoch: last of all, and in one transaction with forgetting what the old one had sent. */
export async function adoptEpoch(db: Disk, epoch: Epoch, fresh: Incarnation): Promise<void> {
  await inTransaction(
    db,
    { stores: ['rows', 'meta'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      const log = await readLog(tx, fresh);
      if (log.epoch === epoch) return;
      tx.objectStore('rows').clear();
      putMeta(tx, 'cursors', {});
      putMeta(tx, 'witness', {});
      putMeta(tx, 'log', { ...log, epoch });
    },
  );
}

/**
 * Whether the server's head is not one that our op log passes through: then one of us has lost or gained ops.
 *
 * An op that the journal has forgotten cannot be compared and counts as the same.
 */
export async function headDiffers(
  db: Disk,
  theirs: DeviceHead,
  log: OpLog,
  ackedN: number,
): Promise<boolean> {
  if (theirs.n > log.n || theirs.n < ackedN) return true;
  if (theirs.n === 0 || theirs.head === null) return false;
  if (theirs.n === log.n && theirs.head === log.head) return false;
  const ours = await inTransaction(db, { stores: ['ops'], mode: 'readonly' }, (tx) =>
    answer<StoredOp | undefined>(
      tx.objectStore('ops').index('place').get([log.incarnation, theirs.n]),
    ),
  );
  if (ours === undefined || ours.link === theirs.head) return false;
  return canonicalHash(ours.text) !== theirs.head;
}
