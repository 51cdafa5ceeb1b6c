/**
 * How the phone's database is laid out, and how an older layout becomes the present one.
 *
 * Phones go back a release as well as forward, and the journal must survive both: a step only adds stores, indexes and
 * fields, rewrites no op, and says in `READABLE_BY` which layouts can still read the outcome. Ops of an older layout are
 * sent as they were written.
 */

export const DATABASE = 'rawana';

/** The present layout. */
export const VERSION = 2;

/** The oldest layout whose code can read and write this one without losing anything. */
export const READABLE_BY = 1;

/** What the layout says of itself, in `meta` under `layout`; absent in layout 1. */
export interface Layout {
  readonly version: number;
  readonly readable_by: number;
}

/** Each layout's step from the one before it; the first makes an empty database. */
const STEPS: readonly ((db: IDBDatabase, tx: IDBTransaction) => void)[] = [firstStores, byStatus];

/** Bring a database of layout `from` (0: none yet) to the present one, inside the browser's upgrade transaction. */
export function upgrade(db: IDBDatabase, tx: IDBTransaction, from: number): void {
  for (const step of STEPS.slice(from)) step(db, tx);
  const layout: Layout = { version: VERSION, readable_by: READABLE_BY };
  tx.objectStore('meta').put(layout, 'layout');
}

function firstStores(db: IDBDatabase): void {
  db.createObjectStore('rows', { keyPath: ['stream', 'key'] });
  db.createObjectStore('meta');
  const ops = db.createObjectStore('ops', { keyPath: 'seq', autoIncrement: true });
  ops.createIndex('id', 'id', { unique: true });
  ops.createIndex('unsent', 'unsent');
  ops.createIndex('open', 'open');
  ops.createIndex('answered_at', 'answered_at');
  ops.createIndex('place', ['incarnation', 'n']);
}

/** The browser keeps the index by itself, also while code of layout 1 writes the answers. */
function byStatus(_: IDBDatabase, tx: IDBTransaction): void {
  tx.objectStore('ops').createIndex('status', 'result.status');
}
