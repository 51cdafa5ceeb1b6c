/** The present, to half a minute: what shows an age follows it. */

import { signal } from '@preact/signals';

export const now = signal(Date.now());

export function followClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, 30_000);
}
