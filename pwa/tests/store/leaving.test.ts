import { expect, test } from 'vitest';
import {
  fillPatch,
  fillResult,
  fillStaff,
  type DeviceId,
  type Incarnation,
  type ResultStatus,
  type StreamName,
} from '../../src/protocol/generated.ts';
import { opsToCopy, rememberCopy } from '../../src/store/copying.ts';
import type { Disk } from '../../src/store/database.ts';
import { readAllMeta } from '../../src/store/meta.ts';
import { recentOps, recordOps, storeResults } from '../../src/store/outbox.ts';
import { forgetIdentity, keepIdentity, WorkWaits } from '../../src/store/people.ts';
import { dropRows } from '../../src/store/room.ts';
import { applyPull, loadRows } from '../../src/store/rows.ts';
import { enrol, logout } from '../../src/sync/account.ts';
import type { Surroundings } from '../../src/sync/surroundings.ts';
import { readCopy } from '../../src/view/read-copy.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';

const person = (id: string, device = 'phone-1') => ({
  device_id: device as DeviceId,
  staff: fillStaff({ id, name: id }),
});
const answered = (id: string, status: ResultStatus) => fillResult({ id, status });

async function amnasPhone(): Promise<Disk> {
  const db = await open(newDisk());
  await keepIdentity(db, person('amna'), FRESH);
  await recordOps(db, [draft('a'), draft('b'), draft('c'), draft('d')], FRESH);
  await storeResults(db, [answered('a', 'applied'), answered('b', 'parked')], 5);
  return db;
}

const owner = async (db: Disk) => (await readAllMeta(db)).identity?.staff.id;

test('a copy holds what waits, was set aside or refused, exactly as stored and in its order', async () => {
  const db = await amnasPhone();
  await storeResults(db, [answered('d', 'refused')], 6);
  const texts = new Map((await recentOps(db, 9)).map((op) => [op.id as string, op.text]));
  const copied = await opsToCopy(db);
  expect(copied.map((op) => op.id)).toEqual(['b', 'c', 'd']);
  expect(copied.map((op) => op.text)).toEqual(['b', 'c', 'd'].map((id) => texts.get(id)));
});

test('nobody signs out over work that is nowhere but here, copy or not, unless they say so', async () => {
  const db = await amnasPhone();
  await expect(forgetIdentity(db, 'with nothing left')).rejects.toThrow(WorkWaits);
  await expect(forgetIdentity(db, 'with a copy')).rejects.toMatchObject({
    waiting: 2,
    copied: false,
  });
  await rememberCopy(db, await opsToCopy(db), 7);
  await expect(forgetIdentity(db, 'with nothing left')).rejects.toMatchObject({ copied: true });
  expect(await owner(db)).toBe('amna');
  await forgetIdentity(db, 'with a copy');
  expect(await owner(db)).toBeUndefined();
  expect((await recentOps(db, 9)).map((op) => op.id)).toEqual(['a', 'b', 'c', 'd']);
});

test('what was recorded after the copy counts as not copied', async () => {
  const db = await amnasPhone();
  await rememberCopy(db, await opsToCopy(db), 7);
  await recordOps(db, [draft('e')], FRESH);
  await expect(forgetIdentity(db, 'with a copy')).rejects.toThrow(WorkWaits);
});

test('another person takes over only when nothing waits, or what waits is in a copy', async () => {
  const db = await amnasPhone();
  const bilal = person('bilal', 'phone-2');
  await expect(keepIdentity(db, bilal, FRESH)).rejects.toThrow(WorkWaits);
  expect(await owner(db)).toBe('amna');
  await rememberCopy(db, await opsToCopy(db), 7);
  await keepIdentity(db, bilal, FRESH, 'with a copy');
  expect(await owner(db)).toBe('bilal');
});

test('the same person signs in again while work waits, on a new device too', async () => {
  const db = await amnasPhone();
  await keepIdentity(db, person('amna', 'phone-2'), FRESH);
  expect((await readAllMeta(db)).identity?.device_id).toBe('phone-2');
  expect((await recentOps(db, 9)).filter((op) => op.unsent === 1)).toHaveLength(2);
});

function server(staff: string): Surroundings & { asked: string[] } {
  const asked: string[] = [];
  const reply = { device_id: 'phone-2', staff: { id: staff, name: staff } };
  return {
    asked,
    fetch: (path) => {
      asked.push(path);
      return Promise.resolve(new Response(JSON.stringify(reply), { status: 200 }));
    },
    now: () => 1,
    random: () => 0,
    after: () => () => undefined,
    alone: (work) => work(),
    newIncarnation: () => 'life-9' as Incarnation,
  };
}

test('the server is not told that somebody leaves who may not', async () => {
  const db = await amnasPhone();
  const around = server('amna');
  await expect(logout(db, around)).rejects.toThrow(WorkWaits);
  expect(around.asked).toEqual([]);
});

test('a code of somebody else is given back while work waits, so that nothing is sent under their name', async () => {
  const db = await amnasPhone();
  const around = server('bilal');
  await expect(enrol(db, around, 'CODE', 'phone')).rejects.toThrow(WorkWaits);
  expect(around.asked).toEqual(['/auth/enrol', '/auth/logout']);
  expect(await owner(db)).toBe('amna');
});

test('a full phone forgets rows that can be fetched again, and no op', async () => {
  const db = await amnasPhone();
  const [catalog, work] = ['catalog', 'branch/lhr/work'] as StreamName[];
  const patches = [catalog, work].map((stream) =>
    fillPatch({ stream, from: 0, to: 1, rows: [['order/1', 1, { id: '1' }]] }),
  );
  const page = { patches, streams: [catalog!, work!], results: [], resnapshot: [], ledger: {} };
  await applyPull(db, page, 1);
  const ops = await recentOps(db, 9);
  expect(await dropRows(db, (stream) => stream === catalog)).toEqual([catalog]);
  expect((await loadRows(db, [catalog!, work!])).map((row) => row.stream)).toEqual([work]);
  expect((await readAllMeta(db)).cursors).toEqual({ [work!]: 1 });
  expect(await recentOps(db, 9)).toEqual(ops);
});

test('the desk reads a copy, and says so when a file is none', () => {
  const op = JSON.stringify({ id: 'a', kind: 'pack', at: 5, body: {} });
  const text = JSON.stringify({ rawana_outbox: 1, staff: { name: 'Amna' }, made_at: 9, ops: [op] });
  expect(readCopy(text)).toMatchObject({ text, staffName: 'Amna', madeAt: 9 });
  expect(readCopy(text)?.ops.map((one) => one.id)).toEqual(['a']);
  for (const other of ['', '[]', 'null', '{"rawana_outbox":2,"ops":[]}', '{"ops":["{"]}']) {
    expect(readCopy(other)).toBeNull();
  }
});
