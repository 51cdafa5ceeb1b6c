/**
 * Drives the session machine of `protocol/session.ts`: turns its actions into requests and timers, and what comes of
 * them into events. It decides nothing by itself.
 */

import {
  fillEvent,
  fillPhone,
  LIMITS,
  type Action,
  type Event,
  type Patch,
  type Phase,
  type PhoneHealth,
} from '../protocol/generated.ts';
import { inFlight, step } from '../protocol/session.ts';
import type { Disk } from '../store/database.ts';
import { writeMeta } from '../store/meta.ts';
import { isFull } from '../store/room.ts';
import { applyLive, type Applied } from '../store/rows.ts';
import { Exchanges } from './exchanges.ts';
import type { Surroundings } from './surroundings.ts';
import { Declined, NoAnswer } from './transport.ts';

/** What the sync pill shows. `reached` is the outcome of the last round trip: the only truth about being online. */
export interface SyncState {
  readonly reached: boolean | null;
  readonly busy: boolean;
  readonly contactAt: number | null;
  /** The server does not know who we are: sign in again; the outbox stays. */
  readonly signedOut: boolean;
  readonly revoked: boolean;
  /** Reading rows for the first time or again from the start. */
  readonly fetching: boolean;
  /** The phone has no room for what the server sends; sending goes on. */
  readonly full: boolean;
}

export interface Listener {
  /** Rows or results changed; they are on the disk already. */
  applied(applied: Applied): void;
  /** Everything that was read before is void: read it all again. */
  reset(): void;
  state(state: SyncState): void;
  /** Our own mistake, not the network's. */
  fault(error: unknown): void;
  health(): Promise<Partial<PhoneHealth>>;
}

const QUIET: SyncState = {
  reached: null,
  busy: false,
  contactAt: null,
  signedOut: false,
  revoked: false,
  fetching: false,
  full: false,
};

/** A request that has not ended after this long never will: the timers of a frozen page do not fire. */
const WATCHDOG_MS = 90_000;

export class SyncDriver {
  private phone = fillPhone({});
  private state: SyncState = QUIET;
  private disarm: (() => void) | null = null;
  private requestedAt = 0;
  /** Told apart so that the late end of a request already given up is not taken for the present one's. */
  private turn = 0;
  private readonly exchanges: Exchanges;

  constructor(
    private readonly db: Disk,
    private readonly around: Surroundings,
    private readonly listener: Listener,
  ) {
    this.exchanges = new Exchanges(
      db,
      around,
      (applied) => {
        listener.applied(applied);
      },
      () => listener.health(),
    );
  }

  /** Begin, or begin anew after signing in; `contactAt` is what the last life of the app remembered. */
  async start(contactAt: number | null): Promise<void> {
    this.tell({ ...QUIET, contactAt });
    const { unsent } = await this.exchanges.depth();
    this.feed(fillEvent({ kind: 'started', unsent: unsent > 0 }));
  }

  stop(): void {
    this.phone = fillPhone({ phase: 'stopped' });
    this.turn += 1;
    this.arm(null);
    this.tell({ ...this.state, busy: false });
  }

  /** Where the loop stands. */
  get phase(): Phase {
    return this.phone.phase;
  }

  recorded(): void {
    this.feed(fillEvent({ kind: 'recorded' }));
  }

  /** The page is looked at again, the network says it is back, somebody tapped "sync now". */
  woken(): void {
    const now = this.around.now();
    if (inFlight(this.phone) && now - this.requestedAt > WATCHDOG_MS) {
      this.turn += 1;
      this.feed(fillEvent({ kind: 'failed' }));
    }
    const away = now - (this.state.contactAt ?? 0) > LIMITS.AWAY_MS;
    this.feed(fillEvent({ kind: 'woken', away }));
  }

  /** A patch of the live channel; when it does not fit, the loop pulls. */
  async live(patch: Patch): Promise<void> {
    const applied = await applyLive(this.db, patch, this.around.now()).catch((error: unknown) => {
      if (!isFull(error)) this.listener.fault(error);
      return null;
    });
    if (applied === null) this.woken();
    else this.listener.applied(applied);
  }

