/** What happens when the phone is full: what can be fetched again goes, what a person recorded never does. */

import type { StreamName } from '../protocol/generated.ts';
import { inTransaction, nameOf, type Disk } from './database.ts';
import { getMeta, putMeta } from './meta.ts';
import { streamRange } from './rows.ts';

/** Whether the browser has no room left for us. */
export function isFull(error: unknown): boolean {
  return nameOf(error) === 'QuotaExceededError';
}

/** Caches of the service worker with the app itself: without them it would not open offline. */
const APP_CACHE = 'app-';

/** Forget cached pictures and the like; returns whether there was anything. */
export async function dropCaches(caches: CacheStorage): Promise<boolean> {
  const names = (await caches.keys()).filter((name) => !name.startsWith(APP_CACHE));
  for (const name of names) await caches.delete(name);
  return names.length > 0;
}

/** Forget the rows of some streams, which the server sends again; returns those that were there. */
export async function dropRows(
  db: Disk,
  which: (stream: StreamName) => boolean,
): Promise<readonly StreamName[]> {
  return inTransaction(db, { stores: ['rows', 'meta'], mode: 'readwrite' }, async (tx) => {
    const cursors = { ...(await getMeta(tx, 'cursors')) };
    const dropped = (Object.keys(cursors) as StreamName[]).filter(which);
    for (const stream of dropped) {
      tx.objectStore('rows').delete(streamRange(stream));
      Reflect.deleteProperty(cursors, stream);
    }
    putMeta(tx, 'cursors', cursors);
    return dropped;
  });
}
