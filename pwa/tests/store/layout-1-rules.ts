/**
 * How the code of layout 1 reads and writes the outbox: frozen with that layout, and not to be mended. It opens what it
 * finds, as a release that a later one has been before does.
 */

import { linkHash } from '../../src/protocol/link.ts';

interface Op1 {
  seq: number;
  id: string;
  incarnation: string;
  n: number;
  text: string;
  link: string;
  kind: string;
  by: string;
  at: number;
  unsent?: 1;
  open?: 1;
  result?: unknown;
  answered_at?: number;
}
interface Log1 {
  incarnation: string;
  n: number;
  head: string | null;
  epoch: string | null;
}

const answer = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result as T);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('failed'));
    };
  });

export async function open1(factory: IDBFactory): Promise<IDBDatabase> {
  const db = await answer<IDBDatabase>(factory.open('rawana'));
  const meta = db.transaction(['meta'], 'readonly').objectStore('meta');
  const layout = await answer<{ readable_by: number } | undefined>(meta.get('layout'));
  if (layout !== undefined && layout.readable_by > 1) throw new Error('too new for layout 1');
  return db;
}

export function unsent1(db: IDBDatabase): Promise<Op1[]> {
  const ops = db.transaction(['ops'], 'readonly').objectStore('ops');
  return answer<Op1[]>(ops.index('unsent').getAll(1, 100));
}

export function journal1(db: IDBDatabase): Promise<Op1[]> {
  return answer<Op1[]>(db.transaction(['ops'], 'readonly').objectStore('ops').getAll());
}

export function rows1(db: IDBDatabase, stream: string): Promise<{ key: string }[]> {
  const range = IDBKeyRange.bound([stream], [stream, []]);
  return answer(db.transaction(['rows'], 'readonly').objectStore('rows').getAll(range));
}

/** Append an op to the log as layout 1 does. */
export async function record1(db: IDBDatabase, id: string): Promise<void> {
  const tx = db.transaction(['ops', 'meta'], 'readwrite');
  const log = await answer<Log1>(tx.objectStore('meta').get('log'));
  const n = log.n + 1;
  const op = { id, kind: 'confirm', by: 'amna', at: 5, body: { order_id: '900' }, v: 1 };
  const text = JSON.stringify({ ...op, n, prev: log.head });
  const link = linkHash(text);
  const { kind, by, at } = op;
  const { incarnation } = log;
  tx.objectStore('ops').add({ incarnation, n, text, link, id, kind, by, at, unsent: 1, open: 1 });
  await answer(tx.objectStore('meta').put({ ...log, n, head: link }, 'log'));
}

/** Keep an answer as layout 1 does. */
export async function answer1(db: IDBDatabase, result: { id: string }, now: number): Promise<void> {
  const ops = db.transaction(['ops'], 'readwrite').objectStore('ops');
  const op = await answer<Op1>(ops.index('id').get(result.id));
  const { unsent: _, ...answered } = op;
  await answer(ops.put({ ...answered, open: 1, result, answered_at: now }));
}
