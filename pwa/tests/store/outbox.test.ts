import { expect, test, vi } from 'vitest';
import { fillResult, type OpId } from '../../src/protocol/generated.ts';
import { linkHash } from '../../src/protocol/link.ts';
import {
  opOf,
  OpTooLarge,
  openOps,
  outboxDepth,
  pruneJournal,
  recentOps,
  recordOps,
  storeResults,
  unsentBatch,
} from '../../src/store/outbox.ts';
import { draft, FRESH, newDisk, open } from '../phone.ts';

const DAY = 86_400_000;
const applied = (id: string) => fillResult({ id, status: 'applied' });

test('every op is numbered and names the exact text of the one before it', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a', { note: 'مغرب کے بعد' }), draft('b')], FRESH);
  await recordOps(db, [draft('c')], FRESH);
  const ops = await unsentBatch(db, 100, 1e6);
  expect(ops.map((op) => opOf(op).n)).toEqual([1, 2, 3]);
  expect(ops.map((op) => opOf(op).prev)).toEqual([
    null,
    linkHash(ops[0]!.text),
    linkHash(ops[1]!.text),
  ]);
});

test('recording asks the browser for strict durability', async () => {
  const db = await open(newDisk());
  const asked = vi.spyOn(db, 'transaction');
  await recordOps(db, [draft('a')], FRESH);
  expect(asked).toHaveBeenCalledWith(['ops', 'meta'], 'readwrite', { durability: 'strict' });
});

test('recording says done only after the transaction is complete', async () => {
  const disk = newDisk();
  const db = await open(disk);
  const order: string[] = [];
  const transaction = db.transaction.bind(db);
  vi.spyOn(db, 'transaction').mockImplementation((...args) => {
    const tx = transaction(...args);
    tx.addEventListener('complete', () => order.push('complete'));
    return tx;
  });
  await recordOps(db, [draft('a')], FRESH).then(() => order.push('saved'));
  expect(order).toEqual(['complete', 'saved']);
});

test('the same op is never stored twice', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a')], FRESH);
  await expect(recordOps(db, [draft('a')], FRESH)).rejects.toThrow();
  expect((await outboxDepth(db, FRESH)).log.n).toBe(1);
});

test('an op too large to travel is not stored', async () => {
  const db = await open(newDisk());
  const large = draft('a', { note: 'ق'.repeat(9_000) });
  await expect(recordOps(db, [large], FRESH)).rejects.toThrow(OpTooLarge);
  expect((await outboxDepth(db, FRESH)).unsent).toBe(0);
});

test('an answer takes an op out of the outbox but not out of the journal', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a'), draft('b')], FRESH);
  expect(await storeResults(db, [applied('a'), applied('unheard-of')], 5)).toBe(1);
  expect((await unsentBatch(db, 100, 1e6)).map((op) => op.id)).toEqual(['b']);
  expect((await recentOps(db, 10)).map((op) => op.id)).toEqual(['a', 'b']);
  expect((await openOps(db)).map((op) => op.id)).toEqual(['a', 'b']);
});

test('answers are counted by id: the op behind a gap is not taken for answered', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a'), draft('b'), draft('c')], FRESH);
  await storeResults(db, [applied('c')], 5);
  const depth = await outboxDepth(db, FRESH);
  expect(depth.unsent).toBe(2);
  expect(depth.acked_n).toBe(0);
});

test('what still waits is listed however old it is', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('old')], FRESH);
  await recordOps(
    db,
    Array.from({ length: 9 }, (_, i) => draft(`n${i}`)),
    FRESH,
  );
  const ids = (await recentOps(db, 3)).map((op) => op.id);
  expect(ids).toContain('old' as OpId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the journal forgets answered ops after 30 days and unanswered ones never', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a'), draft('b')], FRESH);
  const { applyPull } = await import('../../src/store/rows.ts');
  const nothing = { patches: [], streams: [], resnapshot: [], ledger: {} };
  await applyPull(db, { ...nothing, results: [applied('a')] }, 1_000);
  await pruneJournal(db, 1_000 + 29 * DAY, null);
  expect((await recentOps(db, 10)).length).toBe(2);
  await pruneJournal(db, 2_000 + 30 * DAY, null);
  expect((await recentOps(db, 10)).map((op) => op.id)).toEqual(['b']);
});

test('what a backup of the server has may go after a fortnight', async () => {
  const db = await open(newDisk());
  await recordOps(db, [draft('a'), draft('b')], FRESH);
  const { applyPull } = await import('../../src/store/rows.ts');
  const nothing = { patches: [], streams: [], resnapshot: [], ledger: {} };
  await applyPull(db, { ...nothing, results: [applied('a'), applied('b')] }, 1_000);
  await pruneJournal(db, 15 * DAY, null);
  expect((await recentOps(db, 10)).length).toBe(2);
  await pruneJournal(db, 15 * DAY, 14 * DAY);
  expect(await recentOps(db, 10)).toEqual([]);
});
