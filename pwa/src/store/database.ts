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
import { DATABASE, upgrade, VERSION, type Layout } from './schema.ts';

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

/** The database cannot be had any more, not even anew: the app must be loaded again. What was saved is on the disk. */
export class DiskLost extends Error {}

/** A release after this one has laid the database out so that this one cannot read it. */
export class DiskTooNew extends Error {}

/** Names of the errors by which browsers say that a connection is gone (iOS ends its database server at will). */
const GONE: readonly string[] = ['UnknownError', 'InvalidStateError'];

/** The connection to the phone's database; opened anew once when the browser has taken it away. */
export class Disk {
  /** Told when there is no connection any more and none can be had. */
  onLost: () => void = () => undefined;
  private opening: Promise<void> | null = null;
  private closed = false;

  constructor(
    private connection: IDBDatabase,
    private readonly connect: () => Promise<IDBDatabase>,
  ) {
    this.watch();
  }

  transaction(
    stores: readonly StoreName[],
    mode: IDBTransactionMode,
    options?: IDBTransactionOptions,
  ): IDBTransaction {
    return this.connection.transaction(stores, mode, options);
  }

  close(): void {
    this.connection.close();
  }

  /** Whether `error` says that the connection is gone, and not that the work was wrong. */
  isGone(error: unknown): boolean {
    return this.closed || GONE.includes(nameOf(error));
  }

  /** Open anew; who asks while that is under way waits for the same. Rejects with DiskLost. */
  again(): Promise<void> {
    this.opening ??= this.reopen().finally(() => (this.opening = null));
    return this.opening;
  }

  /** Nothing helped: say so, once and for all. */
  lose(cause: unknown): DiskLost {
    this.onLost();
    return new DiskLost('the database is gone', { cause });
  }

  private async reopen(): Promise<void> {
    try {
      this.connection.close();
      this.connection = await this.connect();
    } catch (error) {
      throw this.lose(error);
    }
    this.watch();
  }

  private watch(): void {
    const connection = this.connection;
    this.closed = false;
    // An old tab that keeps its connection would block a newer version for ever.
    connection.onversionchange = () => {
      connection.close();
    };
    connection.onclose = () => {
      if (connection !== this.connection) return;
      this.closed = true;
      void this.again().catch(() => undefined);
    };
  }
}

/** Open the phone's database; `blocked` is told when a window of an older release is in the way. */
export async function openDatabase(
  factory: IDBFactory,
  blocked: () => void = () => undefined,
): Promise<Disk> {
  const connect = () => connectTo(factory, blocked);
  return new Disk(await connect(), connect);
}

async function connectTo(factory: IDBFactory, blocked: () => void): Promise<IDBDatabase> {
  try {
    return await opened(factory.open(DATABASE, VERSION), blocked);
  } catch (error) {
    if (nameOf(error) !== 'VersionError') throw error;
  }
  // A later release was here, and this one is back: what only adds can be used as it stands.
  const newer = await opened(factory.open(DATABASE), blocked);
  const meta = newer.transaction(['meta'], 'readonly').objectStore('meta');
  const layout = await answer<Layout | undefined>(meta.get('layout'));
  if (layout !== undefined && layout.readable_by <= VERSION) return newer;
  newer.close();
  throw new DiskTooNew();
}

function opened(request: IDBOpenDBRequest, blocked: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    request.onupgradeneeded = (event) => {
      const tx = request.transaction;
      if (tx !== null) upgrade(request.result, tx, event.oldVersion);
    };
    request.onblocked = blocked;
    request.onerror = () => {
      reject(request.error ?? new DOMException('no database', 'UnknownError'));
    };
    request.onsuccess = () => {
      resolve(request.result);
    };
  });
}

/** The name by which browsers tell errors apart; empty for what is no error of theirs. */
export function nameOf(error: unknown): string {
  return error instanceof DOMException || error instanceof Error ? error.name : '';
}

/** What a request answers; its type is for the caller to say. */
export function answer<T>(request: IDBRequest): Promise<T> {
  const told = new Promise<T>((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result as T);
    };
    request.onerror = () => {
      reject(request.error ?? new DOMException('request failed', 'UnknownError'));
    };
  });
  // Several requests fail together with their transaction, and then only the first is waited for.
  told.catch(() => undefined);
  return told;
}

/** How a transaction is run: which stores, whether it writes, and whether it must reach the disk before it is done. */
export interface Terms {
  readonly stores: readonly StoreName[];
  readonly mode: IDBTransactionMode;
  readonly durability?: IDBTransactionDurability;
}

/** What is done in a transaction; `again`: the first try was cut off, and nobody knows whether it reached the disk. */
type Work<T> = (tx: IDBTransaction, again: boolean) => Promise<T> | T;

/**
 * Run `work` in one transaction and return its value once the transaction is complete.
 *
 * Whatever fails inside, nothing of the transaction stays. `work` may await requests of this transaction only: waiting
 * for anything else lets the browser commit early. When the connection is gone it runs a second time on a new one.
 */
export async function inTransaction<T>(db: Disk, terms: Terms, work: Work<T>): Promise<T> {
  try {
    return await tried(db, terms, (tx) => work(tx, false));
  } catch (error) {
    if (!db.isGone(error)) throw error;
  }
  await db.again();
  try {
    return await tried(db, terms, (tx) => work(tx, true));
  } catch (error) {
    throw db.isGone(error) ? db.lose(error) : error;
  }
}

async function tried<T>(
  db: Disk,
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
