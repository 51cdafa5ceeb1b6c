/** Outbox and journal: ops in the order in which they were recorded, with the answers that came. */

import { forgettable } from '../protocol/journal.ts';
import { linkHash, utf8 } from '../protocol/link.ts';
import {
  LIMITS,
  type Incarnation,
  type Op,
  type OpId,
  type Result,
  type StaffId,
} from '../protocol/generated.ts';
import { answer, inTransaction, type Disk, type StoredOp } from './database.ts';
import { putMeta, readLog, type OpLog } from './meta.ts';

/** What a screen hands over; number and chain are given when it is stored. */
export interface Draft {
  readonly id: OpId;
  readonly kind: string;
  readonly by: StaffId;
  readonly at: number;
  readonly clock: readonly [number, number] | null;
  readonly seen: Readonly<Record<string, number>>;
  readonly deps: readonly OpId[];
  readonly body: object;
}

/** An op that cannot travel: nothing was stored. */
export class OpTooLarge extends Error {}

/**
 * Store ops that one action of a person made; resolves once they are on the disk.
 *
 * Number, chain and op are one strict transaction: a crash leaves all of it or nothing. `fresh` names the op log's first
 * life when there is none yet.
 */
export async function recordOps(
  db: Disk,
  drafts: readonly Draft[],
  fresh: Incarnation,
): Promise<readonly StoredOp[]> {
  return inTransaction(
    db,
    { stores: ['ops', 'meta'], mode: 'readwrite', durability: 'strict' },
    async (tx, again) => {
      let log = await readLog(tx, fresh);
      const stored: StoredOp[] = [];
      const ops = tx.objectStore('ops');
      for (const draft of drafts) {
        // The first try may have reached the disk although nobody was told.
        const kept = again && (await answer<StoredOp | undefined>(ops.index('id').get(draft.id)));
        if (kept) {
          stored.push(kept);
          continue;
        }
        const next = chained(log, draft);
        const seq = await answer<number>(ops.add(next.op));
        stored.push({ ...next.op, seq });
        log = next.log;
      }
      putMeta(tx, 'log', log);
      return stored;
    },
  );
}

type NewOp = Omit<StoredOp, 'seq'>;

/** The op in its place behind `log`'s head, and the log after it. */
function chained(log: OpLog, draft: Draft): { op: NewOp; log: OpLog } {
  const n = log.n + 1;
  const sent = { ...draft, n, prev: log.head, v: 1 };
  const placed = place(sent, log);
  const op: NewOp = {
    ...placed.op,
    id: draft.id,
    kind: draft.kind,
    by: draft.by,
    at: draft.at,
    unsent: 1,
    open: 1,
  };
  return { op, log: placed.log };
}

type Placed = Pick<StoredOp, 'incarnation' | 'n' | 'text' | 'link'>;

/** Write an op's JSON anew at the end of `log`; id and body are never changed by it. */
export function place(op: object, log: OpLog): { op: Placed; log: OpLog } {
  const n = log.n + 1;
  const text = JSON.stringify({ ...op, n, prev: log.head });
  if (utf8(text).length > LIMITS.OP_BYTES_MAX) throw new OpTooLarge();
  const link = linkHash(text);
  return {
    op: { incarnation: log.incarnation, n, text, link },
    log: { ...log, n, head: link },
  };
}

export function opOf(stored: StoredOp): Op {
  return JSON.parse(stored.text) as Op;
}

/** The oldest unanswered ops, at most `ops` of them and `bytes` of JSON, but never none while one waits. */
export async function unsentBatch(
  db: Disk,
  ops: number,
  bytes: number,
): Promise<readonly StoredOp[]> {
  const waiting = await inTransaction(db, { stores: ['ops'], mode: 'readonly' }, (tx) =>
    answer<StoredOp[]>(tx.objectStore('ops').index('unsent').getAll(1, ops)),
  );
  let room = bytes;
  const batch: StoredOp[] = [];
  for (const op of waiting) {
    room -= op.text.length * 3;
    if (batch.length > 0 && room < 0) break;
    batch.push(op);
  }
  return batch;
}

/** How much waits, since when (epoch ms), and up to which number everything of this life is answered. */
export interface OutboxDepth {
  readonly unsent: number;
  readonly oldest_at: number | null;
  readonly acked_n: number;
  readonly log: OpLog;
}

