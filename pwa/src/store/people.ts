/**
 * Who uses this phone: taken over at sign-in, forgotten at sign-out. The outbox outlives both, and neither happens over
 * work that is nowhere but on this phone.
 */

import type { Incarnation } from '../protocol/generated.ts';
import { answer, inTransaction, type Disk, type StoredOp } from './database.ts';
import { getMeta, putMeta, readLog, type Identity } from './meta.ts';

/** Somebody's unsent work stands in the way; `copied`: all of it has been saved as a copy. */
export class WorkWaits extends Error {
  constructor(
    readonly waiting: number,
    readonly copied: boolean,
  ) {
    super(`${waiting} ops wait`);
  }
}

/** Whether unsent work may be left behind: only what is in a copy, and only by somebody who said so. */
export type Leaving = 'with nothing left' | 'with a copy';

/**
 * Take over who signed in; `fresh` names the op log's first life on a new phone.
 *
 * Rows of another person or device are forgotten: they may hold what this one must not see. Rejects with WorkWaits when
 * another person takes over from whom work waits.
 */
export async function keepIdentity(
  db: Disk,
  identity: Identity,
  fresh: Incarnation,
  leaving: Leaving = 'with nothing left',
): Promise<void> {
  await inTransaction(
    db,
    { stores: ['meta', 'rows', 'ops'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      const before = await getMeta(tx, 'identity');
      const samePerson = before === undefined || before.staff.id === identity.staff.id;
      if (!samePerson) await refuseOverWork(tx, leaving);
      const same =
        before?.device_id === identity.device_id && before.staff.id === identity.staff.id;
      if (!same) forgetRows(tx);
      putMeta(tx, 'identity', identity);
      putMeta(tx, 'log', await readLog(tx, fresh));
    },
  );
}

/** Forget person and rows; ops and the op log stay. Rejects with WorkWaits. */
export async function forgetIdentity(db: Disk, leaving: Leaving): Promise<void> {
  await inTransaction(
    db,
    { stores: ['meta', 'rows', 'ops'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      await refuseOverWork(tx, leaving);
      forgetRows(tx);
      tx.objectStore('meta').delete('identity');
    },
  );
}

/**
 * Keep nothing but the language: this device may no longer talk, and has handed over what it had. Does nothing while
 * something waits all the same: another tab may have recorded it meanwhile.
 */
export async function wipe(db: Disk): Promise<void> {
  await inTransaction(
    db,
    { stores: ['meta', 'rows', 'ops'], mode: 'readwrite', durability: 'strict' },
    async (tx) => {
      if ((await answer<number>(tx.objectStore('ops').index('unsent').count(1))) > 0) return;
      forgetRows(tx);
      tx.objectStore('ops').clear();
      for (const name of ['identity', 'log', 'copied']) tx.objectStore('meta').delete(name);
    },
  );
}

/** Look whether somebody may leave, and change nothing. Rejects with WorkWaits. */
export async function checkLeaving(db: Disk, leaving: Leaving): Promise<void> {
  await inTransaction(db, { stores: ['meta', 'ops'], mode: 'readonly' }, (tx) =>
    refuseOverWork(tx, leaving),
  );
}

async function refuseOverWork(tx: IDBTransaction, leaving: Leaving): Promise<void> {
  const unsent = tx.objectStore('ops').index('unsent');
  const waiting = await answer<number>(unsent.count(1));
  if (waiting === 0) return;
  const last = await answer<IDBCursor | null>(unsent.openKeyCursor(null, 'prev'));
  const copy = await getMeta(tx, 'copied');
  const copied = ((last?.primaryKey ?? 0) as StoredOp['seq']) <= (copy?.seq ?? 0);
  if (!copied || leaving === 'with nothing left') throw new WorkWaits(waiting, copied);
}

function forgetRows(tx: IDBTransaction): void {
  tx.objectStore('rows').clear();
  putMeta(tx, 'cursors', {});
  putMeta(tx, 'streams', []);
  putMeta(tx, 'witness', {});
  tx.objectStore('meta').delete('branch');
}
