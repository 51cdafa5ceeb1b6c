/** Who uses this phone: taken over at sign-in, forgotten at sign-out. The outbox outlives both. */

import type { Incarnation } from '../protocol/generated.ts';
import { inTransaction, type Disk } from './database.ts';
import { getMeta, putMeta, readLog, type Identity } from './meta.ts';

/**
 * Take over who signed in; `fresh` names the op log's first life on a new phone.
 *
 * Rows of another person or device are forgotten: they may hold what this one must not see.
 */
export async function keepIdentity(
  db: Disk,
  identity: Identity,
  fresh: Incarnation,
): Promise<void> {
  await inTransaction(
    db,
    { stores: ['meta', 'rows'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      const before = await getMeta(tx, 'identity');
      const same =
        before?.device_id === identity.device_id && before.staff.id === identity.staff.id;
      if (!same) forgetRows(tx);
      putMeta(tx, 'identity', identity);
      putMeta(tx, 'log', await readLog(tx, fresh));
    },
  );
}

/** Forget person and rows; ops and the op log stay. */
export async function forgetIdentity(db: Disk): Promise<void> {
  await inTransaction(
    db,
    { stores: ['meta', 'rows'], mode: 'readwrite', durability: 'strict' },
    (tx) => {
      forgetRows(tx);
      tx.objectStore('meta').delete('identity');
    },
  );
}

/** Forget what the server can send again, for want of room; person, ops and the op log stay. */
export async function forgetReplica(db: Disk): Promise<void> {
  await inTransaction(db, { stores: ['meta', 'rows'], mode: 'readwrite' }, (tx) => {
    tx.objectStore('rows').clear();
    putMeta(tx, 'cursors', {});
  });
}

function forgetRows(tx: IDBTransaction): void {
  tx.objectStore('rows').clear();
  putMeta(tx, 'cursors', {});
  putMeta(tx, 'streams', []);
  putMeta(tx, 'witness', {});
  tx.objectStore('meta').delete('branch');
}
