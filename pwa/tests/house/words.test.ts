import { expect, test } from 'vitest';
import { enCodes } from '../../src/i18n/en-codes.ts';
import { enScreens } from '../../src/i18n/en-screens.ts';
import { en as enFirst } from '../../src/i18n/en.ts';
import { urCodes } from '../../src/i18n/ur-codes.ts';
import { urScreens } from '../../src/i18n/ur-screens.ts';
import { ur as urFirst } from '../../src/i18n/ur.ts';
import type { WordKey } from '../../src/i18n/words.ts';

const en = { ...enFirst, ...enCodes, ...enScreens };
const ur = { ...urFirst, ...urCodes, ...urScreens };
const keys = Object.keys(en) as WordKey[];
const holes = (text: string) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();

test('Urdu says everything that English says, and nothing else', () => {
  expect(Object.keys(ur).sort()).toEqual([...keys].sort());
});

test.each(keys)('%s fills the same holes in both languages, and neither is empty', (key) => {
  expect(holes(ur[key])).toEqual(holes(en[key]));
  expect(en[key].trim()).not.toBe('');
  expect(ur[key].trim()).not.toBe('');
});

test('Urdu is written in Urdu', () => {
  const latin = keys.filter((key) => !/[\u0600-\u06ff]/.test(ur[key]) && !ur[key].startsWith('{'));
  expect(latin).toEqual([]);
});

test('every word stands in one dictionary only', () => {
  const parts = [enFirst, enCodes, enScreens];
  const all = parts.flatMap((part) => Object.keys(part));
  expect(all.length).toBe(new Set(all).size);
});
