import { expect, test } from 'vitest';
import { fillResult, type StreamName } from '../../src/protocol/generated.ts';
import { linkHash } from '../../src/protocol/link.ts';
import { DiskTooNew, openDatabase } from '../../src/store/database.ts';
import { readAllMeta } from '../../src/store/meta.ts';
import {
  opOf,
  outboxDepth,
  recentOps,
  recordOps,
  storeResults,
  unsentBatch,
} from '../../src/store/outbox.ts';
import { loadRows } from '../../src/store/rows.ts';
import { VERSION } from '../../src/store/schema.ts';
import { pushBody } from '../../src/sync/push-batch.ts';
import { draft, FRESH, newDisk } from '../phone.ts';
import { answer1, journal1, open1, record1, rows1, unsent1 } from './layout-1-rules.ts';
import { lay, layoutOf, recorded } from './recorded-layouts.ts';

const WORK = 'branch/lhr/work' as StreamName;
const LAYOUTS = Array.from({ length: VERSION }, (_, i) => i + 1);

interface Op {
  readonly id: string;
  readonly text: string;
}
const opsIn = (version: number) =>
  recorded(version)
    .stores.find((store) => store.name === 'ops')!
    .records.map(([, op]) => op as Op);

test('the present layout is recorded as it is: changing it takes a new number', async () => {
  const factory = newDisk();
  (await openDatabase(factory)).close();
  const { version, stores } = recorded(VERSION);
  const bare = stores.map(({ records: _, ...store }) => store);
  expect(await layoutOf(factory)).toEqual({ version, stores: bare });
});

test.each(LAYOUTS)(
  'what layout %i wrote is all there, and sent as it was written',
  async (version) => {
    const factory = newDisk();
    await lay(factory, recorded(version));
    const db = await openDatabase(factory);
    const before = opsIn(version);
    expect(await recentOps(db, 100)).toEqual(before);
    const batch = await unsentBatch(db, 100, 1e6);
    expect(batch.map((op) => op.id)).toEqual(['op-2', 'op-4']);
    const depth = await outboxDepth(db, FRESH);
    const body = pushBody(batch, depth, depth.log.epoch, null);
    for (const op of batch) {
      const written = before.find((one) => one.id === op.id)!.text;
      expect(body).toContain(written);
    }
    expect((await loadRows(db, [WORK])).map((row) => row.key)).toEqual([
      'fulfillment/f-1',
      'order/900',
    ]);
    expect(await readAllMeta(db)).toMatchObject({ language: 'ur', cursors: { [WORK]: 4 } });
  },
);

test.each(LAYOUTS)('work goes on behind the log of layout %i', async (version) => {
  const factory = newDisk();
  await lay(factory, recorded(version));
  const db = await openDatabase(factory);
  const last = opsIn(version).at(-1)!;
  const [op] = await recordOps(db, [draft('next')], FRESH);
  expect(op).toMatchObject({ n: 5, incarnation: 'life-1' });
  expect(opOf(op!).prev).toBe(linkHash(last.text));
  await storeResults(db, [fillResult({ id: 'op-2', status: 'parked' })], 9);
  expect((await unsentBatch(db, 9, 1e6)).map((one) => one.id)).toEqual(['op-4', 'next']);
});

test.each(LAYOUTS)('layout %i is brought to exactly what a new phone has', async (version) => {
  const [old, fresh] = [newDisk(), newDisk()];
  await lay(old, recorded(version));
  (await openDatabase(old)).close();
  (await openDatabase(fresh)).close();
  expect(await layoutOf(old)).toEqual(await layoutOf(fresh));
});

test('the release before reads, sends and goes on with what this one wrote', async () => {
  const factory = newDisk();
  const db = await openDatabase(factory);
  await lay(newDisk(), recorded(1));
  await recordOps(db, [draft('a'), draft('b', { note: 'ق' }), draft('c')], FRESH);
  await storeResults(db, [fillResult({ id: 'a', status: 'refused' })], 9);
  const written = await recentOps(db, 9);
  db.close();

  const old = await open1(factory);
  expect(await journal1(old)).toEqual(written);
  expect((await unsent1(old)).map((op) => op.text)).toEqual([written[1]!.text, written[2]!.text]);
  expect(await rows1(old, WORK)).toEqual([]);
  await record1(old, 'd');
  await answer1(old, fillResult({ id: 'b', status: 'parked' }), 10);
  old.close();

  const again = await openDatabase(factory);
  const ops = await recentOps(again, 9);
  expect(ops.map((op) => [op.id, op.n, op.unsent, op.result?.status])).toEqual([
    ['a', 1, undefined, 'refused'],
    ['b', 2, undefined, 'parked'],
    ['c', 3, 1, undefined],
    ['d', 4, 1, undefined],
  ]);
  expect(opOf(ops[3]!).prev).toBe(ops[2]!.link);
});

/** A release of tomorrow lays the database out anew; `readable_by` is what it promises to those before it. */
async function tomorrow(factory: IDBFactory, readableBy: number): Promise<void> {
  (await openDatabase(factory)).close();
  await new Promise<void>((resolve) => {
    const request = factory.open('rawana', VERSION + 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('pictures');
      const layout = { version: VERSION + 1, readable_by: readableBy };
      request.transaction!.objectStore('meta').put(layout, 'layout');
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

test('this release works on what a later one left, if that says so', async () => {
  const factory = newDisk();
  await tomorrow(factory, VERSION);
  const db = await openDatabase(factory);
  await recordOps(db, [draft('a')], FRESH);
  expect((await unsentBatch(db, 9, 1e6)).map((op) => op.id)).toEqual(['a']);
});

test('this release leaves alone what it cannot read', async () => {
  const factory = newDisk();
  await tomorrow(factory, VERSION + 1);
  await expect(openDatabase(factory)).rejects.toThrow(DiskTooNew);
});

test('an open window does not hold up a later release, and works on beside it', async () => {
  const factory = newDisk();
  const db = await openDatabase(factory);
  await recordOps(db, [draft('a')], FRESH);
  await tomorrow(factory, VERSION);
  await recordOps(db, [draft('b')], FRESH);
  expect((await unsentBatch(db, 9, 1e6)).map((op) => op.id)).toEqual(['a', 'b']);
});
