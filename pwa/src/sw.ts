/**
 * The service worker: the app's files from the phone, and, where the browser does that, a push of the outbox after the
 * app was closed.
 *
 * A new version waits until a page asks it to take over; answers of /sync and /auth are never kept.
 */

import { fillPushReply, fillResult, LIMITS, type Incarnation } from './protocol/generated.ts';
import { openDatabase, type Disk } from './store/database.ts';
import { outboxDepth, storeResults, unsentBatch } from './store/outbox.ts';
import { pushBody } from './sync/push-batch.ts';

declare const self: ServiceWorkerGlobalScope;
/** The app's files, [address, whether its name changes with its content]; put in by the build. */
declare const __FILES__: readonly (readonly [string, boolean])[];
/** Differs whenever one of the files does. */
declare const __RELEASE__: string;

const CACHE = `app-${__RELEASE__}`;
/** Addresses that are a screen of the app; every other one belongs to the server. */
const SCREENS: readonly string[] = ['/', '/index.html'];
const LOCK = 'rawana-sync';

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

self.addEventListener('install', (event) => {
  event.waitUntil(fetchFiles());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOldFiles());
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') {
    if (SCREENS.includes(url.pathname)) event.respondWith(fromCache('/index.html', request));
    return;
  }
  if (isOurs(url.pathname)) event.respondWith(fromCache(url.pathname, request));
});

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === 'rawana-push') sync.waitUntil(pushOutbox());
});

function isOurs(path: string): boolean {
  return path.startsWith('/assets/') || __FILES__.some(([file]) => file === path);
}

/** All or nothing: one file that cannot be had fails the installation, and the old version stays. */
async function fetchFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    __FILES__.map(async ([path, named]) => {
      const kept = named ? await caches.match(path) : undefined;
      const response = kept ?? (await fetch(path, { cache: 'reload' }));
      if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
      await cache.put(path, response);
    }),
  );
}

async function forgetOldFiles(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

/** From the phone; what was left out of the first load (Urdu's letters) is kept once it was fetched. */
async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept !== undefined) return kept;
  const response = await fetch(request);
  if (response.ok && path.startsWith('/assets/')) await cache.put(path, response.clone());
  return response;
}

/** Send what waits, as the page would. Failing makes the browser try again later. */
async function pushOutbox(): Promise<void> {
  const db = await openDatabase(indexedDB);
  try {
    await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
      if (lock === null) throw new Error('a page is sending');
      const batch = await unsentBatch(db, LIMITS.PUSH_OPS_MAX, LIMITS.PUSH_BYTES_MAX);
      const depth = await outboxDepth(db, '' as Incarnation);
      // A log that has not met its server yet, or recovers, is the page's work.
      if (batch.length === 0 || depth.log.epoch === null) return;
      await pushBatch(db, pushBody(batch, depth, depth.log.epoch, null));
    });
  } finally {
    db.close();
  }
}

async function pushBatch(db: Disk, body: string): Promise<void> {
  const response = await fetch('/sync/push', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (response.status >= 500) throw new Error(String(response.status));
  // Any other refusal needs the recovery that only the page does.
  if (!response.ok) return;
  const reply = fillPushReply(await response.json());
  await storeResults(db, reply.results.map(fillResult), Date.now());
  new BroadcastChannel('rawana').postMessage({ kind: 'ops' });
}
