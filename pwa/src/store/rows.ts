/** Base rows: written only from what the server sent, always together with their cursor. */

import type { Patch, PullReply, Result, RowKey, StreamName } from '../protocol/generated.ts';
import { fillResult } from '../protocol/generated.ts';
import { isSettled, type Cursors } from '../protocol/settled.ts';
import { answer, inTransaction, type Disk, type StoredOp, type StoredRow } from './database.ts';
import { getMeta, putMeta } from './meta.ts';
import { keepResults } from './outbox.ts';

/** What a pull or a live patch has changed, for those who keep rows in memory. */
export interface Applied {
  readonly patches: readonly Patch[];
  readonly dropped: readonly StreamName[];
  /** Whether ops were answered or left the overlay. */
  readonly ops: boolean;
  readonly cursors: Cursors;
}

export async function loadRows(
  db: Disk,
  streams: readonly StreamName[],
): Promise<readonly StoredRow[]> {
  return inTransaction(db, { stores: ['rows'], mode: 'readonly' }, async (tx) => {
    const found = streams.map((stream) =>
      answer<StoredRow[]>(tx.objectStore('rows').getAll(streamRange(stream))),
    );
    return (await Promise.all(found)).flat();
  });
}

/** One pull reply, taken over in one transaction: rows, cursors, streams, results and what they settle. */
export async function applyPull(
  db: Disk,
  reply: Pick<PullReply, 'patches' | 'streams' | 'resnapshot' | 'ledger' | 'results'>,
  now: number,
): Promise<Applied> {
  const results = reply.results.map(fillResult);
  const durability = results.length > 0 ? 'strict' : 'relaxed';
  return inTransaction(
    db,
    { stores: ['rows', 'meta', 'ops'], mode: 'readwrite', durability },
    async (tx) => {
      const dropped = await dropStreams(tx, reply.streams, reply.resnapshot);
      putMeta(tx, 'streams', reply.streams);
      putMeta(tx, 'witness', { ...(await getMeta(tx, 'witness')), ...reply.ledger });
      const taken = await takePatches(tx, reply.patches);
      const answered = await keepResults(tx, [...results, ...taken.results], now);
      const settled = await settle(tx, taken.cursors, new Set(reply.streams));
      const { patches, cursors } = taken;
      return { patches, dropped, cursors, ops: answered > 0 || settled > 0 };
    },
  );
}

/** A patch of the live channel; null when it begins beyond where this phone stands. */
export async function applyLive(db: Disk, patch: Patch, now: number): Promise<Applied | null> {
  return inTransaction(db, { stores: ['rows', 'meta', 'ops'], mode: 'readwrite' }, async (tx) => {
    const streams = (await getMeta(tx, 'streams')) ?? [];
    if (!streams.includes(patch.stream)) return null;
    const taken = await takePatches(tx, [patch]);
    const known = patch.to <= (taken.cursors[patch.stream] ?? 0);
    if (taken.patches.length === 0 && !known) return null;
    const answered = await keepResults(tx, taken.results, now);
    const settled = await settle(tx, taken.cursors, new Set(streams));
    const { patches, cursors } = taken;
    return { patches, dropped: [], cursors, ops: answered > 0 || settled > 0 };
  });
}

interface Taken {
  readonly patches: readonly Patch[];
  readonly cursors: Cursors;
  readonly results: readonly Result[];
}

/** Put the rows of every patch that fits, and move the cursors with them. */
async function takePatches(tx: IDBTransaction, patches: readonly Patch[]): Promise<Taken> {
  const cursors: Record<StreamName, number> = { ...(await getMeta(tx, 'cursors')) };
  const rows = tx.objectStore('rows');
  const taken: Patch[] = [];
  const results: Result[] = [];
  for (const patch of patches) {
    const { stream } = patch;
    if (patch.from !== (cursors[stream] ?? 0)) continue;
    for (const [key, version, body] of patch.rows) {
      if (body === null) rows.delete([stream, key]);
      else if (isResult(key)) results.push(fillResult(body));
      else rows.put({ stream, key, version, body });
    }
    cursors[stream] = patch.to;
    taken.push(patch);
  }
  putMeta(tx, 'cursors', cursors);
  return { patches: taken, cursors, results };
}

function isResult(key: RowKey): boolean {
  return key.startsWith('result/');
}

/** Forget streams that are no longer granted and those to be fetched anew. */
async function dropStreams(
  tx: IDBTransaction,
  granted: readonly StreamName[],
  resnapshot: readonly StreamName[],
): Promise<readonly StreamName[]> {
  const cursors: Record<StreamName, number> = { ...(await getMeta(tx, 'cursors')) };
  const gone = (Object.keys(cursors) as StreamName[]).filter((s) => !granted.includes(s));
  // Unsent work stands on the rows of its stream: they go once it has drained.
  const waiting = await answer<number>(tx.objectStore('ops').index('unsent').count(1));
  const dropped = [...(waiting === 0 ? gone : []), ...resnapshot];
  for (const stream of dropped) {
    tx.objectStore('rows').delete(streamRange(stream));
    Reflect.deleteProperty(cursors, stream);
  }
  if (dropped.length > 0) putMeta(tx, 'cursors', cursors);
  return dropped;
}

/** Let ops leave the overlay whose effect the rows now show; returns how many did. */
async function settle(
  tx: IDBTransaction,
  cursors: Cursors,
  granted: ReadonlySet<StreamName>,
): Promise<number> {
  const ops = tx.objectStore('ops');
  let settled = 0;
  for (const op of await answer<StoredOp[]>(ops.index('open').getAll(1))) {
    if (op.result === undefined || !isSettled(op.result, cursors, granted)) continue;
    const { open: _, ...closed } = op;
    ops.put(closed);
    settled += 1;
  }
  return settled;
}

/** Keys of one stream: arrays sort after every string, so `[stream, []]` ends the range. */
export function streamRange(stream: StreamName): IDBKeyRange {
  return IDBKeyRange.bound([stream], [stream, []]);
}
