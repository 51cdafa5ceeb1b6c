import { expect, test, vi } from 'vitest';
import {
  fillPatch,
  type Epoch,
  type Patch,
  type StreamName,
} from '../../src/protocol/generated.ts';
import { readAllMeta } from '../../src/store/meta.ts';
import { openOps, recordOps, recentOps, storeResults } from '../../src/store/outbox.ts';
import { adoptEpoch, idsToOffer, renumber } from '../../src/store/recovery.ts';
import { applyLive, applyPull, loadRows } from '../../src/store/rows.ts';
import { fillResult, type Incarnation, type OpId } from '../../src/protocol/generated.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';

const WORK = 'branch/lhr/work' as StreamName;
const STOCK = 'branch/lhr/stock' as StreamName;

function patch(stream: StreamName, from: number, to: number, rows: unknown[] = []): Patch {
  return fillPatch({ stream, from, to, rows });
}

function reply(patches: Patch[], more: object = {}) {
  return { patches, results: [], streams: [WORK, STOCK], resnapshot: [], ledger: {}, ...more };
}

test('rows and cursor arrive together', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([patch(WORK, 0, 3, [['order/1', 3, { id: '1' }]])]), 1);
  expect((await readAllMeta(db)).cursors).toEqual({ [WORK]: 3 });
  expect((await loadRows(db, [WORK])).map((row) => row.key)).toEqual(['order/1']);
});

test('a page that fails in the middle changes neither rows nor cursor', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([patch(WORK, 0, 3, [['order/1', 3, { id: '1' }]])]), 1);
  const uncloneable = { id: '2', body: () => undefined };
  const page = patch(WORK, 3, 5, [
    ['order/1', 4, null],
    ['order/2', 5, uncloneable],
  ]);
  await expect(applyPull(db, reply([page]), 2)).rejects.toThrow();
  expect((await readAllMeta(db)).cursors).toEqual({ [WORK]: 3 });
  expect((await loadRows(db, [WORK])).map((row) => row.key)).toEqual(['order/1']);
});

test('a live patch counts only where it continues', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([patch(WORK, 0, 3)]), 1);
  expect(await applyLive(db, patch(WORK, 4, 5), 2)).toBeNull();
  expect(await applyLive(db, patch(WORK, 3, 4, [['order/1', 4, { id: '1' }]]), 2)).not.toBeNull();
  expect((await readAllMeta(db)).cursors).toEqual({ [WORK]: 4 });
});

test('a live patch of a stream that is not ours is left alone', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([]), 1);
  const foreign = 'branch/khi/work' as StreamName;
  expect(await applyLive(db, patch(foreign, 0, 1, [['order/1', 1, { id: '1' }]]), 2)).toBeNull();
  expect(await loadRows(db, [foreign])).toEqual([]);
});

test('a tombstone removes the row', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([patch(WORK, 0, 3, [['order/1', 3, { id: '1' }]])]), 1);
  await applyPull(db, reply([patch(WORK, 3, 4, [['order/1', 4, null]])]), 1);
  expect(await loadRows(db, [WORK])).toEqual([]);
});

test('a stream to be fetched anew starts empty, the others stay', async () => {
  const db = await open(newDisk());
  const rows = (key: string) => [[key, 3, {}]];
  await applyPull(db, reply([patch(WORK, 0, 3, rows('order/1')), patch(STOCK, 0, 9)]), 1);
  const anew = reply([patch(WORK, 0, 2, rows('order/2'))], { resnapshot: [WORK] });
  const applied = await applyPull(db, anew, 1);
  expect(applied.dropped).toEqual([WORK]);
  expect((await readAllMeta(db)).cursors).toEqual({ [WORK]: 2, [STOCK]: 9 });
  expect((await loadRows(db, [WORK])).map((row) => row.key)).toEqual(['order/2']);
});

test('a stream that is taken away goes only once the outbox has drained', async () => {
  const db = await open(newDisk());
  await applyPull(db, reply([patch(WORK, 0, 3, [['order/1', 3, {}]])]), 1);
  await recordOps(db, [draft('a')], FRESH);
  await applyPull(db, reply([], { streams: [STOCK] }), 1);
  expect((await loadRows(db, [WORK])).length).toBe(1);
  await storeResults(db, [fillResult({ id: 'a', status: 'applied' })], 1);
  await applyPull(db, reply([], { streams: [STOCK] }), 1);
  expect(await loadRows(db, [WORK])).toEqual([]);
});

test('an op leaves the overlay when the rows have caught up with its answer', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a')], FRESH);
  const result = fillResult({ id: 'a', status: 'applied', versions: { [WORK]: 4, [STOCK]: 2 } });
  await applyPull(db, reply([patch(WORK, 0, 4)], { results: [result] }), 1);
  expect((await openOps(db)).length).toBe(1);
  const applied = await applyPull(db, reply([patch(STOCK, 0, 2)]), 1);
  expect(applied.ops).toBe(true);
  expect(await openOps(db)).toEqual([]);
});

test('an answer that comes as a row of the device stream counts too', async () => {
  const db = await open(newDisk());
  const device = 'device/p1' as StreamName;
  await recordOps(db, [draft('a')], FRESH);
  const rows = [['result/a', 1, { id: 'a', status: 'parked', code: 'unknown_reference' }]];
  await applyPull(db, reply([patch(device, 0, 1, rows)], { streams: [device] }), 1);
  expect((await recentOps(db, 9))[0]?.result?.code).toBe('unknown_reference');
});

test('a new life renumbers what is missing and what waits, in the order of recording', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a'), draft('b'), draft('c'), draft('d')], FRESH);
  const done = (id: string) => fillResult({ id, status: 'applied' });
  await storeResults(db, [done('a'), done('b')], 1_000);
  const before = await recentOps(db, 9);
  expect(await idsToOffer(db, null)).toEqual(['a', 'b', 'c', 'd']);
  expect(await idsToOffer(db, 1_000 + 2 * 3_600_000)).toEqual(['c', 'd']);
  await renumber(db, ['b' as OpId], 'life-2' as Incarnation);
  const after = await recentOps(db, 9);
  expect(after.map((op) => [op.id, op.incarnation, op.n, op.unsent])).toEqual([
    ['a', FRESH, 1, undefined],
    ['b', 'life-2', 1, 1],
    ['c', 'life-2', 2, 1],
    ['d', 'life-2', 3, 1],
  ]);
  const bodies = (ops: typeof after) =>
    ops.map((op) => (JSON.parse(op.text) as { body: unknown }).body);
  expect(bodies(after)).toEqual(bodies(before));
  expect((await readAllMeta(db)).log?.head).toBe(after[3]!.link);
});

test('a new epoch is adopted together with forgetting the rows of the old one', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a')], FRESH);
  await applyPull(db, reply([patch(WORK, 0, 3, [['order/1', 3, {}]])]), 1);
  const asked = vi.spyOn(db, 'transaction');
  await adoptEpoch(db, 'E2' as Epoch, FRESH);
  expect(asked).toHaveBeenCalledTimes(1);
  const meta = await readAllMeta(db);
  expect([meta.log?.epoch, meta.cursors]).toEqual(['E2', {}]);
  expect(await loadRows(db, [WORK])).toEqual([]);
  expect((await recentOps(db, 9)).length).toBe(1);
});
