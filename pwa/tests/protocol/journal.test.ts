import { expect, test } from 'vitest';
import { forgettable } from '../../src/protocol/journal.ts';
import { vectors } from '../vectors.ts';

interface JournalCase {
  answered_at: number[];
  now: number;
  backed_up_to: number | null;
  expect: number;
}

test('the journal lets go of what the Python rules let go of', () => {
  const cases = vectors<JournalCase>('journal');
  expect(cases.length).toBeGreaterThan(30);
  for (const one of cases) {
    expect(forgettable(one.answered_at, one.now, one.backed_up_to), JSON.stringify(one)).toBe(
      one.expect,
    );
  }
});
