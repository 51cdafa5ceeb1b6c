/** The words of the page about the store. Both languages come with it: it is opened seldom, and by few. */

import { storeEn } from './store-en.ts';
import { storeUr } from './store-ur.ts';
import { language } from './words.ts';

export type StoreWord = keyof typeof storeEn;
type Filling = Readonly<Record<string, string | number>>;

/** The words of a key, with what stands in braces filled in; each filling keeps its own direction. */
export function say(key: StoreWord, filling: Filling = {}): string {
  const text: string = language.value === 'ur' ? storeUr[key] : storeEn[key];
  return text.replace(
    /\{(\w+)\}/g,
    (_, name: string) => `\u2068${String(filling[name] ?? '')}\u2069`,
  );
}
