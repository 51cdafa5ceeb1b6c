/**
 * What the screens look at: rows and unsent work in memory, and the state of the sync. The disk is the truth; this
 * follows it, one change after another.
 */

import { batch, computed, signal } from '@preact/signals';
import {
  fillPatch,
  fillStaff,
  type BranchId,
  type PhoneHealth,
  type Staff,
  type StreamName,
} from '../protocol/generated.ts';
import { Replica, type OverlayOp } from '../protocol/replica.ts';
import { seesAllBranches } from '../protocol/rights.ts';
import type { Cursors } from '../protocol/settled.ts';
import { openDatabase, type Disk, type StoredOp, type StoredRow } from '../store/database.ts';
import { readAllMeta, writeMeta, type Identity, type Meta } from '../store/meta.ts';
import { openOps, opOf, outboxDepth, recentOps, type OutboxDepth } from '../store/outbox.ts';
import { dropCaches, dropRows } from '../store/room.ts';
import { loadRows, type Applied } from '../store/rows.ts';
import { SyncDriver, type SyncState } from '../sync/driver.ts';
import { LiveChannel } from '../sync/live.ts';
import { browserSurroundings } from '../sync/surroundings.ts';
import { TabChannel, type TabNews } from '../sync/tabs.ts';
import { checkStorage, storageKept } from './storage.ts';

/** How many ops of the journal the outbox screen shows. */
const SHOWN_OPS = 200;

export class Board {
  readonly ops = signal<readonly StoredOp[]>([]);
  readonly unsent = signal(0);
  readonly oldestAt = signal<number | null>(null);
  readonly identity = signal<Identity | null>(null);
  readonly branchId = signal<BranchId | null>(null);
  /** Up to which op the outbox has been saved as a copy. */
  readonly copied = signal(0);
  /** Whether everything unsent is in that copy. */
  readonly isCopied = computed(() =>
    this.ops.value.every((op) => op.unsent !== 1 || op.seq <= this.copied.value),
  );
  readonly sync = signal<SyncState | null>(null);
  readonly live = signal(false);
  /** Whether the rows of this phone have been read; before that an empty list means nothing. */
  readonly loaded = signal(false);
  /** The database went away under us: nothing may be recorded until the app is loaded anew. */
  readonly lost = signal(false);
  readonly around = browserSurroundings();
  cursors: Cursors = {};
  clock: readonly [number, number] | null = null;
  private readonly kept = new Replica();
  /** A new box with every change of rows or overlay, so that whoever has looked into it looks again. */
  private readonly shown = signal({ replica: this.kept });
  private database: Disk | null = null;
  private driver: SyncDriver | null = null;
  private channel: LiveChannel | null = null;
  private tabs: TabChannel | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  /** Rows and unsent work; reading it in a component draws that anew with every change. */
  get replica(): Replica {
    return this.shown.value.replica;
  }

  get db(): Disk {
    if (this.database === null) throw new Error('the database is not open');
    return this.database;
  }

  /** Open the disk and show what is on it; the network comes after. */
  async open(blocked: () => void): Promise<Partial<Meta>> {
    this.database = await openDatabase(indexedDB, blocked);
    this.database.onLost = () => (this.lost.value = true);
    this.tabs = new TabChannel((news) => void this.hear(news));
    const meta = await readAllMeta(this.database);
    await this.load(meta);
    return meta;
  }

  /** Begin to sync; also after signing in. */
  async begin(): Promise<void> {
    const meta = await readAllMeta(this.db);
    if (meta.identity === undefined) return;
    this.driver ??= this.newDriver();
    this.channel ??= this.newChannel();
    await this.driver.start(meta.contact_at ?? null);
    // Some browsers ask the person, who may take their time.
    void checkStorage();
  }

  async load(meta: Partial<Meta>): Promise<void> {
    const streams = meta.streams ?? [];
    const first = streams.filter((stream) => !isLater(stream));
    const identity = meta.identity ?? null;
    const urgent = await loadRows(this.db, first);
    await this.next(async () => {
      const ops = await this.readOps();
      batch(() => {
        this.identity.value = identity;
        this.branchId.value = meta.branch ?? identity?.staff.branch_ids[0] ?? null;
        this.cursors = meta.cursors ?? {};
        this.clock = meta.clock ?? null;
        this.copied.value = meta.copied?.seq ?? 0;
        this.kept.clear();
        this.putRows(urgent);
        this.showOps(ops);
        this.loaded.value = streams.length > 0 || identity === null;
      });
    });
    const later = await loadRows(this.db, streams.filter(isLater));
    await this.next(async () => {
      const ops = await this.readOps();
      batch(() => {
        this.putRows(later);
        this.showOps(ops);
      });
    });
  }

  /** Ops were recorded or answered: read them, lay them over the rows, tell the other tabs. */
  async opsChanged(): Promise<void> {
    await this.refreshOps();
    this.tabs?.tell({ kind: 'ops' });
    this.driver?.recorded();
  }

  /** The phone is full: forget pictures, and rows that this person's own work does not stand on. */
  async makeRoom(): Promise<void> {
    const mine = new Set(this.me.branch_ids.map((id) => `branch/${id}/work`));
    if ('caches' in globalThis) await dropCaches(caches);
    const dropped = await dropRows(
      this.db,
      (stream) => !KEPT_LONGEST.test(stream) && !mine.has(stream),
    );
    const cursors = (await readAllMeta(this.db)).cursors ?? {};
    await this.take({ patches: [], dropped, ops: false, cursors });
  }

