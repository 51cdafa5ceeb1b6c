import { expect, test } from 'vitest';
import { en, type WordKey } from '../../src/i18n/en.ts';
import { ur } from '../../src/i18n/ur.ts';

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
