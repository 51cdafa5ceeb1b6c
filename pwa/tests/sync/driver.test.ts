import { expect, test, vi } from 'vitest';
import { fillPatch, type DeviceId, type Incarnation } from '../../src/protocol/generated.ts';
import { fillStaff } from '../../src/protocol/generated.ts';
import type { Disk } from '../../src/store/database.ts';
import { readAllMeta } from '../../src/store/meta.ts';
import { openOps, outboxDepth, recordOps, recentOps } from '../../src/store/outbox.ts';
import { keepIdentity } from '../../src/store/people.ts';
import { loadRows } from '../../src/store/rows.ts';
import { SyncDriver, type SyncState } from '../../src/sync/driver.ts';
import type { Surroundings } from '../../src/sync/surroundings.ts';
import { cutAt, mend } from '../faulty-disk.ts';
import { contentsOf } from '../disk-contents.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';
import { FakeServer } from './fake-server.ts';

class Bench {
  server = new FakeServer();
  readonly states: SyncState[] = [];
  readonly faults: unknown[] = [];
  readonly armed: number[] = [];
  resets = 0;
  now = 1_000_000;
  lives = 1;
  private wake: (() => void) | null = null;
  db!: Disk;
  driver!: SyncDriver;

  async begin(disk = newDisk()): Promise<this> {
    this.db = await open(disk);
    const identity = { device_id: 'phone-1' as DeviceId, staff: fillStaff({ id: 'amna' }) };
    await keepIdentity(this.db, identity, FRESH);
    this.driver = new SyncDriver(this.db, this.around(), {
      applied: () => undefined,
      reset: () => (this.resets += 1),
      state: (state) => this.states.push(state),
      fault: (error) => this.faults.push(error),
      health: () => Promise.resolve({ persisted: true }),
    });
    await this.driver.start(null);
    await this.quiet();
    return this;
  }

  private around(): Surroundings {
    return {
      fetch: this.server.fetch,
      now: () => this.now,
      random: () => 0.5,
      after: (ms, work) => {
        this.armed.push(ms);
        this.wake = work;
        return () => (this.wake = null);
      },
      alone: (work) => work(),
      newIncarnation: () => `life-${++this.lives}` as Incarnation,
    };
  }

  /** Wait until nothing is under way. */
  async quiet(): Promise<void> {
    for (let still = 0; still < 5;) {
      const seen = this.server.requests.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
      still =
        this.server.requests.length === seen && this.states.at(-1)?.busy === false ? still + 1 : 0;
    }
  }

  async timer(): Promise<void> {
    const work = this.wake;
    expect(work, 'a timer must be armed').not.toBeNull();
    this.wake = null;
    work?.();
    await this.quiet();
  }

  get hasTimer(): boolean {
    return this.wake !== null;
  }

  async record(...ids: string[]): Promise<void> {
    await recordOps(
      this.db,
      ids.map((id) => draft(id)),
      FRESH,
    );
    this.driver.recorded();
    await this.quiet();
  }

  async unsent(): Promise<number> {
    return (await outboxDepth(this.db, FRESH)).unsent;
  }
}

test('a phone greets, pulls and then rests with a timer armed', async () => {
  const bench = await new Bench().begin();
  expect(bench.server.requests).toEqual(['/sync/hello', '/sync/pull']);
  expect(bench.hasTimer).toBe(true);
  expect((await readAllMeta(bench.db)).log?.epoch).toBe('E1');
});

test('an op is sent at once and leaves the overlay with the pull that rides along', async () => {
  const bench = await new Bench().begin();
  await bench.record('a', 'b');
  expect(bench.server.order).toEqual(['a', 'b']);
  expect(await bench.unsent()).toBe(0);
  expect(await openOps(bench.db)).toEqual([]);
  expect(bench.server.requests.length).toBe(3);
});

test('a lost reply does not do the work a second time', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push('lost-reply');
  await bench.record('a');
  expect(await bench.unsent()).toBe(1);
  expect(bench.states.at(-1)?.reached).toBe(false);
  await bench.timer();
  expect(bench.server.order).toEqual(['a']);
  expect(await bench.unsent()).toBe(0);
});

