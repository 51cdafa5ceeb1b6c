/**
 * The language in use and its words. English for the first screen comes with the app; the words of the other screens
 * come with those, and Urdu, with its letters, when it is chosen.
 */

import { computed, signal } from '@preact/signals';
import type { enCodes } from './en-codes.ts';
import type { enScreens } from './en-screens.ts';
import { en } from './en.ts';

export type Language = 'en' | 'ur';

type English = typeof en & typeof enCodes & typeof enScreens;
export type WordKey = keyof English;
type Words = Readonly<Partial<Record<WordKey, string>>>;

export const language = signal<Language>('en');
const known = signal<Readonly<Record<Language, Words>>>({ en, ur: {} });
const words = computed(() => known.value[language.value]);

type ParamsOf<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? P | ParamsOf<Rest>
  : never;
type Params<K extends WordKey> = Record<ParamsOf<English[K]>, string | number>;
type Arguments<K extends WordKey> = ParamsOf<English[K]> extends never ? [] : [params: Params<K>];

/** Isolates a number or a name from the sentence around it, whichever way each of them runs. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

/** The words of a key, with what stands in braces filled in. */
export function t<K extends WordKey>(key: K, ...[params]: Arguments<K>): string {
  const text = words.value[key] ?? unsaid(key);
  if (params === undefined) return text;
  const rightToLeft = language.value === 'ur';
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String((params as Record<string, string | number>)[name]);
    return rightToLeft ? isolated(value) : value;
  });
}

/** What is shown of a key whose words have not come yet: never nothing. */
function unsaid(key: string): string {
  return key.slice(key.indexOf('.') + 1).replace(/[._]/g, ' ');
}

/** Words that count: one, or any other number. */
export function counted(key: 'count.items' | 'count.changes', n: number): string {
  return t(n === 1 ? `${key}.one` : `${key}.other`, { n });
}

const FETCH_FIRST: Readonly<Record<Language, () => Promise<Words>>> = {
  en: () => Promise.resolve(en),
  ur: async () => {
    const [{ ur }] = await Promise.all([import('./ur.ts'), import('./urdu-letters.ts')]);
    return ur;
  },
};

const FETCH_LATER: Readonly<Record<Language, () => Promise<Words>>> = {
  en: async () => {
    const [codes, screens] = await Promise.all([
      import('./en-codes.ts'),
      import('./en-screens.ts'),
    ]);
    return { ...codes.enCodes, ...screens.enScreens };
  },
  ur: async () => {
    const [codes, screens] = await Promise.all([
      import('./ur-codes.ts'),
      import('./ur-screens.ts'),
    ]);
    return { ...codes.urCodes, ...screens.urScreens };
  },
};

/** Whether a screen that is fetched later was asked for: from then on every language needs those words too. */
let laterToo = false;

async function learn(spoken: Language): Promise<void> {
  const parts = [FETCH_FIRST[spoken](), ...(laterToo ? [FETCH_LATER[spoken]()] : [])];
  const found = Object.assign({}, ...(await Promise.all(parts))) as Words;
  const before = known.value;
  // The same words again would draw everything anew for nothing.
  if (Object.keys(found).every((key) => key in before[spoken])) return;
  known.value = { ...before, [spoken]: { ...before[spoken], ...found } };
}

/** The words of the screens that are fetched later; such a screen is shown when they have arrived. */
export function fetchScreenWords(): Promise<void> {
  laterToo = true;
  return learn(language.value);
}

/** Switch the language once its words have arrived. */
export async function speak(next: Language): Promise<void> {
  await learn(next);
  language.value = next;
  document.documentElement.lang = next;
  document.documentElement.dir = next === 'ur' ? 'rtl' : 'ltr';
}

/** What a phone that has not been asked speaks. */
export function phoneLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('ur') ? 'ur' : 'en';
}
