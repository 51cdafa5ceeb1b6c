/** What each request of the loop sends, and what is kept of its answer. Each returns the event that it was. */

import {
  fillEvent,
  fillHelloReply,
  fillOfferReply,
  fillPatch,
  fillPullReply,
  fillPushReply,
  fillResult,
  LIMITS,
  PROTOCOL,
  type Epoch,
  type Event,
  type EventKind,
  type OpId,
  type PhoneHealth,
  type ProblemReply,
  type PullReply,
} from '../protocol/generated.ts';
import { hexHash } from '../protocol/link.ts';
import { inTransaction, type Disk } from '../store/database.ts';
import { putMeta, readAllMeta, readLog, writeMeta, type Meta } from '../store/meta.ts';
import {
  outboxDepth,
  pruneJournal,
  storeResults,
  unsentBatch,
  type OutboxDepth,
} from '../store/outbox.ts';
import { wipe } from '../store/people.ts';
import { adoptEpoch, headDiffers, heldFrom, idsToOffer, renumber } from '../store/recovery.ts';
import { applyPull, type Applied } from '../store/rows.ts';
import { pushBody } from './push-batch.ts';
import type { Surroundings } from './surroundings.ts';
import { Declined, getText, post } from './transport.ts';

export const APP_VERSION = '0.1.0';

const PRUNE_EVERY_MS = 3_600_000;

/** A revoked device is declined whatever it asks; what it handed over was taken all the same where results say so. */
function handedOver(error: unknown): Declined {
  if (error instanceof Declined && error.problem === 'revoked' && error.reply.results !== null) {
    return error;
  }
  throw error;
}

/** What the loop remembers between requests while it recovers; a restart begins the recovery anew. */
export interface Recovery {
  /** The server's new epoch, until it is adopted. */
  epoch: Epoch | null;
  restoredTo: number | null;
  missing: readonly OpId[];
}

export class Exchanges {
  readonly recovery: Recovery = { epoch: null, restoredTo: null, missing: [] };
  /** At most so many ops in a push; shrinks when the server finds a push too large. */
  batchOps: number = LIMITS.PUSH_OPS_MAX;
  /** Whether the beginning of large streams may come as parts that any cache can keep. */
  private takesParts = true;
  private prunedAt = 0;

  constructor(
    private readonly db: Disk,
    private readonly around: Surroundings,
    private readonly onApplied: (applied: Applied) => void,
    private readonly health: () => Promise<Partial<PhoneHealth>>,
  ) {}

  async hello(): Promise<Event> {
    const [depth, meta, health] = await Promise.all([
      this.depth(),
      readAllMeta(this.db),
      this.health(),
    ]);
    const { log, acked_n, unsent, oldest_at } = depth;
    const asked = this.around.now();
    const told = await this.post('/sync/hello', {
      protocol: [PROTOCOL, PROTOCOL],
      app: APP_VERSION,
      incarnation: log.incarnation,
      epoch: log.epoch,
      n: log.n,
      acked_n,
      head: log.head,
      cursors: meta.cursors ?? {},
      witness: meta.witness ?? {},
      health: { ...health, unsent, oldest_at },
    });
    const reply = fillHelloReply(told);
    await this.keepClock(reply.now, asked);
    await this.keepEpoch(reply.epoch);
    const epoch_changed = log.epoch !== null && log.epoch !== reply.epoch;
    if (epoch_changed) this.expectEpoch(reply.epoch, reply.restored_to);
    return fillEvent({
      kind: 'hello_ok',
      unsent: unsent > 0,
      epoch_changed,
      head_differs: await headDiffers(this.db, reply.device, log, acked_n),
    });
  }

  async push(): Promise<Event> {
    const batch = await unsentBatch(this.db, this.batchOps, LIMITS.PUSH_BYTES_MAX);
    // Another tab has sent them meanwhile; there may be rows to fetch all the same.
    if (batch.length === 0) return fillEvent({ kind: 'push_ok', more: true });
    const [depth, meta] = await Promise.all([this.depth(), readAllMeta(this.db)]);
    const recovering = this.recovery.epoch !== null;
    const body = pushBody(batch, depth, this.epoch(meta), recovering ? null : (meta.cursors ?? {}));
    const told = await post(this.around, '/sync/push', body).catch(handedOver);
    if (told instanceof Declined) return this.leaving('push_ok', told.reply);
    const reply = fillPushReply(told);
    this.batchOps = Math.min(LIMITS.PUSH_OPS_MAX, this.batchOps * 2);
    const results = reply.results.map(fillResult);
    const answered = await storeResults(this.db, results, reply.now);
    if (reply.pull !== null) await this.apply(reply.pull);
    else this.onApplied({ patches: [], dropped: [], ops: true, cursors: meta.cursors ?? {} });
    const { unsent } = await this.depth();
    // An answer that answers nothing would be asked for again at once, for ever.
    const { retry_after_ms } = reply;
    if (unsent > 0 && answered === 0) return fillEvent({ kind: 'failed', retry_after_ms });
    const more = reply.more || reply.pull?.more === true;
    return fillEvent({ kind: 'push_ok', unsent: unsent > 0, more, retry_after_ms });
  }