test('without network the waits grow, and an op recorded meanwhile does not hammer', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push(...Array<'no-network'>(8).fill('no-network'));
  await bench.record('a');
  for (let i = 0; i < 7; i++) await bench.timer();
  expect(bench.armed.slice(-8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  const asked = bench.server.requests.length;
  await bench.record('b');
  expect(bench.server.requests.length).toBe(asked);
  await bench.timer();
  expect(bench.server.order).toEqual(['a', 'b']);
});

test('a server that is busy names the time, and is left alone exactly so long', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push({ status: 503, retryAfter: '7' });
  await bench.record('a');
  expect(bench.armed.at(-1)).toBe(7_000);
  await bench.timer();
  expect(bench.server.order).toEqual(['a']);
});

test('a server restored from a backup is healed, and its epoch adopted last', async () => {
  const bench = await new Bench().begin();
  await bench.record('a', 'b', 'c');
  bench.server.restore(1, 'E2');
  bench.server.troubles.push(null, null, 'no-network');
  await bench.record('d');
  const midway = await readAllMeta(bench.db);
  expect(midway.log?.epoch, 'not adopted while the re-offer is under way').toBe('E1');
  await bench.timer();
  expect(bench.server.order).toEqual(['a', 'b', 'c', 'd']);
  expect((await readAllMeta(bench.db)).log?.epoch).toBe('E2');
  expect(bench.resets).toBe(1);
  expect(await bench.unsent()).toBe(0);
  const keys = (await loadRows(bench.db, ['branch/lhr/work' as never])).map((row) => row.key);
  expect(keys).toEqual(['done/a', 'done/b', 'done/c', 'done/d']);
  expect(bench.faults).toEqual([]);
});

test('the app killed in the middle of a recovery finishes it when it comes back', async () => {
  const disk = newDisk();
  const first = await new Bench().begin(disk);
  await first.record('a', 'b');
  first.server.restore(0, 'E2');
  first.server.troubles.push(null, null, 'no-network');
  await first.record('c');
  first.driver.stop();
  const second = new Bench();
  second.lives = 50;
  Object.assign(second, { server: first.server });
  await second.begin(disk);
  expect(second.server.order).toEqual(['a', 'b', 'c']);
  expect((await readAllMeta(second.db)).log?.epoch).toBe('E2');
});

test('a fork starts a new life and sends what the server lacks', async () => {
  const bench = await new Bench().begin();
  await bench.record('a');
  const [life] = [...bench.server.lives.keys()];
  bench.server.lives.set(life ?? '', { n: 1, head: 'someone else' });
  await bench.record('b', 'c');
  expect(bench.server.order).toEqual(['a', 'b', 'c']);
  expect((await recentOps(bench.db, 9)).map((op) => op.n)).toEqual([1, 1, 2]);
});

test('a server that has lost our tail without saying so is found out by its head', async () => {
  const bench = await new Bench().begin();
  await bench.record('a', 'b');
  const { server } = bench;
  for (const id of server.order.splice(1)) server.results.delete(id);
  server.version = 1;
  const [life] = [...server.lives.keys()];
  server.lives.set(life ?? '', { n: 1, head: null });
  bench.now += 120_000;
  bench.driver.woken();
  await bench.quiet();
  expect(server.order).toEqual(['a', 'b']);
});

test('a batch that is too large is halved until it fits', async () => {
  const bench = await new Bench().begin();
  bench.server.pushMax = 3;
  await bench.record(...'abcdefghij');
  for (let i = 0; i < 40 && (await bench.unsent()) > 0; i++) await bench.timer();
  expect(bench.server.order).toEqual([...'abcdefghij']);
});

test('a phone that is not signed in keeps its ops and says so', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push({ status: 401 });
  await bench.record('a');
  expect(bench.states.at(-1)).toMatchObject({ signedOut: true, reached: true });
  expect(await bench.unsent()).toBe(1);
  expect(bench.hasTimer).toBe(true);
});

const REVOKED = { status: 401, body: { problem: 'revoked' } };

test('a revoked phone that may not even hand over stops asking and keeps its ops', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push(REVOKED);
  await bench.record('a');
  expect(bench.states.at(-1)).toMatchObject({ revoked: true });
  expect(bench.hasTimer).toBe(false);
  expect(await bench.unsent()).toBe(1);
});

