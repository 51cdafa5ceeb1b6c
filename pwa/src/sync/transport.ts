/** One request and its answer: JSON both ways, RFC 9457 problems, a time limit on everything. */

import { fillProblemReply, type Problem, type ProblemReply } from '../protocol/generated.ts';
import type { Surroundings } from './surroundings.ts';

const TIMEOUT_MS = 20_000;
/** Below this a compressed body is hardly smaller. */
const GZIP_FROM = 1_024;

/** The server could not be asked or did not answer: try again. */
export class NoAnswer extends Error {}

/** The server answered that it will not. `problem` is set where the sync protocol says how to go on. */
export class Declined extends Error {
  constructor(
    readonly status: number,
    readonly reply: ProblemReply,
    readonly retryAfterMs: number,
  ) {
    super(reply.detail);
  }

  get problem(): Problem | null {
    return this.reply.problem;
  }
}

/** POST `text`, which is JSON, and return the decoded answer. */
export async function post(around: Surroundings, path: string, text: string): Promise<unknown> {
  let response: Response;
  try {
    const { body, headers } = await encoded(text);
    response = await around.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      credentials: 'same-origin',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return (await response.json()) as unknown;
  } catch (error) {
    throw new NoAnswer('no answer', { cause: error });
  }
  throw await declined(response);
}

/** GET something that never changes, as text; null when it can't be had now. Any cache on the way may keep it. */
export async function getText(around: Surroundings, path: string): Promise<string | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await around.fetch(path, { credentials: 'same-origin', signal });
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}

async function encoded(text: string): Promise<{ body: BodyInit; headers: Record<string, string> }> {
  if (text.length < GZIP_FROM || typeof CompressionStream === 'undefined') {
    return { body: text, headers: {} };
  }
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  const body = await new Response(stream).arrayBuffer();
  return { body, headers: { 'content-encoding': 'gzip' } };
}

async function declined(response: Response): Promise<Declined> {
  const read = (await response.json().catch(() => ({}))) as object;
  const about = { type: '', title: '', status: response.status, detail: '', ...read };
  const reply = fillProblemReply(about);
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const named = Number.isFinite(seconds) ? seconds * 1_000 : 0;
  return new Declined(response.status, reply, reply.retry_after_ms || named);
}