  woken(): void {
    if (this.identity.value !== null) this.driver?.woken();
  }

  stop(): void {
    this.driver?.stop();
    this.channel?.close();
  }

  depth(): Promise<OutboxDepth> {
    return outboxDepth(this.db, this.around.newIncarnation());
  }

  /** Somebody signed in or out here: read everything anew, here and in the other tabs. */
  async personChanged(): Promise<void> {
    await this.load(await readAllMeta(this.db));
    this.tabs?.tell({ kind: 'person' });
  }

  async workAt(branch: BranchId): Promise<void> {
    this.branchId.value = branch;
    await writeMeta(this.db, 'branch', branch);
  }

  /** The person who uses the phone, as the shop's rows have them where they do. */
  get me(): Staff {
    const signedIn = this.identity.value?.staff ?? fillStaff({ role: 'viewer', active: false });
    return this.replica.base.staff.get(signedIn.id) ?? signedIn;
  }

  /** Branches at which this person works: all for head office, their own for the others. */
  get myBranches(): readonly BranchId[] {
    const me = this.me;
    if (!seesAllBranches(me.role)) return me.branch_ids;
    return [...this.replica.base.branches.values()].filter((b) => b.active).map((b) => b.id);
  }

  private async hear(news: TabNews): Promise<void> {
    if (news.kind === 'applied') await this.take(news.applied);
    else if (news.kind === 'ops') await this.refreshOps();
    else {
      await this.load(await readAllMeta(this.db));
      if (news.kind !== 'person') return;
      this.stop();
      await this.begin();
    }
  }

  private async take(applied: Applied): Promise<void> {
    await this.next(async () => {
      const ops = await this.readOps();
      batch(() => {
        for (const stream of applied.dropped) this.kept.drop(stream);
        for (const patch of applied.patches) this.kept.put(patch.stream, patch.rows);
        this.cursors = applied.cursors;
        this.loaded.value = true;
        this.showOps(ops);
      });
    });
  }

  private async refreshOps(): Promise<void> {
    await this.next(async () => {
      const ops = await this.readOps();
      batch(() => {
        this.showOps(ops);
      });
    });
  }

  private async readOps(): Promise<OpsOnDisk> {
    const [open, recent, depth] = await Promise.all([
      openOps(this.db),
      recentOps(this.db, SHOWN_OPS),
      this.depth(),
    ]);
    return { open, recent, unsent: depth.unsent, oldestAt: depth.oldest_at };
  }

  private showOps({ open, recent, unsent, oldestAt }: OpsOnDisk): void {
    this.kept.lay(open.map((op) => this.overlayOp(op)));
    this.ops.value = recent;
    this.unsent.value = unsent;
    this.oldestAt.value = oldestAt;
    this.shown.value = { replica: this.kept };
  }

  private overlayOp(stored: StoredOp): OverlayOp {
    const identity = this.identity.value;
    const staff = this.kept.base.staff.get(stored.by) ?? this.me;
    return { op: opOf(stored), staff, device_id: identity?.device_id ?? ('' as never) };
  }

  private putRows(rows: readonly StoredRow[]): void {
    for (const { stream, key, version, body } of rows) {
      this.kept.put(stream, [[key, version, body]]);
    }
  }

  /** One change after another: what was read before the last change must not overwrite it. */
  private next(work: () => Promise<void>): Promise<void> {
    const after = this.turn.then(work);
    this.turn = after.catch(() => undefined);
    return after;
  }

  private newDriver(): SyncDriver {
    return new SyncDriver(this.db, this.around, {
      applied: (applied) => {
        void this.take(applied);
        this.tabs?.tell({ kind: 'applied', applied });
      },
      reset: () => {
        void readAllMeta(this.db).then((meta) => this.load(meta));
        this.tabs?.tell({ kind: 'reset' });
      },
      state: (state) => {
        this.sync.value = state;
        // Whom the server does not let in has nothing to listen to.
        if (state.signedOut || state.revoked) this.channel?.close();
        else if (state.reached === true) this.channel?.open();
      },
      fault: (error) => {
        reportError(error);
      },
      health: () => health(),
    });
  }

  private newChannel(): LiveChannel {
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    return new LiveChannel(`${scheme}://${location.host}/sync/live`, {
      opened: () => {
        this.woken();
      },
      reachable: () => this.sync.value?.reached === true,
      patch: (patch) => void this.driver?.live(fillPatch(patch)),
      state: (open) => (this.live.value = open),
    });
  }
}

interface OpsOnDisk {
  readonly open: readonly StoredOp[];
  readonly recent: readonly StoredOp[];
  readonly unsent: number;
  readonly oldestAt: number | null;
}

/** Without these a phone cannot be worked with: shop, inbox, a rider's run, answers. */
const KEPT_LONGEST = /^(shop|inbox|rider\/.*|device\/.*)$/;

/** Streams that may be read after the first screen is shown. */
function isLater(stream: StreamName): boolean {
  return stream.endsWith('/stock') || stream === 'catalog' || stream === 'desk';
}

async function health(): Promise<Partial<PhoneHealth>> {
  const estimate = await (navigator.storage as StorageManager | undefined)?.estimate();
  const { quota, usage } = estimate ?? {};
  const free =
    quota === undefined || usage === undefined ? null : Math.floor((quota - usage) / 2 ** 20);
  return { persisted: storageKept.value, free_mb: free };
}

export const board = new Board();
