/**
 * The phone's own store and sync code as a program, for simulations that are written in another language.
 *
 * Commands come as JSON lines on standard input, `{"do": name, …}`, and each ends with `{"done": …}` or, when it was not
 * carried out, `{"failed": …}`. While one runs the phone may ask for what is outside of it: `{"ask": "now" | "chance" |
 * "incarnation"}`, answered at once by `{"value": …}`, and `{"ask": "http", "path", "body"}`, answered by `{"answer":
 * {"status", "body"} | null}`; before that answer other commands may come, as people work while a phone talks.
 */

import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { fillPatch, fillStaff, type DeviceId } from '../../src/protocol/generated.ts';
import { keepIdentity } from '../../src/store/people.ts';
import { dropRows } from '../../src/store/room.ts';
import { contentsOf, diskWith, type DiskContents } from '../disk-contents.ts';
import { cutAt, isCut, mend } from '../faulty-disk.ts';
import { Life } from './life.ts';
import { PipedNetwork, type Answer } from './network.ts';
import { Pipe } from './pipe.ts';

globalThis.IDBKeyRange = IDBKeyRange;

type Command = Readonly<Record<string, unknown>> & { readonly do: string };

class NodePhone {
  private factory = new IDBFactory();
  private offsetMs = 0;
  private life!: Life;

  constructor(
    private readonly pipe: Pipe,
    private readonly network: PipedNetwork,
  ) {}

  async carryOut(command: Command): Promise<unknown> {
    switch (command.do) {
      case 'enrol': {
        const { device_id, staff } = command;
        const identity = { device_id: device_id as DeviceId, staff: fillStaff(staff) };
        return keepIdentity(this.life.db, identity, this.life.around.newIncarnation());
      }
      case 'record':
        return this.life.record(command['op'] as Parameters<Life['record']>[0]);
      case 'sync':
        return this.life.talk(command['by'] === 'timer');
      case 'pull':
        return this.life.pull();
      case 'live':
        return this.life.live(fillPatch(command['patch']));
      case 'fault':
        cutAt(Number(command['at']), command['after'] === true);
        return null;
      case 'kill':
        return this.kill();
      case 'evict':
        return this.evict(command['what'] === 'all');
      case 'reset_clock':
        this.offsetMs = Number(command['offset_ms']);
        return null;
      case 'save':
        return contentsOf(this.life.db);
      case 'restore':
        this.factory = new IDBFactory();
        (await diskWith(this.factory, command['disk'] as DiskContents)).close();
        return this.kill();
      case 'dump':
        return this.dump();
      default:
        throw new Error(`unknown command ${command.do}`);
    }
  }

  /** End the app where it stands and open it again on what its disk has committed. */
  async kill(): Promise<void> {
    this.network.forget();
    (this.life as Life | undefined)?.end();
    mend();
    const offset = () => this.offsetMs;
    this.life = await Life.on(this.factory, this.pipe, this.network, offset);
  }

  standing(): object {
    const { phase, dueAt, faults, state } = this.life;
    return { phase, due_at: dueAt, faults, cut: isCut(), state };
  }

  private async evict(all: boolean): Promise<void> {
    if (!all) {
      await dropRows(this.life.db, () => true);
      return;
    }
    this.factory = new IDBFactory();
    await this.kill();
  }

  private async dump(): Promise<object> {
    const { unsent, oldest_at } = await this.life.depth();
    return { ...(await contentsOf(this.life.db)), unsent, oldest_at };
  }
}

async function main(): Promise<void> {
  const pipe = new Pipe();
  const network = new PipedNetwork(pipe);
  const phone = new NodePhone(pipe, network);
  await phone.kill();
  let asked: () => void = () => undefined;
  network.onAsked = () => {
    asked();
  };
  /** Resolves when this command is done, or when it waits for the network. */
  const until = async (work: Promise<unknown>) => {
    const waits = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await Promise.race([work, waits]);
  };
  const run = async (command: Command) => {
    try {
      const done = (await phone.carryOut(command)) ?? null;
      pipe.tell({ done, ...phone.standing() });
    } catch (error) {
      pipe.tell({ failed: String(error), ...phone.standing() });
    }
  };
  let talking: Promise<void> = Promise.resolve();
  for (;;) {
    const line = await pipe.line();
    if (line === null) return;
    const heard = JSON.parse(line) as Command | { answer: Answer };
    if ('answer' in heard) {
      if (network.answered(heard.answer as Answer)) await until(talking);
      else pipe.tell({ failed: 'nobody waits for an answer', ...phone.standing() });
      continue;
    }
    if (heard.do === 'quit') return;
    const work = run(heard);
    if (heard.do === 'sync' || heard.do === 'pull') talking = work;
    await until(work);
  }
}

await main();
process.exit(0);
