import { expect, test } from 'vitest';
import { stockKey } from '../../src/protocol/decide/book.ts';
import {
  fillOp,
  fillStaff,
  type BranchId,
  type DeviceId,
  type OrderId,
  type Patch,
  type RunId,
  type StreamName,
  type VariantId,
} from '../../src/protocol/generated.ts';
import { Replica } from '../../src/protocol/replica.ts';

const WORK = 'branch/lhr/work' as StreamName;
const INBOX = 'inbox' as StreamName;
const AMNA = fillStaff({ id: 'amna', name: 'Amna', role: 'branch', branch_ids: ['lhr'] });
const ID = '900' as OrderId;

function order(rev: number, more: object = {}): object {
  return {
    id: ID,
    name: '#1001',
    placed_at: 1,
    contact: {},
    confirmation: { state: 'pending' },
    lines: [],
    status: 'to_confirm',
    rev,
    ...more,
  };
}

const rows = (...list: [string, number, unknown][]): Patch['rows'] => list as never;
const confirm = {
  op: fillOp({ id: 'op-1', n: 1, kind: 'confirm', by: 'amna', at: 7, body: { order_id: ID } }),
  staff: AMNA,
  device_id: 'p' as DeviceId,
};

test('unsent work lies over the rows and is never written into them', () => {
  const replica = new Replica();
  replica.put(WORK, rows([`order/${ID}`, 1, order(1)]));
  replica.lay([confirm]);
  expect(replica.book.orders.get(ID)?.status).toBe('unfulfilled');
  expect(replica.base.orders.get(ID)?.status).toBe('to_confirm');
});

test('a pull with an older order does not erase unsent work', () => {
  const replica = new Replica();
  replica.put(WORK, rows([`order/${ID}`, 1, order(1)]));
  replica.lay([confirm]);
  replica.put(WORK, rows([`order/${ID}`, 2, order(2, { note: 'ring twice' })]));
  replica.lay([confirm]);
  const seen = replica.book.orders.get(ID);
  expect([seen?.status, seen?.note]).toEqual(['unfulfilled', 'ring twice']);
});

test('of an order in two streams the later revision counts, and it stays while one holds it', () => {
  const replica = new Replica();
  replica.put(INBOX, rows([`order/${ID}`, 9, order(3)]));
  replica.put(WORK, rows([`order/${ID}`, 1, order(2)]));
  expect(replica.base.orders.get(ID)?.rev).toBe(3);
  replica.put(INBOX, rows([`order/${ID}`, 10, null]));
  expect(replica.base.orders.get(ID)?.rev).toBe(2);
  replica.drop(WORK);
  expect(replica.base.orders.get(ID)).toBeUndefined();
});

test('the same variant is counted apart at every branch', () => {
  const replica = new Replica();
  for (const [branch, sellable] of [
    ['lhr', 4],
    ['khi', 7],
  ] as const) {
    const body = { branch_id: branch, variant_id: '501', sellable };
    replica.put(`branch/${branch}/stock` as StreamName, rows(['stock/501', 1, body]));
  }
  const held = (b: string) =>
    replica.base.stock.get(stockKey(b as BranchId, '501' as VariantId))?.sellable;
  expect([held('lhr'), held('khi')]).toEqual([4, 7]);
  replica.put('branch/khi/stock' as StreamName, rows(['stock/501', 2, null]));
  expect([held('lhr'), held('khi')]).toEqual([4, undefined]);
});

test('rows of a kind from tomorrow are passed over', () => {
  const replica = new Replica();
  replica.put(WORK, rows(['hologram/1', 1, { id: '1' }]));
  expect([...replica.book.orders.values()]).toEqual([]);
});

test('what a rider records without network shows on the parcel and in his run', () => {
  const replica = new Replica();
  const rider = fillStaff({ id: 'rafiq', name: 'Rafiq', role: 'rider' });
  const own = 'rider/rafiq' as StreamName;
  const parcel = {
    id: 'f-1',
    order_id: ID,
    branch_id: 'lhr',
    workflow: 'smart',
    state: 'dispatched',
    lines: [],
    collect_paisa: 250_000,
    run_id: 'run-1',
    rider_id: 'rafiq',
    stop: 1,
  };
  const stop = { fulfillment_id: 'f-1', order_id: ID, place: 1, collect_paisa: 250_000 };
  const run = {
    id: 'run-1',
    branch_id: 'lhr',
    rider_id: 'rafiq',
    state: 'out',
    stops: [stop],
    made_by: 'amna',
    made_at: 1,
  };
  replica.put(
    own,
    rows([`order/${ID}`, 1, order(1)], ['fulfillment/f-1', 2, parcel], ['run/run-1', 3, run]),
  );
  const body = { fulfillment_id: 'f-1', cash_paisa: 250_000 };
  const op = fillOp({ id: 'op-2', n: 2, kind: 'deliver', by: 'rafiq', at: 9, body });
  replica.lay([{ op, staff: rider, device_id: 'r' as DeviceId }]);
  const seen = replica.book.runs.get('run-1' as RunId);
  expect(seen?.stops[0]).toMatchObject({ state: 'delivered', cash_paisa: 250_000, at: 9 });
  expect(seen?.expected_paisa).toBe(250_000);
  expect(replica.book.orders.get(ID)?.door_paisa).toBe(250_000);
  expect(replica.base.runs.get('run-1' as RunId)?.expected_paisa).toBe(0);
});
