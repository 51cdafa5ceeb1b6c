/**
 * The app may be killed at any request to its disk. Each writing function is cut at its first request, its second, and so
 * on until it passes untouched: afterwards the disk is as it was before or as it should be, and recording goes on.
 */

import { afterEach, expect, test } from 'vitest';
import {
  fillPatch,
  fillResult,
  fillStaff,
  type DeviceId,
  type Epoch,
  type Incarnation,
  type OpId,
  type StreamName,
} from '../../src/protocol/generated.ts';
import { linkHash } from '../../src/protocol/link.ts';
import { rememberCopy } from '../../src/store/copying.ts';
import type { Disk } from '../../src/store/database.ts';
import { writeMeta } from '../../src/store/meta.ts';
import { opOf, pruneJournal, recordOps, storeResults } from '../../src/store/outbox.ts';
import { forgetIdentity, keepIdentity, wipe } from '../../src/store/people.ts';
import { adoptEpoch, renumber } from '../../src/store/recovery.ts';
import { dropRows } from '../../src/store/room.ts';
import { applyLive, applyPull } from '../../src/store/rows.ts';
import { contentsOf, diskWith, type DiskContents } from '../disk-contents.ts';
import { cutAt, isCut, mend } from '../faulty-disk.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';

const WORK = 'branch/lhr/work' as StreamName;
const STOCK = 'branch/lhr/stock' as StreamName;
const DAY = 86_400_000;
const person = (id: string) => ({
  device_id: 'phone-1' as DeviceId,
  staff: fillStaff({ id, role: 'branch' }),
});
const patch = (stream: StreamName, from: number, to: number, rows: unknown[]) =>
  fillPatch({ stream, from, to, rows });
const result = (id: string, more: object = {}) => fillResult({ id, status: 'applied', ...more });

/** A phone in the middle of its day: answered, refused and waiting ops, rows of two streams. */
async function workingDay(): Promise<DiskContents> {
  const db = await open(newDisk());
  await keepIdentity(db, person('amna'), FRESH);
  await recordOps(db, [draft('a'), draft('b'), draft('c'), draft('d')], FRESH);
  const rows = [
    ['order/1', 1, { id: '1' }],
    ['order/2', 2, { id: '2' }],
  ];
  const page = {
    patches: [patch(WORK, 0, 2, rows), patch(STOCK, 0, 1, [['stock/5', 1, { variant_id: '5' }]])],
    streams: [WORK, STOCK],
    results: [result('a'), { ...result('b'), status: 'refused' as const }],
    resnapshot: [],
    ledger: { lhr: [3, 'hash'] },
  };
  await applyPull(db, page, 1_000);
  await adoptEpoch(db, 'E1' as Epoch, FRESH);
  await applyPull(db, page, 1_000);
  await rememberCopy(db, (await contentsOf(db)).ops, 1_000);
  return contentsOf(db);
}

function drained(day: DiskContents): DiskContents {
  const ops = day.ops.map(({ unsent: _, ...op }) => ({ ...op, result: result(op.id) }));
  return { ...day, ops };
}

const NEXT_PAGE = {
  patches: [
    patch(WORK, 2, 4, [
      ['order/1', 3, null],
      ['order/3', 4, { id: '3' }],
      ['result/c', 4, { id: 'c', status: 'applied', versions: { [WORK]: 4 } }],
    ]),
  ],
  streams: [WORK],
  results: [result('d', { versions: { [WORK]: 9 } })],
  resnapshot: [STOCK],
  ledger: { lhr: [4, 'hash'] },
};

/** Every function of `src/store` that writes. */
const WRITERS: Readonly<Record<string, (db: Disk) => Promise<unknown>>> = {
  recordOps: (db) => recordOps(db, [draft('x'), draft('y', { note: 'مغرب' })], FRESH),
  storeResults: (db) => storeResults(db, [result('c'), result('d')], 2_000),
  pruneJournal: (db) => pruneJournal(db, 1_000 + 31 * DAY, null),
  renumber: (db) => renumber(db, ['a' as OpId], 'life-2' as Incarnation),
  adoptEpoch: (db) => adoptEpoch(db, 'E2' as Epoch, FRESH),
  applyPull: (db) => applyPull(db, NEXT_PAGE, 2_000),
  applyLive: (db) => applyLive(db, patch(WORK, 2, 3, [['order/9', 3, { id: '9' }]]), 2_000),
  keepIdentity: (db) => keepIdentity(db, person('bilal'), FRESH, 'with a copy'),
  wipe: (db) => wipe(db),
  forgetIdentity: (db) => forgetIdentity(db, 'with a copy'),
  rememberCopy: async (db) => rememberCopy(db, (await contentsOf(db)).ops.slice(1), 2_000),
  dropRows: (db) => dropRows(db, (stream) => stream === STOCK),
  writeMeta: (db) => writeMeta(db, 'clock', [5, 6]),
};

afterEach(() => void mend());

/** Whether the ops of the log's present life are numbered without a gap, each naming the one before it. */
function assertChained({ ops, meta }: DiskContents): void {
  const log = meta['log'] as { incarnation: string; n: number; head: string | null };
  const life = ops.filter((op) => op.incarnation === log.incarnation);
  // The journal may have forgotten the first ones.
  expect(life.map((op) => op.n)).toEqual(life.map((_, i) => log.n - life.length + i + 1));
  life.forEach((op, i) => {
    const before = life[i - 1];
    if (before !== undefined) expect(opOf(op).prev).toBe(linkHash(before.text));
  });
  expect(log.head).toBe(life.at(-1)?.link ?? null);
}

test.each(Object.entries(WRITERS))(
  '%s leaves all or nothing, wherever it is killed',
  async (name, write) => {
    // A phone is wiped only when nothing waits on it.
    const before = name === 'wipe' ? drained(await workingDay()) : await workingDay();
    const untouched = await diskWith(newDisk(), before);
    await write(untouched);
    const after = await contentsOf(untouched);
    expect(after).not.toEqual(before);

    let points = 0;
    for (let step = 0; ; step++) {
      const db = await diskWith(newDisk(), before);
      cutAt(1 + (step >> 1), step % 2 === 1);
      const failed = await write(db).then(
        () => false,
        () => true,
      );
      const reached = isCut();
      mend();
      const found = await contentsOf(db);
      if (failed) expect(found).toEqual(before);
      else expect(found).toEqual(after);
      await recordOps(db, [draft('next')], FRESH);
      const then = await contentsOf(db);
      expect(then.ops.at(-1)?.id).toBe('next');
      assertChained(then);
      if (!reached) break;
      points += 1;
    }
    expect(points).toBeGreaterThan(1);
  },
);

test('every function of the store that writes is walked', async () => {
  const { readFileSync, readdirSync } = await import('node:fs');
  const folder = new URL('../../src/store/', import.meta.url);
  const named = readdirSync(folder).flatMap((file) => {
    const text = readFileSync(new URL(file, folder), 'utf8');
    // An exported function up to the next one; it writes when it asks for a transaction that does.
    return text
      .split(/^export /m)
      .filter((part) => part.startsWith('async function') && part.includes("'readwrite'"))
      .map((part) => /function (\w+)/.exec(part)?.[1] ?? '');
  });
  expect([...new Set([...named, 'storeResults'])].sort()).toEqual(Object.keys(WRITERS).sort());
});
