/** Single values of the phone: where its op log stands, what it has seen, who uses it. */

import type {
  BranchId,
  DeviceId,
  Epoch,
  Incarnation,
  Staff,
  StreamName,
} from '../protocol/generated.ts';
import type { Layout } from './schema.ts';
import { answer, inTransaction, type Disk } from './database.ts';

/** The op log of this device in its present life. `head` is the link of op `n`. */
export interface OpLog {
  readonly incarnation: Incarnation;
  readonly n: number;
  readonly head: string | null;
  readonly epoch: Epoch | null;
}

export interface Identity {
  readonly device_id: DeviceId;
  readonly staff: Staff;
}

export type Language = 'en' | 'ur';

export interface Meta {
  log: OpLog;
  cursors: Readonly<Record<StreamName, number>>;
  /** Streams that the server grants, in the order in which they matter. */
  streams: readonly StreamName[];
  identity: Identity;
  language: Language;
  /** The branch that somebody of several branches works at now. */
  branch: BranchId;
  /** [offset to the server, uncertainty], ms. */
  clock: readonly [number, number];
  /** Last ledger [version, hash] seen per branch. */
  witness: Readonly<Record<BranchId, readonly [number, string]>>;
  /** Epoch ms of the last answer from the server. */
  contact_at: number;
  layout: Layout;
  /** Up to which op (`seq`) the outbox has been saved as a copy, and when, epoch ms. */
  copied: { readonly seq: number; readonly at: number };
}

export type MetaName = keyof Meta;

export function getMeta<K extends MetaName>(
  tx: IDBTransaction,
  name: K,
): Promise<Meta[K] | undefined> {
  return answer<Meta[K] | undefined>(tx.objectStore('meta').get(name));
}

export function putMeta<K extends MetaName>(tx: IDBTransaction, name: K, value: Meta[K]): void {
  tx.objectStore('meta').put(value, name);
}

export async function readAllMeta(db: Disk): Promise<Partial<Meta>> {
  return inTransaction(db, { stores: ['meta'], mode: 'readonly' }, async (tx) => {
    const store = tx.objectStore('meta');
    const [names, values] = await Promise.all([
      answer<string[]>(store.getAllKeys()),
      answer<unknown[]>(store.getAll()),
    ]);
    return Object.fromEntries(names.map((name, i) => [name, values[i]]));
  });
}

export async function writeMeta<K extends MetaName>(
  db: Disk,
  name: K,
  value: Meta[K],
): Promise<void> {
  await inTransaction(db, { stores: ['meta'], mode: 'readwrite' }, (tx) => {
    putMeta(tx, name, value);
  });
}

/** The log as stored, or the start of a first life under `fresh`. */
export async function readLog(tx: IDBTransaction, fresh: Incarnation): Promise<OpLog> {
  const log = await getMeta(tx, 'log');
  return log ?? { incarnation: fresh, n: 0, head: null, epoch: null };
}
