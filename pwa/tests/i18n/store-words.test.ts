// @vitest-environment happy-dom

import { expect, test } from 'vitest';
import { storeEn } from '../../src/i18n/store-en.ts';
import { storeUr } from '../../src/i18n/store-ur.ts';
import { say, type StoreWord } from '../../src/i18n/store-words.ts';
import { speak } from '../../src/i18n/words.ts';
import { FINDINGS } from '../../src/desk/store-asking.ts';

const keys = Object.keys(storeEn) as StoreWord[];
const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();

test('the page about the store says the same in Urdu as in English', () => {
  expect(Object.keys(storeUr)).toEqual(keys);
});

test.each(keys)('%s fills the same holes in both languages, in Urdu letters', (key) => {
  expect(holes(storeUr[key])).toEqual(holes(storeEn[key]));
  expect(storeEn[key].trim()).not.toBe('');
  expect(storeUr[key]).toMatch(/[\u0600-\u06ff]/);
});

test('every finding has words for what it is and for what to do', () => {
  for (const code of FINDINGS) {
    expect(keys).toContain(`finding.${code}`);
    expect(keys).toContain(`todo.${code}`);
  }
});

test('what is filled in keeps its own direction', async () => {
  expect(say('finding.other_currency', { 0: 'USD' })).toBe('The store counts in \u2068USD\u2069.');
  await speak('ur');
  expect(say('finding.other_currency', { 0: 'USD' })).toContain('\u2068USD\u2069');
  await speak('en');
});
