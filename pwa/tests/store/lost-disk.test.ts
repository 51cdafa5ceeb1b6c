/** iOS ends its database server at will; what was being done is done once more on a new connection, and once only. */

import { forceCloseDatabase } from 'fake-indexeddb';
import { expect, test, vi } from 'vitest';
import { DiskLost, openDatabase } from '../../src/store/database.ts';
import { outboxDepth, recordOps, unsentBatch } from '../../src/store/outbox.ts';
import { draft, FRESH, newDisk } from '../phone.ts';

const gone = (name: string) =>
  new DOMException('Connection to Indexed Database server lost. Refresh the page.', name);

/** A factory whose connections fail `times` times with `name` when asked for a transaction. */
function flaky(name: string, times: number) {
  const factory = newDisk();
  const open = factory.open.bind(factory);
  let left = times;
  vi.spyOn(factory, 'open').mockImplementation((...args) => {
    const request = open(...args);
    request.addEventListener('success', () => {
      const db = request.result;
      const transaction = db.transaction.bind(db);
      vi.spyOn(db, 'transaction').mockImplementation((...asked) => {
        if (left-- > 0) throw gone(name);
        return transaction(...asked);
      });
    });
    return request;
  });
  return factory;
}

test.each(['UnknownError', 'InvalidStateError'])(
  'after %s the act is stored on a new connection, once',
  async (name) => {
    const factory = flaky(name, 1);
    const db = await openDatabase(factory);
    const told = vi.fn();
    db.onLost = told;
    await recordOps(db, [draft('a')], FRESH);
    expect((await unsentBatch(db, 9, 1e6)).map((op) => op.id)).toEqual(['a']);
    expect(factory.open).toHaveBeenCalledTimes(2);
    expect(told).not.toHaveBeenCalled();
  },
);

test('a connection that is lost again at once is given up, and that is told', async () => {
  const db = await openDatabase(flaky('UnknownError', 2));
  const told = vi.fn();
  db.onLost = told;
  await expect(recordOps(db, [draft('a')], FRESH)).rejects.toThrow(DiskLost);
  expect(told).toHaveBeenCalledOnce();
});

test('a database that cannot be opened again is given up', async () => {
  const factory = flaky('UnknownError', 1);
  const db = await openDatabase(factory);
  const told = vi.fn();
  db.onLost = told;
  vi.mocked(factory.open).mockImplementation(() => {
    throw gone('UnknownError');
  });
  await expect(recordOps(db, [draft('a')], FRESH)).rejects.toThrow(DiskLost);
  expect(told).toHaveBeenCalledOnce();
});

test('a connection that the browser closes is opened anew before anybody asks', async () => {
  const factory = newDisk();
  const opens = vi.spyOn(factory, 'open');
  const db = await openDatabase(factory);
  const connection = (opens.mock.results[0]!.value as IDBOpenDBRequest).result;
  forceCloseDatabase(connection as never);
  await vi.waitFor(() => {
    expect(opens).toHaveBeenCalledTimes(2);
  });
  await recordOps(db, [draft('a')], FRESH);
  expect((await outboxDepth(db, FRESH)).unsent).toBe(1);
});

test('an act that had reached the disk although its end was never told is not stored twice', async () => {
  const db = await openDatabase(newDisk());
  const transaction = db.transaction.bind(db);
  let first = true;
  vi.spyOn(db, 'transaction').mockImplementation((...args) => {
    const tx = transaction(...args);
    if (!first) return tx;
    first = false;
    return cutAfterCommit(tx);
  });
  const stored = await recordOps(db, [draft('a'), draft('b')], FRESH);
  expect(stored.map((op) => op.n)).toEqual([1, 2]);
  expect((await unsentBatch(db, 9, 1e6)).map((op) => op.id)).toEqual(['a', 'b']);
  expect((await outboxDepth(db, FRESH)).log.n).toBe(2);
});

/** A transaction that commits, after which the browser says that the connection was lost. */
function cutAfterCommit(tx: IDBTransaction): IDBTransaction {
  return new Proxy(tx, {
    get: (_, name) => {
      if (name === 'error') return gone('UnknownError');
      const value: unknown = Reflect.get(tx, name, tx);
      return typeof value === 'function' ? (value.bind(tx) as unknown) : value;
    },
    set: (_, name, value) => {
      if (name === 'onabort') tx.addEventListener('complete', value as () => void);
      return true;
    },
  });
}
