/** A server small enough to read: it knows ops by id, keeps one op log per life, and can be made to fail. */

import { gunzipSync } from 'node:zlib';
import { hexHash, linkHash } from '../../src/protocol/link.ts';
import { fillOp, fillPushRequest } from '../../src/protocol/generated.ts';

const WORK = 'branch/lhr/work';

type Trouble = 'no-network' | 'lost-reply' | { status: number; body?: object; retryAfter?: string };

export class FakeServer {
  epoch = 'E1';
  restoredTo: number | null = null;
  version = 0;
  readonly results = new Map<string, object>();
  readonly bodies = new Map<string, string>();
  readonly order: string[] = [];
  lives = new Map<string, { n: number; head: string | null }>();
  readonly requests: string[] = [];
  /** What befalls the next requests, first come first served; null lets one pass. */
  readonly troubles: (Trouble | null)[] = [];
  pushMax = 100;
  /** With a large stream: its beginning, offered as parts to who can fetch them. Texts by hash. */
  readonly parts = new Map<string, string>();

  readonly fetch = async (path: string, init: RequestInit): Promise<Response> => {
    await Promise.resolve();
    this.requests.push(path);
    const trouble = this.troubles.shift() ?? null;
    if (trouble === 'no-network') throw new TypeError('network');
    if (trouble !== null && typeof trouble === 'object') {
      const headers = trouble.retryAfter ? { 'retry-after': trouble.retryAfter } : {};
      return json(trouble.status, trouble.body ?? {}, headers);
    }
    const part = this.parts.get(path.replace('/sync/parts/', ''));
    if (part !== undefined) return new Response(part);
    if (path.startsWith('/sync/parts/')) return json(404, {});
    const answer = this.answer(path, text(init.body));
    if (trouble === 'lost-reply') throw new TypeError('reply lost');
    return answer;
  };

  private answer(path: string, body: string): Response {
    const asked = JSON.parse(body) as Record<string, unknown>;
    if (path === '/sync/hello') return json(200, this.hello(String(asked['incarnation'])));
    if (asked['epoch'] !== null && asked['epoch'] !== this.epoch) {
      return this.problem('epoch');
    }
    if (path === '/sync/push') return this.push(body);
    if (path === '/sync/offer') return json(200, this.offer(asked['ids'] as string[]));
    const cursor = (asked['cursors'] as Record<string, number>)[WORK] ?? 0;
    if (cursor === 0 && asked['parts'] === true && this.parts.size > 0) {
      return json(200, { ...this.pull(this.version), parts: this.offered(), more: true });
    }
    return json(200, this.pull(cursor));
  }

  private hello(incarnation: string): object {
    const life = this.lives.get(incarnation) ?? { n: 0, head: null };
    return {
      protocol: 1,
      epoch: this.epoch,
      restored_to: this.restoredTo,
      device: { id: 'phone-1', ...life, revoked: false },
      streams: [WORK],
      limits: {},
      now: 1,
    };
  }

  private push(body: string): Response {
    const asked = fillPushRequest(JSON.parse(body));
    if (asked.ops.length > this.pushMax) return this.problem('too_large', 413);
    // The exact texts: what stands between the outer brackets of "ops".
    const texts = split(body.slice(body.indexOf('"ops":[') + 7, -2));
    const life = {
      ...(this.lives.get(asked.incarnation) ?? { n: 0, head: null as string | null }),
    };
    const fresh: [string, string][] = [];
    for (const one of texts) {
      const op = fillOp(JSON.parse(one));
      if (this.results.has(op.id)) continue;
      if (op.n <= life.n) return this.problem('fork');
      if (op.n > life.n + 1) return this.problem('gap');
      if (op.prev !== null && op.prev !== life.head) return this.problem('fork');
      life.n = op.n;
      life.head = linkHash(one);
      fresh.push([op.id, JSON.stringify(op.body)]);
    }
    this.lives.set(asked.incarnation, life);
    for (const [id, opBody] of fresh) this.take(id, opBody);
    const results = texts.map((one) => this.results.get((JSON.parse(one) as { id: string }).id));
    const cursors = asked.pull?.cursors as Record<string, number> | undefined;
    const pull = cursors === undefined ? null : this.pull(cursors[WORK] ?? 0);
    return json(200, { results, more: false, retry_after_ms: 0, now: 1, pull });
  }

  private take(id: string, body: string): void {
    this.version += 1;
    this.order.push(id);
    this.bodies.set(id, body);
    this.results.set(id, { id, status: 'applied', versions: { [WORK]: this.version } });
  }

  private offer(ids: string[]): object {
    const missing = ids.filter((id) => !this.results.has(id));
    const results = ids.filter((id) => this.results.has(id)).map((id) => this.results.get(id));
    return { epoch: this.epoch, missing, results, now: 1 };
  }

  private pull(from: number): object {
    const rows = this.order
      .map((id, i) => [`done/${id}`, i + 1, {}] as const)
      .filter((row) => row[1] > from);
    const patches = from < this.version ? [{ stream: WORK, from, to: this.version, rows }] : [];
    return {
      epoch: this.epoch,
      patches,
      results: [],
      ledger: {},
      streams: [WORK],
      resnapshot: [],
      more: false,
      now: 1,
    };
  }

  /** Cut the stream into parts of two rows each, and one that can't be had where `broken` says so. */
  cut(broken?: number): void {
    for (let from = 0; from < this.version; from += 2) {
      const to = Math.min(from + 2, this.version);
      const rows = this.order.slice(from, to).map((id, i) => [`done/${id}`, from + i + 1, {}]);
      const part = JSON.stringify({ stream: WORK, from, to, rows });
      this.parts.set(hexHash(part), from === broken ? part.replace('done', 'gone') : part);
    }
  }

  private offered(): object[] {
    return [...this.parts].map(([hash, text]) => {
      const { from, to } = JSON.parse(text) as { from: number; to: number };
      return { stream: WORK, from, to, hash };
    });
  }

  private problem(problem: string, status = 409): Response {
    const { epoch, restoredTo } = this;
    return json(status, { problem, epoch, restored_to: restoredTo, detail: problem });
  }

  /** Go back to the first `kept` ops, as a server restored from a backup does. */
  restore(kept: number, epoch: string): void {
    for (const id of this.order.splice(kept)) this.results.delete(id);
    this.version = kept;
    this.lives = new Map();
    this.epoch = epoch;
    this.restoredTo = 0;
  }
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function text(body: unknown): string {
  if (typeof body === 'string') return body;
  return gunzipSync(Buffer.from(body as ArrayBuffer)).toString('utf8');
}

/** Split concatenated JSON objects at their outer braces, keeping their exact text. */
function split(list: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < list.length; i++) {
    if (list[i] === '{' && depth++ === 0) start = i;
    if (list[i] === '}' && --depth === 0) found.push(list.slice(start, i + 1));
  }
  return found;
}
