/** The language in use and its words. English comes with the app; Urdu, with its letters, is fetched when chosen. */

import { computed, signal } from '@preact/signals';
import { en, type WordKey, type Words } from './en.ts';

export type Language = 'en' | 'ur';

export const language = signal<Language>('en');
const urdu = signal<Words | null>(null);
const words = computed<Words>(() => (language.value === 'ur' && urdu.value) || en);

type ParamsOf<S extends string> = S extends `${string}{${infer P}}${infer Rest}`
  ? P | ParamsOf<Rest>
  : never;
type Params<K extends WordKey> = Record<ParamsOf<(typeof en)[K]>, string | number>;
type Arguments<K extends WordKey> =
  ParamsOf<(typeof en)[K]> extends never ? [] : [params: Params<K>];

/** Isolates a number or a name from the sentence around it, whichever way each of them runs. */
const isolated = (text: string): string => `\u2068${text}\u2069`;

/** The words of a key, with what stands in braces filled in. */
export function t<K extends WordKey>(key: K, ...[params]: Arguments<K>): string {
  const text = words.value[key];
  if (params === undefined) return text;
  const rightToLeft = language.value === 'ur';
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String((params as Record<string, string | number>)[name]);
    return rightToLeft ? isolated(value) : value;
  });
}

/** Words that count: one, or any other number. */
export function counted(key: 'count.items' | 'count.changes', n: number): string {
  return t(n === 1 ? `${key}.one` : `${key}.other`, { n });
}

/** Switch the language; Urdu once its words have arrived. */
export async function speak(next: Language): Promise<void> {
  if (next === 'ur' && urdu.value === null) {
    const [{ ur }] = await Promise.all([import('./ur.ts'), import('./urdu-letters.ts')]);
    urdu.value = ur;
  }
  language.value = next;
  document.documentElement.lang = next;
  document.documentElement.dir = next === 'ur' ? 'rtl' : 'ltr';
}

/** What a phone that has not been asked speaks. */
export function phoneLanguage(): Language {
  return navigator.language.toLowerCase().startsWith('ur') ? 'ur' : 'en';
}
