/** Everything that the sync loop needs from the outside and that a test replaces: network, clock, chance, lock. */

import type { Incarnation } from '../protocol/generated.ts';
import { uuid7 } from '../protocol/uuid.ts';

export interface Surroundings {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Call `work` after `ms`; returns how to call it off. */
  readonly after: (ms: number, work: () => void) => () => void;
  /** Run `work` while nobody else on this phone sends. */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  readonly newIncarnation: () => Incarnation;
}

/** Held for one request at a time by whoever sends: a page, another tab, the service worker. */
export const LOCK = 'rawana-sync';
/** A tab that was frozen while it held the lock must not silence the others for ever. */
const LOCK_TIMEOUT_MS = 40_000;

export function newId(now: number): string {
  return uuid7(now, crypto.getRandomValues(new Uint8Array(10)));
}

export function browserSurroundings(): Surroundings {
  return {
    fetch: (path, init) => fetch(path, init),
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    alone: async (work) => {
      // Only https and localhost have locks; without them the server's op ids still keep every op single.
      if (!('locks' in navigator)) return work();
      const signal = AbortSignal.timeout(LOCK_TIMEOUT_MS);
      return navigator.locks.request(LOCK, { signal }, work);
    },
    newIncarnation: () => newId(Date.now()) as Incarnation,
  };
}
