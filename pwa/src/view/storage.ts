/** Whether the browser has promised to keep our disk: without it, it may clear it when it runs short. */

import { signal } from '@preact/signals';

export const storageKept = signal<boolean | null>(null);

export async function checkStorage(): Promise<void> {
  const storage = navigator.storage as StorageManager | undefined;
  if (storage === undefined) return;
  storageKept.value = (await storage.persisted()) || (await storage.persist());
}
