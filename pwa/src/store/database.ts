/**
 * The phone's database, in raw IndexedDB.
 *
 * `rows` holds only what the server sent; `ops` is outbox and journal in one, and is never wiped; `meta` holds one value
 * per name (see meta.ts).
 */

import type {
  OpId,
  Result,
  RowKey,
  StaffId,
  StreamName,
  Incarnation,
} from '../protocol/generated.ts';

export const DATABASE = 'rawana';
const VERSION = 1;

export type StoreName = 'rows' | 'meta' | 'ops';

/** A row as the server sent it; `body` leaves out what is the default. */
export interface StoredRow {
  readonly stream: StreamName;
  readonly key: RowKey;
  readonly version: number;
  readonly body: unknown;
}

/**
 * An op as recorded. `text` is its JSON exactly as it is sent, `link` that text's hash.
 *
 * `unsent` is present while the server has not answered, `open` while the op's effect may be missing from the rows:
 * indexes leave out what is absent, so both stay small however long the journal grows.
 */
export interface StoredOp {
  readonly seq: number;
  readonly id: OpId;
  readonly incarnation: Incarnation;
  readonly n: number;
  readonly text: string;
  readonly link: string;
  readonly kind: string;
  readonly by: StaffId;
  readonly at: number;
  readonly unsent?: 1;
  readonly open?: 1;
  readonly result?: Result;
  readonly answered_at?: number;
}

export function openDatabase(factory: IDBFactory, name = DATABASE): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, VERSION);
    request.onupgradeneeded = () => {
      createStores(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new DOMException('no database', 'UnknownError'));
    };
    request.onsuccess = () => {
      const db = request.result;
      // An old tab that keeps its connection would block a newer version for ever.
      db.onversionchange = () => {
        db.close();
      };
      resolve(db);
    };
  });
}

function createStores(db: IDBDatabase): void {
  db.createObjectStore('rows', { keyPath: ['stream', 'key'] });
  db.createObjectStore('meta');
  const ops = db.createObjectStore('ops', { keyPath: 'seq', autoIncrement: true });
  ops.createIndex('id', 'id', { unique: true });
  ops.createIndex('unsent', 'unsent');
  ops.createIndex('open', 'open');
  ops.createIndex('answered_at', 'answered_at');
  ops.createIndex('place', ['incarnation', 'n']);
}

/** What a request answers; its type is for the caller to say. */
export function answer<T>(request: IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result as T);
    };
    request.onerror = () => {
      reject(request.error ?? new DOMException('request failed', 'UnknownError'));
    };
  });
}

/** How a transaction is run: which stores, whether it writes, and whether it must reach the disk before it is done. */
export interface Terms {
  readonly stores: readonly StoreName[];
  readonly mode: IDBTransactionMode;
  readonly durability?: IDBTransactionDurability;
}

/**
 * Run `work` in one transaction and return its value once the transaction is complete.
 *
 * Whatever fails inside, nothing of the transaction stays. `work` may await requests of this transaction only: waiting
 * for anything else lets the browser commit early.
 */
export async function inTransaction<T>(
  db: IDBDatabase,
  terms: Terms,
  work: (tx: IDBTransaction) => Promise<T> | T,
): Promise<T> {
  const tx = db.transaction(terms.stores, terms.mode, {
    durability: terms.durability ?? 'relaxed',
  });
  const done = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => {
      resolve();
    };
    // Not onerror: when that fires, the transaction's own error is not set yet.
    tx.onabort = () => {
      reject(tx.error ?? new DOMException('transaction aborted', 'AbortError'));
    };
  });
  let value: T;
  try {
    value = await work(tx);
  } catch (error) {
    abortQuietly(tx);
    await done.catch(() => undefined);
    throw error;
  }
  await done;
  return value;
}

function abortQuietly(tx: IDBTransaction): void {
  try {
    tx.abort();
  } catch {
    // It has aborted by itself already: the request that failed took it down.
  }
}
