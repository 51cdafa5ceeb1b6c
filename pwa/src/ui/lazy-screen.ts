/**
 * Screens that are fetched when they are wanted, or as soon as the app is idle. The service worker keeps them all, so they
 * open without network.
 */

import { signal } from '@preact/signals';
import { h, type FunctionComponent } from 'preact';
import { fetchScreenWords, t } from '../i18n/words.ts';

type Load<P> = () => Promise<FunctionComponent<P>>;

const soon: (() => Promise<unknown>)[] = [];

/** A screen that is there once its chunk has come; `eager` ones are fetched as soon as the app is idle. */
export function lazy<P extends object>(load: Load<P>, eager = true): FunctionComponent<P> {
  const screen = signal<{ readonly draw: FunctionComponent<P> } | null>(null);
  let loading: Promise<void> | null = null;
  const fetchIt = async () => {
    loading ??= Promise.all([load(), fetchScreenWords()]).then(([draw]) => {
      screen.value = { draw };
    });
    // What failed for want of network is asked for again the next time it is wanted.
    await loading.catch(() => (loading = null));
  };
  if (eager) soon.push(fetchIt);
  return (props) => {
    const there = screen.value;
    if (there !== null) return h(there.draw, props);
    void fetchIt();
    return h('p', { role: 'status' }, t('app.loading'));
  };
}

export async function fetchScreens(): Promise<void> {
  for (const fetchIt of soon) await fetchIt();
}
