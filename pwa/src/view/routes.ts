/** Where in the app somebody is: the part of the address behind the #. */

import { signal } from '@preact/signals';

/** The path split at its slashes: `#/order/900/pack` is `['order', '900', 'pack']`. */
export const route = signal<readonly string[]>(parse());

function parse(): readonly string[] {
  const path = typeof location === 'undefined' ? '' : location.hash.replace(/^#\/?/, '');
  return path.split('/').filter(Boolean).map(decodeURIComponent);
}

/** Screens entered since the app was loaded: how far "back" leads without leaving it. */
let entered = 0;
/** How far down each list was scrolled when it was left. */
const scrolled = new Map<string, number>();
const LISTS: readonly string[] = ['', 'orders', 'manual', 'stock', 'outbox', 'desk'];

export function followAddress(): void {
  addEventListener('hashchange', () => {
    entered += 1;
    scrolled.set(route.value.join('/'), scrollY);
    route.value = parse();
    const here = route.value.join('/');
    const top = LISTS.includes(here) ? (scrolled.get(here) ?? 0) : 0;
    requestAnimationFrame(() => {
      scrollTo(0, top);
    });
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
  entered -= 1;
  location.replace(href(...parts));
}

/** Go back within the app, or to `home` where this was the first screen. */
export function goBack(home: readonly string[]): void {
  if (entered <= 0) {
    goInstead(...home);
    return;
  }
  entered -= 2;
  history.back();
}
