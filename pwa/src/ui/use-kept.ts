/**
 * A form's fields, kept while its screen is open even if the page has to be loaded anew: the browser may take the database
 * away, or a new version take over, when a form is half filled. In this window only, and no longer than the screen.
 */

import { useState } from 'preact/hooks';
import { route } from '../view/routes.ts';

const NAME = 'rawana-half-filled';

interface HalfFilled {
  readonly screen: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

let kept: HalfFilled = left();

/** Like useState; `field` names it on its screen, and what it holds must survive JSON. */
export function useKept<T>(field: string, first: T): [T, (value: T) => void] {
  const screen = route.value.join('/');
  const [value, setValue] = useState<T>(
    kept.screen === screen && field in kept.fields ? (kept.fields[field] as T) : first,
  );
  const change = (next: T) => {
    const fields = kept.screen === screen ? kept.fields : {};
    kept = { screen, fields: { ...fields, [field]: next } };
    setValue(next);
  };
  return [value, change];
}

/** What was filled in has been recorded: the next form begins empty. */
export function dropKept(): void {
  kept = { screen: '', fields: {} };
}

/** What the page before this one left behind; read once. */
function left(): HalfFilled {
  const text = sessionStorage.getItem(NAME);
  sessionStorage.removeItem(NAME);
  return text === null ? { screen: '', fields: {} } : (JSON.parse(text) as HalfFilled);
}

addEventListener('pagehide', () => {
  if (Object.keys(kept.fields).length > 0) sessionStorage.setItem(NAME, JSON.stringify(kept));
});
