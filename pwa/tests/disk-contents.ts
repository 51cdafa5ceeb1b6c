/** All that a phone's disk holds, as one value: to compare two moments, and to copy a phone. */

import { answer, inTransaction, openDatabase, type Disk } from '../src/store/database.ts';
import type { StoredOp, StoredRow } from '../src/store/database.ts';

export interface DiskContents {
  readonly ops: readonly StoredOp[];
  readonly rows: readonly StoredRow[];
  readonly meta: Readonly<Record<string, unknown>>;
}

export async function contentsOf(db: Disk): Promise<DiskContents> {
  return inTransaction(db, { stores: ['ops', 'rows', 'meta'], mode: 'readonly' }, async (tx) => {
    const all = <T>(store: string) => answer<T[]>(tx.objectStore(store).getAll());
    const names = answer<string[]>(tx.objectStore('meta').getAllKeys());
    const values = await all('meta');
    const meta = Object.fromEntries((await names).map((name, i) => [name, values[i]]));
    return { ops: await all<StoredOp>('ops'), rows: await all<StoredRow>('rows'), meta };
  });
}

/** Make an empty disk hold `contents`. */
export async function diskWith(factory: IDBFactory, contents: DiskContents): Promise<Disk> {
  const db = await openDatabase(factory);
  await inTransaction(db, { stores: ['ops', 'rows', 'meta'], mode: 'readwrite' }, (tx) => {
    for (const op of contents.ops) tx.objectStore('ops').put(op);
    for (const row of contents.rows) tx.objectStore('rows').put(row);
    for (const [name, value] of Object.entries(contents.meta)) {
      tx.objectStore('meta').put(value, name);
    }
  });
  return db;
}