  async pull(): Promise<Event> {
    const meta = await readAllMeta(this.db);
    const cursors = meta.cursors ?? {};
    const parts = this.takesParts;
    const told = await this.post('/sync/pull', { epoch: this.epoch(meta), cursors, parts });
    const reply = fillPullReply(told);
    const applied = await this.apply(reply);
    const { unsent } = await this.depth();
    const fetched = reply.parts.length > 0;
    const stuck = reply.more && !fetched && applied.patches.length + applied.dropped.length === 0;
    if (stuck) return fillEvent({ kind: 'failed' });
    return fillEvent({ kind: 'pull_ok', unsent: unsent > 0, more: reply.more });
  }

  async offer(): Promise<Event> {
    const ids = await idsToOffer(this.db, this.recovery.restoredTo);
    const [meta, { log }] = await Promise.all([readAllMeta(this.db), this.depth()]);
    const { incarnation, n } = log;
    const held_from = await heldFrom(this.db, log);
    const offered = { epoch: this.epoch(meta), incarnation, held_from, n, ids };
    const told = await this.post('/sync/offer', offered).catch(handedOver);
    if (told instanceof Declined) return this.leaving('offer_ok', told.reply);
    const reply = fillOfferReply(told);
    this.recovery.missing = reply.missing;
    await storeResults(this.db, reply.results.map(fillResult), reply.now);
    // Every op that has no answer is sent again in the new life, so something may wait even if none is missing.
    const { unsent } = await this.depth();
    return fillEvent({ kind: 'offer_ok', unsent: unsent > 0 || reply.missing.length > 0 });
  }

  /** This device was revoked: what it handed over was taken into quarantine, or what it offered was answered. */
  private async leaving(kind: EventKind, reply: ProblemReply): Promise<Event> {
    await storeResults(this.db, (reply.results ?? []).map(fillResult), reply.now);
    this.recovery.missing = reply.missing ?? [];
    const { unsent } = await this.depth();
    const waits = unsent > 0 || this.recovery.missing.length > 0;
    return fillEvent({ kind, unsent: waits, more: reply.more, revoked: true });
  }

  wipe(): Promise<void> {
    return wipe(this.db);
  }

  async renumber(): Promise<void> {
    await renumber(this.db, this.recovery.missing, this.around.newIncarnation());
    this.recovery.missing = [];
  }

  async adoptEpoch(): Promise<void> {
    const { epoch } = this.recovery;
    if (epoch === null) return;
    await adoptEpoch(this.db, epoch, this.around.newIncarnation());
    this.recovery.epoch = null;
    this.recovery.restoredTo = null;
  }

  expectEpoch(epoch: Epoch, restoredTo: number | null): void {
    this.recovery.epoch = epoch;
    this.recovery.restoredTo = restoredTo;
  }

  depth(): Promise<OutboxDepth> {
    return outboxDepth(this.db, this.around.newIncarnation());
  }

  private epoch(meta: Partial<Meta>): Epoch | null {
    return this.recovery.epoch ?? meta.log?.epoch ?? null;
  }

  private async apply(reply: PullReply): Promise<Applied> {
    const applied = await applyPull(this.db, reply, reply.now);
    this.onApplied(applied);
    if (reply.now - this.prunedAt > PRUNE_EVERY_MS) {
      this.prunedAt = reply.now;
      await pruneJournal(this.db, reply.now, reply.backed_up_to);
    }
    await this.fetchParts(reply);
    return applied;
  }

  /** Take over the parts that go on where we stand; when one can't be had, the rest comes as pages. */
  private async fetchParts(reply: PullReply): Promise<void> {
    for (const part of reply.parts) {
      const text = await getText(this.around, `/sync/parts/${part.hash}`);
      if (text === null || hexHash(text) !== part.hash) {
        this.takesParts = false; // or the same parts would be offered again, for ever
        return;
      }
      const patches = [fillPatch(JSON.parse(text))];
      const taken = { ...reply, patches, resnapshot: [], results: [], ledger: {} };
      this.onApplied(await applyPull(this.db, taken, reply.now));
    }
  }

  private async post(path: string, message: object): Promise<unknown> {
    return post(this.around, path, JSON.stringify(message));
  }

  private async keepClock(theirs: number, asked: number): Promise<void> {
    const answered = this.around.now();
    const offset = Math.round(theirs - (asked + answered) / 2);
    await writeMeta(this.db, 'clock', [offset, Math.ceil((answered - asked) / 2)]);
  }

  /** A phone that has never met a server takes its epoch as it comes. */
  private async keepEpoch(epoch: Epoch): Promise<void> {
    const fresh = this.around.newIncarnation();
    await inTransaction(this.db, { stores: ['meta'], mode: 'readwrite' }, async (tx) => {
      const log = await readLog(tx, fresh);
      if (log.epoch === null) putMeta(tx, 'log', { ...log, epoch });
    });
  }
}
