/** Databases as releases have written them: recorded once, never edited, and made again on a disk of a test. */

import { readFileSync } from 'node:fs';

export interface RecordedStore {
  readonly name: string;
  readonly keyPath: string | string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly { name: string; keyPath: string | string[]; unique: boolean }[];
  readonly records: readonly (readonly [IDBValidKey, unknown])[];
}

export interface RecordedLayout {
  readonly version: number;
  readonly stores: readonly RecordedStore[];
}

export function recorded(version: number): RecordedLayout {
  const url = new URL(`../fixtures/layout-${version}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as RecordedLayout;
}

/** Make the database again as it was recorded, without any code of ours. */
export function lay(factory: IDBFactory, layout: RecordedLayout): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.open('rawana', layout.version);
    request.onupgradeneeded = () => {
      for (const { name, keyPath, autoIncrement, indexes, records } of layout.stores) {
        const store = request.result.createObjectStore(name, { keyPath, autoIncrement });
        for (const { name: index, keyPath: path, unique } of indexes) {
          store.createIndex(index, path, { unique });
        }
        for (const [key, value] of records) store.put(value, keyPath === null ? key : undefined);
      }
    };
    request.onerror = () => {
      reject(request.error ?? new Error('not laid'));
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });
}

/** How a database is laid out, without what is in it. */
export async function layoutOf(factory: IDBFactory): Promise<object> {
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = factory.open('rawana');
    request.onsuccess = () => {
      resolve(request.result);
    };
  });
  const tx = db.transaction([...db.objectStoreNames], 'readonly');
  const stores = [...db.objectStoreNames].map((name) => {
    const store = tx.objectStore(name);
    const indexes = [...store.indexNames].map((index) => {
      const { keyPath, unique } = store.index(index);
      return { name: index, keyPath, unique };
    });
    return { name, keyPath: store.keyPath, autoIncrement: store.autoIncrement, indexes };
  });
  db.close();
  return { version: db.version, stores };
}
