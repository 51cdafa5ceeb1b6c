/** Where in the app somebody is: the part of the address behind the #. */

import { signal } from '@preact/signals';

/** The path split at its slashes: `#/order/900/pack` is `['order', '900', 'pack']`. */
export const route = signal<readonly string[]>(parse());

function parse(): readonly string[] {
  const path = typeof location === 'undefined' ? '' : location.hash.replace(/^#\/?/, '');
  return path.split('/').filter(Boolean).map(decodeURIComponent);
}

export function followAddress(): void {
  addEventListener('hashchange', () => {
    route.value = parse();
    scrollTo(0, 0);
  });
}

export function href(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`;
}

export function go(...parts: readonly string[]): void {
  location.hash = href(...parts);
}

/** Go there so that "back" does not lead here again. */
export function goInstead(...parts: readonly string[]): void {
  location.replace(href(...parts));
}

/** Go back within the app, or to `home` where this was the first screen. */
export function goBack(home: readonly string[]): void {
  if (history.length > 1 && document.referrer === '') history.back();
  else goInstead(...home);
}
