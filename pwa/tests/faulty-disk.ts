/** A disk that fails at a chosen moment: the n-th IndexedDB request from now on, or the moment after it. */

import { IDBIndex as FakeIndex, IDBObjectStore as FakeStore } from 'fake-indexeddb';

const METHODS = [
  'add',
  'put',
  'get',
  'getAll',
  'getAllKeys',
  'getKey',
  'delete',
  'clear',
  'count',
  'openCursor',
  'openKeyCursor',
] as const;

type AnyRequest = (...args: unknown[]) => IDBRequest;

let left = Infinity;
let afterIt = false;
let broken = false;

/**
 * Abort the transaction at the `n`-th request (1 is the next), and everything that is tried after it, as when the app is
 * killed there; `after`: let that request succeed first, and abort before anything else is asked or committed.
 */
export function cutAt(n: number, after = false): void {
  left = n;
  afterIt = after;
  broken = false;
}

/** The disk works again; returns whether the moment had come. */
export function mend(): boolean {
  const was = broken;
  left = Infinity;
  broken = false;
  return was;
}

/** Whether the moment has come. */
export function isCut(): boolean {
  return broken;
}

function pass(tx: IDBTransaction, request: () => IDBRequest): IDBRequest {
  left -= 1;
  if (broken || (left === 0 && !afterIt)) return cut(tx);
  const asked = request();
  if (left === 0) {
    asked.addEventListener('success', () => {
      broken = true;
      tx.abort();
    });
  }
  return asked;
}

function cut(tx: IDBTransaction): never {
  broken = true;
  try {
    tx.abort();
  } catch {
    // Aborted already, by an earlier request of the same transaction.
  }
  throw new DOMException('the app was killed here', 'AbortError');
}

for (const { prototype } of [FakeStore, FakeIndex]) {
  const methods = prototype as unknown as Record<string, AnyRequest | undefined>;
  for (const name of METHODS) {
    const original = methods[name];
    if (original === undefined) continue;
    methods[name] = function (this: IDBObjectStore | IDBIndex, ...args: unknown[]) {
      const tx = 'objectStore' in this ? this.objectStore.transaction : this.transaction;
      return pass(tx, () => original.apply(this, args));
    };
  }
}
