/**
 * The line to whoever drives this phone: JSON values, one a line. It answers line for line, so that the same answers give
 * the same phone, however fast either side is.
 */

import { read, readSync, writeSync } from 'node:fs';

const IN = 0;
const OUT = 1;
const NEWLINE = 10;

export class Pipe {
  private held = Buffer.alloc(0);
  private readonly chunk = Buffer.alloc(65_536);

  tell(message: object): void {
    const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
    for (let done = 0; done < bytes.length;) done += writeSync(OUT, bytes, done);
  }

  /** Ask for something that the phone needs at once: the time, a number, a name. */
  ask(what: string): unknown {
    this.tell({ ask: what });
    for (;;) {
      const line = this.taken();
      if (line !== null) return (JSON.parse(line) as { value: unknown }).value;
      this.hold(readSync(IN, this.chunk));
    }
  }

  /** The next line; null when the driver has hung up. */
  async line(): Promise<string | null> {
    for (;;) {
      const line = this.taken();
      if (line !== null) return line;
      const count = await new Promise<number>((resolve, reject) => {
        read(IN, this.chunk, 0, this.chunk.length, null, (error, got) => {
          if (error === null) resolve(got);
          else reject(error);
        });
      });
      if (count === 0) return null;
      this.hold(count);
    }
  }

  private hold(count: number): void {
    if (count === 0) throw new Error('the driver hung up in the middle of an answer');
    this.held = Buffer.concat([this.held, this.chunk.subarray(0, count)]);
  }

  private taken(): string | null {
    const end = this.held.indexOf(NEWLINE);
    if (end < 0) return null;
    const line = this.held.subarray(0, end).toString('utf8');
    this.held = this.held.subarray(end + 1);
    return line;
  }
}
