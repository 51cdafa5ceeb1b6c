/**
 * A new version of the app waits until somebody takes it, or until the app starts afresh: code is never swapped under
 * somebody who is in the middle of something.
 */

import { signal } from '@preact/signals';

export const updateReady = signal(false);

let waiting: ServiceWorker | null = null;

interface ScriptPolicy {
  createScriptURL(url: string): unknown;
}
interface TrustedTypes {
  createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy;
}

const WORKER = '/sw.js';
const CHECK_EVERY_MS = 3_600_000;

export async function registerWorker(): Promise<void> {
  const workers = (navigator as Partial<Navigator>).serviceWorker;
  if (workers === undefined || !import.meta.env.PROD) return;
  reloadOnChange(workers);
  const registration = await workers.register(trusted(WORKER), { updateViaCache: 'none' });
  // Nothing is half done yet at a cold start: a version that waited is taken at once.
  if (registration.waiting !== null && workers.controller !== null) take(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'installed' && workers.controller !== null) offer(worker);
    });
  });
  checkNowAndThen(registration);
}

export function applyUpdate(): void {
  if (waiting !== null) take(waiting);
}

function offer(worker: ServiceWorker): void {
  waiting = worker;
  updateReady.value = true;
}

function take(worker: ServiceWorker): void {
  worker.postMessage('take-over');
}

function reloadOnChange(workers: ServiceWorkerContainer): void {
  let controlled = workers.controller !== null;
  workers.addEventListener('controllerchange', () => {
    // The very first worker takes over a page that is its own version.
    if (controlled) location.reload();
    controlled = true;
  });
}

function checkNowAndThen(registration: ServiceWorkerRegistration): void {
  let checkedAt = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible' || Date.now() - checkedAt < CHECK_EVERY_MS) return;
    checkedAt = Date.now();
    void registration.update().catch(() => undefined);
  });
}

/** Under Trusted Types only a policy of ours may name a worker's script. */
function trusted(url: string): string {
  const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
  if (types === undefined) return url;
  const policy = types.createPolicy('rawana-sw', {
    createScriptURL: (asked) => {
      if (asked !== WORKER) throw new TypeError(`not our worker: ${asked}`);
      return asked;
    },
  });
  return policy.createScriptURL(url) as string;
}
