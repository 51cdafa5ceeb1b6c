/**
 * A call or message that was begun from here: when the person comes back to the app, the order asks how it went.
 *
 * Kept for the tab's life, because Android may throw the page away while the dialer is open.
 */

import { signal } from '@preact/signals';
import type { Channel, OrderId } from '../protocol/generated.ts';

export interface Call {
  readonly orderId: OrderId;
  readonly channel: Channel;
  /** Whether the person has come back from it. */
  readonly back: boolean;
}

const KEY = 'rawana-call';

export const call = signal<Call | null>(null);

export function callBegun(orderId: OrderId, channel: Channel): void {
  keep({ orderId, channel, back: false });
}

export function callAnswered(): void {
  keep(null);
}

export function followCalls(): void {
  const kept = sessionStorage.getItem(KEY);
  if (kept !== null) call.value = { ...(JSON.parse(kept) as Call), back: true };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible' && call.value !== null) {
      keep({ ...call.value, back: true });
    }
  });
}

function keep(next: Call | null): void {
  call.value = next;
  if (next === null) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(next));
}