export async function outboxDepth(db: Disk, fresh: Incarnation): Promise<OutboxDepth> {
  return inTransaction(db, { stores: ['ops', 'meta'], mode: 'readonly' }, async (tx) => {
    const waiting = tx.objectStore('ops').index('unsent');
    const [unsent, first, log] = await Promise.all([
      answer<number>(waiting.count(1)),
      answer<StoredOp[]>(waiting.getAll(1, 1)),
      readLog(tx, fresh),
    ]);
    const oldest = first[0];
    return {
      unsent,
      oldest_at: oldest?.at ?? null,
      acked_n: oldest === undefined ? log.n : oldest.n - 1,
      log,
    };
  });
}

/** Keep the answers to our ops; what we do not know is passed over. Returns how many ops were answered anew. */
export async function keepResults(
  tx: IDBTransaction,
  results: readonly Result[],
  now: number,
): Promise<number> {
  const ops = tx.objectStore('ops');
  let fresh = 0;
  for (const result of results) {
    const op = await answer<StoredOp | undefined>(ops.index('id').get(result.id));
    if (op === undefined) continue;
    if (op.unsent === 1) fresh += 1;
    else if (sameResult(op.result, result)) continue;
    const { unsent: _, ...answered } = op;
    // A replay of a parked op answers anew: its effect is on its way into the rows.
    ops.put({ ...answered, open: 1, result, answered_at: op.answered_at ?? now });
  }
  return fresh;
}

function sameResult(a: Result | undefined, b: Result): boolean {
  return a?.status === b.status && a.code === b.code;
}

export async function storeResults(
  db: Disk,
  results: readonly Result[],
  now: number,
): Promise<number> {
  return inTransaction(db, { stores: ['ops'], mode: 'readwrite', durability: 'strict' }, (tx) =>
    keepResults(tx, results, now),
  );
}

/** Ops whose effect may be missing from the rows, oldest first. */
export async function openOps(db: Disk): Promise<readonly StoredOp[]> {
  return inTransaction(db, { stores: ['ops'], mode: 'readonly' }, (tx) =>
    answer<StoredOp[]>(tx.objectStore('ops').index('open').getAll(1)),
  );
}

/** The last `count` ops of the journal together with everything that still waits, oldest first. */
export async function recentOps(db: Disk, count: number): Promise<readonly StoredOp[]> {
  return inTransaction(db, { stores: ['ops'], mode: 'readonly' }, async (tx) => {
    const ops = tx.objectStore('ops');
    const cursor = await answer<IDBCursor | null>(ops.openKeyCursor(null, 'prev'));
    const last = (cursor?.key ?? 0) as number;
    const recent = await answer<StoredOp[]>(ops.getAll(IDBKeyRange.lowerBound(last - count, true)));
    const waiting = await answer<StoredOp[]>(
      ops.index('unsent').getAll(1, LIMITS.OUTBOX_ALARM_OPS),
    );
    const older = waiting.filter((op) => op.seq <= last - count);
    return [...older, ...recent];
  });
}

/** So many of the oldest ops are looked at in one go; what is left over goes with the next. */
const LOOKED_AT = 1_000;

/**
 * Let go of the oldest answered ops, as long as the second copy is not needed any more (R6). Moments are the server's,
 * epoch ms.
 */
export async function pruneJournal(
  db: Disk,
  now: number,
  backedUpTo: number | null,
): Promise<void> {
  await inTransaction(db, { stores: ['ops'], mode: 'readwrite' }, async (tx) => {
    const ops = tx.objectStore('ops');
    const count = await answer<number>(ops.count());
    const looked = Math.max(LOOKED_AT, count - LIMITS.JOURNAL_OPS_MAX);
    const oldest = await answer<StoredOp[]>(ops.getAll(null, looked));
    const first = oldest.findIndex((op) => op.unsent === 1 || op.open === 1);
    const ended = first === -1 ? oldest : oldest.slice(0, first);
    const answered = ended.map((op) => op.answered_at ?? now);
    // The ops beyond those looked at are newer: they count, and stay.
    const newer = Array.from({ length: count - oldest.length }, () => now);
    const gone = forgettable([...answered, ...newer], now, backedUpTo);
    for (const op of ended.slice(0, gone)) ops.delete(op.seq);
  });
}
