import { expect, test } from 'vitest';
import type { DeviceId, Epoch, Incarnation } from '../../src/protocol/generated.ts';
import { fillStaff } from '../../src/protocol/generated.ts';
import type { Disk } from '../../src/store/database.ts';
import { outboxDepth, recentOps, recordOps } from '../../src/store/outbox.ts';
import { keepIdentity } from '../../src/store/people.ts';
import { adoptEpoch } from '../../src/store/recovery.ts';
import type { Applied } from '../../src/store/rows.ts';
import type { Surroundings } from '../../src/sync/surroundings.ts';
import { pushAll } from '../../src/sync/worker-push.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';
import { FakeServer } from './fake-server.ts';

async function closedApp(ops: number): Promise<{ db: Disk; server: FakeServer }> {
  const db = await open(newDisk());
  const identity = { device_id: 'phone-1' as DeviceId, staff: fillStaff({ id: 'amna' }) };
  await keepIdentity(db, identity, FRESH);
  await adoptEpoch(db, 'E1' as Epoch, FRESH);
  const drafts = Array.from({ length: ops }, (_, i) => draft(`op-${i}`));
  if (ops > 0) await recordOps(db, drafts, FRESH);
  return { db, server: new FakeServer() };
}

function around(server: FakeServer): Surroundings {
  return {
    fetch: server.fetch,
    now: () => 1_000,
    random: () => 0.5,
    after: () => () => undefined,
    alone: (work) => work(),
    newIncarnation: () => 'life-9' as Incarnation,
  };
}

const unsent = async (db: Disk) => (await outboxDepth(db, FRESH)).unsent;

test('everything is sent, batch for batch, and the answers and rows are kept and told', async () => {
  const { db, server } = await closedApp(250);
  const told: Applied[] = [];
  await pushAll(db, around(server), (applied) => told.push(applied));
  expect(server.order).toHaveLength(250);
  expect(server.requests).toEqual(['/sync/push', '/sync/push', '/sync/push']);
  expect(await unsent(db)).toBe(0);
  expect((await recentOps(db, 300)).every((op) => op.result?.status === 'applied')).toBe(true);
  expect(told.length).toBe(3);
});

test('nothing is asked when nothing waits', async () => {
  const { db, server } = await closedApp(0);
  await pushAll(db, around(server), () => undefined);
  expect(server.requests).toEqual([]);
});

test.each(['no-network', 'lost-reply', { status: 503 }, { status: 429 }] as const)(
  'after %o it rejects, so that the browser tries again, and then nothing is done twice',
  async (trouble) => {
    const { db, server } = await closedApp(3);
    server.troubles.push(trouble);
    await expect(pushAll(db, around(server), () => undefined)).rejects.toThrow();
    expect(await unsent(db)).toBe(3);
    await pushAll(db, around(server), () => undefined);
    expect(server.order).toEqual(['op-0', 'op-1', 'op-2']);
    expect(await unsent(db)).toBe(0);
  },
);

test.each([
  { status: 401 },
  { status: 409, body: { problem: 'fork' } },
  { status: 409, body: { problem: 'epoch', epoch: 'E2' } },
])('what only the page can mend is left to it: %o', async (trouble) => {
  const { db, server } = await closedApp(1);
  server.troubles.push(trouble);
  await pushAll(db, around(server), () => undefined);
  expect(server.requests).toHaveLength(1);
  expect(await unsent(db)).toBe(1);
});

test('a batch that is too large is halved until it fits', async () => {
  const { db, server } = await closedApp(10);
  server.pushMax = 3;
  await pushAll(db, around(server), () => undefined);
  expect(server.order).toHaveLength(10);
});
