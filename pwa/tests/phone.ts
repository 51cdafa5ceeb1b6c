import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import type { Incarnation, OpId, StaffId } from '../src/protocol/generated.ts';
import { openDatabase, type Disk } from '../src/store/database.ts';
import type { Draft } from '../src/store/outbox.ts';

globalThis.IDBKeyRange = IDBKeyRange;

export const FRESH = 'life-1' as Incarnation;

/** A phone's disk: databases opened on the same one see the same data. */
export function newDisk(): IDBFactory {
  return new IDBFactory();
}

export function open(disk: IDBFactory): Promise<Disk> {
  return openDatabase(disk);
}

export function draft(id: string, body: object = { fulfillment_id: 'f-1' }, kind = 'pack'): Draft {
  return {
    id: id as OpId,
    kind,
    by: 'amna' as StaffId,
    at: 1_767_225_600_000,
    clock: null,
    seen: {},
    deps: [],
    body,
  };
}
