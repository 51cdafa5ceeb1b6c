import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { hexHash, linkHash, utf8 } from '../../src/protocol/link.ts';
import { vectors } from '../vectors.ts';

test('an op is linked by the hash that Python computes over the same text', () => {
  const cases = vectors<{ text: string; expect: string }>('link');
  for (const { text, expect: wanted } of cases) expect(linkHash(text)).toBe(wanted);
});

test('the hash is SHA-256 at every length around a block', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'ق'.repeat(length);
    expect(linkHash(text)).toBe(createHash('sha256').update(text).digest('base64'));
    expect(hexHash(text)).toBe(createHash('sha256').update(text).digest('hex'));
  }
});

test('half a character becomes the replacement character, as in every encoder', () => {
  expect([...utf8('a\ud800b')]).toEqual([...new TextEncoder().encode('a\ud800b')]);
});
