/** One life of the app on the phone's disk: from being opened until it is killed. */

import type { Incarnation, OpId, Patch } from '../../src/protocol/generated.ts';
import { openDatabase, type Disk } from '../../src/store/database.ts';
import { readAllMeta } from '../../src/store/meta.ts';
import { outboxDepth, recordOps, type Draft } from '../../src/store/outbox.ts';
import { SyncDriver, type SyncState } from '../../src/sync/driver.ts';
import { Exchanges } from '../../src/sync/exchanges.ts';
import type { Surroundings } from '../../src/sync/surroundings.ts';
import type { PipedNetwork } from './network.ts';
import type { Pipe } from './pipe.ts';

export class Life {
  /** When the armed timer goes off, by the phone's clock; null while none is armed. */
  dueAt: number | null = null;
  readonly faults: string[] = [];
  state: SyncState | null = null;
  readonly around: Surroundings;
  private readonly driver: SyncDriver;
  private timer: (() => void) | null = null;
  private started = false;
  private untold = false;
  private onRest: () => void = () => undefined;

  private constructor(
    readonly db: Disk,
    pipe: Pipe,
    network: PipedNetwork,
    offsetMs: () => number,
  ) {
    this.around = {
      fetch: network.fetch,
      now: () => Number(pipe.ask('now')) + offsetMs(),
      random: () => Number(pipe.ask('chance')),
      after: (ms, work) => this.arm(ms, work),
      alone: (work) => work(),
      newIncarnation: () => String(pipe.ask('incarnation')) as Incarnation,
    };
    this.driver = this.newDriver();
  }

  static async on(
    factory: IDBFactory,
    pipe: Pipe,
    network: PipedNetwork,
    offsetMs: () => number,
  ): Promise<Life> {
    return new Life(await openDatabase(factory), pipe, network, offsetMs);
  }

  /** End it as a kill does: nothing is tidied up, and whatever was under way stays where it was. */
  end(): void {
    this.driver.stop();
    this.db.close();
  }

  async record(draft: Pick<Draft, 'id' | 'kind' | 'body'> & Partial<Draft>): Promise<OpId> {
    const meta = await readAllMeta(this.db);
    if (meta.identity === undefined) throw new Error('nobody is signed in');
    const whole: Draft = {
      by: meta.identity.staff.id,
      at: this.around.now(),
      clock: meta.clock ?? null,
      seen: meta.cursors ?? {},
      deps: [],
      ...draft,
    };
    await recordOps(this.db, [whole], this.around.newIncarnation());
    if (this.state?.busy === true) this.driver.recorded();
    else this.untold = this.started;
    return draft.id;
  }

  /** Talk until the loop rests; `byTimer`: because the armed timer went off, else because the app was looked at. */
  async talk(byTimer: boolean): Promise<void> {
    if (!this.started) await this.begin();
    else if (byTimer) this.fire();
    else this.wake();
    if (this.state?.busy !== true) return;
    await new Promise<void>((resolve) => {
      this.onRest = resolve;
    });
  }

  /** One pull outside the loop; what became of it. */
  async pull(): Promise<string> {
    const quiet = () => undefined;
    const own = new Exchanges(this.db, this.around, quiet, () => Promise.resolve({}));
    const event = await own.pull().catch((error: unknown) => String(error));
    return typeof event === 'string' ? event : event.kind;
  }

  async live(patch: Patch): Promise<void> {
    await this.driver.live(patch);
  }

  get phase(): string {
    return this.driver.phase;
  }

  depth(): ReturnType<typeof outboxDepth> {
    return outboxDepth(this.db, 'none yet' as Incarnation);
  }

  private async begin(): Promise<void> {
    this.started = true;
    const meta = await readAllMeta(this.db);
    await this.driver.start(meta.contact_at ?? null);
  }

  /** What the app does at once when something is recorded waits here until it is let talk. */
  private wake(): void {
    if (this.untold) this.driver.recorded();
    this.untold = false;
    // While it waits for its timer a recording alone changes nothing.
    if (this.state?.busy !== true) this.driver.woken();
  }

  private fire(): void {
    const work = this.timer;
    this.timer = null;
    this.dueAt = null;
    work?.();
  }

  private arm(ms: number, work: () => void): () => void {
    this.timer = work;
    this.dueAt = this.around.now() + Math.floor(ms);
    return () => {
      this.timer = null;
      this.dueAt = null;
    };
  }

  private newDriver(): SyncDriver {
    return new SyncDriver(this.db, this.around, {
      applied: () => undefined,
      reset: () => undefined,
      state: (state) => {
        this.state = state;
        if (!state.busy) this.onRest();
      },
      fault: (error) => this.faults.push(String(error)),
      health: () => Promise.resolve({ persisted: true }),
    });
  }
}
