import { expect, test } from 'vitest';
import { Book, stockKey, type BookRows } from '../../src/protocol/decide/book.ts';
import { decide } from '../../src/protocol/decide/deciding.ts';
import {
  fillBranch,
  fillDiscrepancy,
  fillFulfillment,
  fillOp,
  fillOrder,
  fillPolicy,
  fillRiderRun,
  fillStaff,
  fillStock,
  type DeviceId,
  type Stock,
} from '../../src/protocol/generated.ts';
import { readOp } from '../../src/protocol/read-op.ts';
import { vectors } from '../vectors.ts';

interface DecideCase {
  name: string;
  given: Record<'branches' | 'orders' | 'fulfillments' | 'stock' | 'open', unknown[]> & {
    policy: unknown;
    runs?: unknown[];
  };
  op: unknown;
  staff: unknown;
  device_id: string;
  now: number;
  expect: {
    status: string;
    code?: string;
    by?: string;
    at?: number;
    branch_id?: string;
    orders: unknown[];
    fulfillments: unknown[];
    runs?: unknown[];
    stock: unknown[];
    opened: string[];
    closed: string[];
  };
}

function rowsOf(given: DecideCase['given']): BookRows {
  const stock = given.stock.map(fillStock);
  return {
    policy: fillPolicy(given.policy),
    branches: new Map(given.branches.map(fillBranch).map((b) => [b.id, b])),
    orders: new Map(given.orders.map(fillOrder).map((o) => [o.id, o])),
    fulfillments: new Map(given.fulfillments.map(fillFulfillment).map((f) => [f.id, f])),
    stock: new Map(stock.map((s) => [stockKey(s.branch_id, s.variant_id), s])),
    runs: new Map((given.runs ?? []).map(fillRiderRun).map((r) => [r.id, r])),
    open: new Map(given.open.map(fillDiscrepancy).map((d) => [d.id, d])),
  };
}

const cases = vectors<DecideCase>('decide');

test('there are vectors enough to mean something', () => {
  expect(cases.length).toBeGreaterThan(600);
});

test.each(cases.map((c) => [c.name, c] as const))('%s', (_name, given) => {
  const book = new Book(rowsOf(given.given));
  const act = {
    read: readOp(fillOp(given.op)),
    staff: fillStaff(given.staff),
    device_id: given.device_id as DeviceId,
    now: given.now,
  };
  const decided = decide(book, act);
  book.apply(decided);
  const wanted = given.expect;
  expect({
    status: decided.status,
    code: decided.code,
    by: decided.by,
    at: decided.at,
    branch_id: decided.branch_id,
  }).toEqual({
    status: wanted.status,
    code: wanted.code ?? null,
    by: wanted.by ?? null,
    at: wanted.at ?? null,
    branch_id: wanted.branch_id ?? null,
  });
  expect(decided.orders).toEqual(wanted.orders.map(fillOrder));
  expect(decided.fulfillments).toEqual(wanted.fulfillments.map(fillFulfillment));
  if (wanted.runs !== undefined) expect(decided.runs).toEqual(wanted.runs.map(fillRiderRun));
  const stock: Stock[] = wanted.stock.map(fillStock);
  expect(stock.map((s) => book.stockOf(s.branch_id, s.variant_id))).toEqual(stock);
  const open = decided.discrepancies.filter((d) => d.closed_at === null);
  const shut = decided.discrepancies.filter((d) => d.closed_at !== null);
  expect(open.map((d) => d.code)).toEqual(wanted.opened);
  expect(shut.map((d) => d.id)).toEqual(wanted.closed);
});