  private feed(event: Event): void {
    const { phone, actions } = step(this.phone, event);
    this.phone = phone;
    if (actions.length > 0) void this.carryOut(actions);
  }

  private async carryOut(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      switch (action.kind) {
        case 'arm':
          this.arm(action);
          break;
        case 'shrink_batch':
          this.exchanges.batchOps = Math.max(1, Math.floor(this.exchanges.batchOps / 2));
          break;
        default:
          // Recovery steps come before the request that needs them; a failure of one leaves out the rest.
          await this.exchange(actions);
          return;
      }
    }
  }

  /** Carry out the recovery step and the request among `actions`, and feed the event that comes of them. */
  private async exchange(actions: readonly Action[]): Promise<void> {
    this.arm(null);
    const turn = ++this.turn;
    this.requestedAt = this.around.now();
    this.tell({ ...this.state, busy: true, fetching: this.isFetching(actions) });
    const event = await this.around
      .alone(() => this.perform(actions))
      .then((told) => this.noted(told, turn))
      .catch((error: unknown) => this.eventOf(error));
    if (turn !== this.turn) return;
    this.feed(event);
    if (!inFlight(this.phone)) this.tell({ ...this.state, busy: false, fetching: false });
  }

  private isFetching(actions: readonly Action[]): boolean {
    const pulls = actions.some((action) => action.kind === 'pull' || action.kind === 'hello');
    return this.state.fetching || (pulls && this.state.contactAt === null);
  }

  private async perform(actions: readonly Action[]): Promise<Event> {
    let event: Event | null = null;
    for (const { kind } of actions) {
      if (kind === 'renumber') await this.exchanges.renumber();
      else if (kind === 'adopt_epoch') {
        await this.exchanges.adoptEpoch();
        this.listener.reset();
      } else if (kind === 'wipe') {
        await this.exchanges.wipe();
        this.listener.reset();
      } else if (kind === 'hello' || kind === 'push' || kind === 'pull' || kind === 'offer') {
        event = await this.exchanges[kind]();
      }
    }
    return event ?? fillEvent({ kind: 'failed' });
  }

  private eventOf(error: unknown): Event {
    if (error instanceof Declined) return this.declined(error);
    if (isFull(error)) {
      this.tell({ ...this.state, reached: true, full: true });
      return fillEvent({ kind: 'failed' });
    }
    if (!(error instanceof NoAnswer) && !isTimeout(error)) this.listener.fault(error);
    this.tell({ ...this.state, reached: false });
    return fillEvent({ kind: 'failed' });
  }

  private declined(error: Declined): Event {
    const { problem, reply, retryAfterMs, status } = error;
    const reached = status < 500;
    this.tell({
      ...this.state,
      reached,
      revoked: problem === 'revoked',
      signedOut: status === 401 && problem === null,
    });
    if (problem === 'epoch' && reply.epoch !== null) {
      this.exchanges.expectEpoch(reply.epoch, reply.restored_to);
    }
    const kind = problem === null ? 'failed' : 'problem';
    return fillEvent({ kind, problem, retry_after_ms: retryAfterMs });
  }

  /** Remember that the server answered; a disk that fails here must end the turn like any other failure. */
  private async noted(event: Event, turn: number): Promise<Event> {
    if (turn !== this.turn || !event.kind.endsWith('_ok')) return event;
    const contactAt = this.around.now();
    await writeMeta(this.db, 'contact_at', contactAt);
    this.tell({
      ...this.state,
      reached: true,
      contactAt,
      signedOut: false,
      revoked: event.revoked,
      full: false,
    });
    return event;
  }

  /** Wake the loop after a random part of the ceiling, or exactly then where the server named the time. */
  private arm(action: Action | null): void {
    this.disarm?.();
    this.disarm = null;
    if (action === null) return;
    const ms = action.exactly ? action.ceiling_ms : this.around.random() * action.ceiling_ms;
    this.disarm = this.around.after(ms, () => {
      this.feed(fillEvent({ kind: 'timer' }));
    });
  }

  private tell(state: SyncState): void {
    this.state = state;
    this.listener.state(state);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && ['TimeoutError', 'AbortError'].includes(error.name);
}
