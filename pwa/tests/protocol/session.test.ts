import { expect, test } from 'vitest';
import { fillAction, fillEvent, fillPhone } from '../../src/protocol/generated.ts';
import { step } from '../../src/protocol/session.ts';
import { vectors } from '../vectors.ts';

interface SessionCase {
  given: unknown;
  event: unknown;
  expect: { phone: unknown; actions: unknown[] };
}

test('the sync loop takes every step that Python takes', () => {
  const cases = vectors<SessionCase>('session');
  expect(cases.length).toBeGreaterThan(1000);
  for (const { given, event, expect: wanted } of cases) {
    const stepped = step(fillPhone(given), fillEvent(event));
    expect(stepped, JSON.stringify({ given, event })).toEqual({
      phone: fillPhone(wanted.phone),
      actions: wanted.actions.map(fillAction),
    });
  }
});
