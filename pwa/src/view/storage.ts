/** Whether the browser has promised to keep our disk: without it, it may clear it when it runs short. */

import { signal } from '@preact/signals';

export const storageKept = signal<boolean | null>(null);

/** Some browsers ask the person each time: not more often than this while the app is open. */
const ASKED_AT_MOST = 3;
let asked = 0;

/**
 * Ask for that promise: when somebody has signed in, when the app is installed, and with what they record, for browsers
 * give it to apps that are used.
 */
export async function checkStorage(): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined;
  if (storage === undefined || storageKept.value === true || asked >= ASKED_AT_MOST) return;
  asked += 1;
  storageKept.value = (await storage.persisted()) || (await storage.persist());
}

export function askOnceInstalled(): void {
  addEventListener('appinstalled', () => void checkStorage());
}
