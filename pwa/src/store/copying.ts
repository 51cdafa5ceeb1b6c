/** What a copy of the outbox holds: everything that the server has not taken, as it was written. */

import type { ResultStatus } from '../protocol/generated.ts';
import { answer, inTransaction, type Disk, type StoredOp } from './database.ts';
import { putMeta } from './meta.ts';

/** Answers after which an op is still nowhere but here and in a supervisor's list. */
const NOT_TAKEN: readonly ResultStatus[] = ['parked', 'refused'];

/** Unsent, set-aside and refused ops, in the order in which they were recorded. */
export async function opsToCopy(db: Disk): Promise<readonly StoredOp[]> {
  return inTransaction(db, { stores: ['ops'], mode: 'readonly' }, async (tx) => {
    const ops = tx.objectStore('ops');
    const lists = await Promise.all([
      answer<StoredOp[]>(ops.index('unsent').getAll(1)),
      ...NOT_TAKEN.map((status) => answer<StoredOp[]>(ops.index('status').getAll(status))),
    ]);
    return lists.flat().sort((a, b) => a.seq - b.seq);
  });
}

/** Remember that everything up to these ops has left the phone in a copy, at `now` (epoch ms). */
export async function rememberCopy(db: Disk, ops: readonly StoredOp[], now: number): Promise<void> {
  const seq = ops.at(-1)?.seq ?? 0;
  await inTransaction(db, { stores: ['meta'], mode: 'readwrite', durability: 'strict' }, (tx) => {
    putMeta(tx, 'copied', { seq, at: now });
  });
}
