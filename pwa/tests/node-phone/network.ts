/** The phone's network is its driver: each request goes out through the pipe and waits for what comes back. */

import { gunzipSync } from 'node:zlib';
import type { Pipe } from './pipe.ts';

/** An answer of the server, or null: none came. */
export type Answer = { readonly status: number; readonly body: string } | null;

export class PipedNetwork {
  /** Called when a request waits for its answer. */
  onAsked: () => void = () => undefined;
  private waiting: ((answer: Answer) => void) | null = null;

  constructor(private readonly pipe: Pipe) {}

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    this.pipe.tell({ ask: 'http', path, body: textOf(init.body) });
    const answer = await new Promise<Answer>((resolve) => {
      this.waiting = resolve;
      this.onAsked();
    });
    if (answer === null) throw new TypeError('no network');
    return new Response(answer.body, { status: answer.status });
  };

  /** Hand over the answer to the request under way; false when there is none (the app was killed meanwhile). */
  answered(answer: Answer): boolean {
    const resolve = this.waiting;
    this.waiting = null;
    resolve?.(answer);
    return resolve !== null;
  }

  /** Whoever waited is no more. */
  forget(): void {
    this.waiting = null;
  }
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : gunzipSync(body as ArrayBuffer).toString('utf8');
}