test('a revoked phone hands over what it holds, batch by batch, and is wiped', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push('no-network');
  await bench.record('a', 'b');
  const taken = (id: string) => ({
    status: 401,
    body: {
      problem: 'revoked',
      results: [{ id, status: 'parked', code: 'revoked' }],
      now: 5,
    },
  });
  bench.server.troubles.push(taken('a'), 'lost-reply', taken('b'));
  await bench.timer();
  expect(await bench.unsent()).toBe(1);
  await bench.timer();
  expect(bench.states.at(-1)).toMatchObject({ revoked: true, busy: false });
  expect(bench.hasTimer).toBe(false);
  const left = await contentsOf(bench.db);
  expect(left.ops).toEqual([]);
  expect(left.rows).toEqual([]);
  expect(left.meta['identity']).toBeUndefined();
  expect(bench.resets).toBe(1);
});

test('a phone with nothing to hand over is wiped when it hears that it was revoked', async () => {
  const bench = await new Bench().begin();
  bench.server.troubles.push(REVOKED);
  bench.now += 3_600_000;
  bench.driver.woken();
  await bench.quiet();
  expect(bench.states.at(-1)).toMatchObject({ revoked: true });
  expect((await contentsOf(bench.db)).meta['identity']).toBeUndefined();
});

async function freshPhone(server: FakeServer): Promise<Bench> {
  const bench = new Bench();
  bench.server = server;
  return bench.begin();
}

test.each([
  ['all parts can be had', undefined, 3],
  ['one is not what its name says', 2, 2],
])('a large stream begins with parts and ends as with pages: %s', async (_, broken, fetched) => {
  const first = await new Bench().begin();
  await first.record('a', 'b', 'c', 'd', 'e');
  first.server.cut(broken);
  const bench = await freshPhone(first.server);
  const { rows, meta } = await contentsOf(bench.db);
  expect(rows.map((row) => row.key)).toEqual(['done/a', 'done/b', 'done/c', 'done/d', 'done/e']);
  expect(meta['cursors']).toEqual({ 'branch/lhr/work': 5 });
  const parts = bench.server.requests.filter((path) => path.startsWith('/sync/parts/'));
  expect(parts.length).toBe(fetched);
  expect(bench.hasTimer).toBe(true);
});

test('a live patch that does not fit makes the phone pull', async () => {
  const bench = await new Bench().begin();
  const asked = bench.server.requests.length;
  await bench.driver.live(fillPatch({ stream: 'branch/lhr/work', from: 5, to: 6, rows: [] }));
  await bench.quiet();
  expect(bench.server.requests.slice(asked)).toEqual(['/sync/pull']);
});

test('whatever happens, a phone that is not stopped has a request under way or a timer armed', async () => {
  const bench = await new Bench().begin();
  const troubles = ['no-network', 'lost-reply', { status: 500 }, { status: 429 }, null] as const;
  for (let i = 0; i < 30; i++) {
    bench.server.troubles.push(troubles[(i * 7) % 5] ?? null, troubles[(i * 3) % 5] ?? null);
    await bench.record(`op-${i}`);
    expect(bench.hasTimer).toBe(true);
    await bench.timer();
  }
  bench.server.troubles.length = 0;
  while ((await bench.unsent()) > 0) await bench.timer();
  expect(bench.server.order).toEqual(Array.from({ length: 30 }, (_, i) => `op-${i}`));
}, 30_000);

test('a disk that fails at any moment of the talk does not silence the loop', async () => {
  const bench = await new Bench().begin();
  for (let at = 1; at < 30; at++) {
    await recordOps(bench.db, [draft(`op-${at}`)], FRESH);
    cutAt(at);
    bench.driver.recorded();
    bench.driver.woken();
    await bench.quiet();
    mend();
    expect(bench.hasTimer, `request ${at}`).toBe(true);
    await bench.timer();
  }
  expect(await bench.unsent()).toBe(0);
}, 30_000);

test('a phone without room for rows says so, and still sends everything', async () => {
  const bench = await new Bench().begin();
  const transaction = bench.db.transaction.bind(bench.db);
  const spy = vi.spyOn(bench.db, 'transaction').mockImplementation((stores, mode, options) => {
    if (stores.includes('rows') && mode === 'readwrite') {
      throw new DOMException('no room', 'QuotaExceededError');
    }
    return transaction(stores, mode, options);
  });
  await bench.record('a', 'b');
  expect(bench.server.order).toEqual(['a', 'b']);
  expect(await bench.unsent()).toBe(0);
  expect(bench.states.at(-1)).toMatchObject({ full: true, reached: true });
  expect(bench.hasTimer).toBe(true);
  spy.mockRestore();
  await bench.timer();
  expect(bench.states.at(-1)).toMatchObject({ full: false });
  expect(await openOps(bench.db)).toEqual([]);
});
