// @vitest-environment happy-dom

import { expect, test } from 'vitest';
import { enCodes } from '../../src/i18n/en-codes.ts';
import { urCodes } from '../../src/i18n/ur-codes.ts';
import { ur } from '../../src/i18n/ur.ts';
import { fetchScreenWords, speak, t } from '../../src/i18n/words.ts';

test('what is shown before its words have come is readable, and never nothing', () => {
  expect(t('status.to_confirm')).toBe('To confirm');
  expect(t('code.double_pack')).toBe('double pack');
});

test('a screen that is fetched later finds its words in the language in use, and in the next one', async () => {
  await speak('ur');
  expect(t('nav.orders')).toBe(ur['nav.orders']);
  expect(document.documentElement.dir).toBe('rtl');
  await fetchScreenWords();
  expect(t('code.double_pack')).toBe(urCodes['code.double_pack']);
  await speak('en');
  expect(t('code.double_pack')).toBe(enCodes['code.double_pack']);
  expect(document.documentElement.dir).toBe('ltr');
});
