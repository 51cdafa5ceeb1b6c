/**
 * The service worker: the app's files from the phone, and, where the browser does that, a push of the outbox after the
 * app was closed.
 *
 * A new version waits until a page asks it to take over; answers of /sync and /auth are never kept.
 */

interface ScriptPolicy {
  createScriptURL(url: string): unknown;
}

declare const self: ServiceWorkerGlobalScope & {
  pushOutbox?: () => Promise<void>;
  readonly trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy };
};
/** The app's files, [address, whether its name changes with its content]; put in by the build. */
declare const __FILES__: readonly (readonly [string, boolean])[];
/** Differs whenever one of the files does. */
declare const __RELEASE__: string;

const CACHE = `app-${__RELEASE__}`;
/** Addresses that are a screen of the app; every other one belongs to the server. */
const SCREENS: readonly string[] = ['/', '/index.html'];
/** What sends the outbox; a part of its own, so that this one starts sooner. */
const PUSHER = '/sw-push.js';

interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

self.addEventListener('install', (event) => {
  event.waitUntil(fetchAll());
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
    if (SCREENS.includes(url.pathname)) event.respondWith(fromCache('/index.html', event));
    return;
  }
  if (isOurs(url.pathname)) event.respondWith(fromCache(url.pathname, event));
});

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === 'rawana-push') sync.waitUntil(push());
});

function isOurs(path: string): boolean {
  return path.startsWith('/assets/') || __FILES__.some(([file]) => file === path);
}

/** A part that cannot be had fails the installation like any file. */
async function fetchAll(): Promise<void> {
  loadPusher();
  await fetchFiles();
}

/** All or nothing: one file that cannot be had fails the installation, and the old version stays. */
async function fetchFiles(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    __FILES__.map(async ([path, named]) => {
      const kept = named ? await caches.match(path) : undefined;
      if (kept !== undefined && (await cache.match(path)) !== undefined) return;
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

/**
 * From the phone; what was left out of the first load (Urdu's letters) is kept once it was fetched. A cache that lost files
 * (a phone that went dark before they were on its disk) is filled again, or the app would not open offline any more.
 */
async function fromCache(path: string, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept !== undefined) return kept;
  const response = await fetch(event.request);
  if (__FILES__.some(([file]) => file === path)) event.waitUntil(fetchFiles());
  else if (response.ok) await cache.put(path, response.clone());
  return response;
}

/** Failing makes the browser try again later. */
function push(): Promise<void> {
  if (self.pushOutbox === undefined) loadPusher();
  return self.pushOutbox?.() ?? Promise.reject(new Error(PUSHER));
}

/** The browser keeps it with this worker from the installation on. Under Trusted Types only our policy may name it. */
function loadPusher(): void {
  const policy = self.trustedTypes?.createPolicy('rawana-sw', { createScriptURL: (url) => url });
  importScripts((policy?.createScriptURL(PUSHER) ?? PUSHER) as string);
}

export {};
