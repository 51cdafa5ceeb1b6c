import { expect, test } from 'vitest';
import { fillResult, type StreamName } from '../../src/protocol/generated.ts';
import { isSettled, type Cursors } from '../../src/protocol/settled.ts';
import { vectors } from '../vectors.ts';

interface SettledCase {
  result: unknown;
  cursors: Cursors;
  granted: StreamName[];
  expect: boolean;
}

test('an op leaves the overlay when Python says so', () => {
  const cases = vectors<SettledCase>('settled');
  expect(cases.length).toBeGreaterThan(50);
  for (const { result, cursors, granted, expect: wanted } of cases) {
    expect(isSettled(fillResult(result), cursors, new Set(granted))).toBe(wanted);
  }
});
