/**
 * What a phone has and what its screens show: base rows, and laid over them the ops that are not in them yet. Twin of
 * `sync_protocol/replica.py`.
 *
 * Unsent work is never written into the rows, so no pull can erase it.
 */

import { Book, stockKey, type Decision, type StockKey } from './decide/book.ts';
import { decide } from './decide/deciding.ts';
import {
  FILL_ROW,
  fillPolicy,
  type Branch,
  type BranchId,
  type Courier,
  type DeviceId,
  type Discrepancy,
  type DiscrepancyId,
  type FleetDevice,
  type Fulfillment,
  type FulfillmentId,
  type Op,
  type OpId,
  type Order,
  type OrderId,
  type ParkedOp,
  type Patch,
  type Policy,
  type Result,
  type RiderRun,
  type RowKey,
  type RunId,
  type Staff,
  type StaffId,
  type Stock,
  type StreamName,
  type Transfer,
  type TransferId,
  type Variant,
  type VariantId,
} from './generated.ts';
import { readOp } from './read-op.ts';

type BodyKind = keyof typeof FILL_ROW;
type Body = ReturnType<(typeof FILL_ROW)[BodyKind]>;

/** One body per row over all streams, by kind. */
export class BaseRows {
  policy: Policy = fillPolicy({});
  readonly branches = new Map<BranchId, Branch>();
  readonly staff = new Map<StaffId, Staff>();
  readonly couriers = new Map<string, Courier>();
  readonly variants = new Map<VariantId, Variant>();
  readonly orders = new Map<OrderId, Order>();
  readonly fulfillments = new Map<FulfillmentId, Fulfillment>();
  readonly stock = new Map<StockKey, Stock>();
  readonly runs = new Map<RunId, RiderRun>();
  readonly transfers = new Map<TransferId, Transfer>();
  readonly discrepancies = new Map<DiscrepancyId, Discrepancy>();
  readonly open = new Map<DiscrepancyId, Discrepancy>();
  readonly parked = new Map<OpId, ParkedOp>();
  /** What became of this device's ops that had been parked. */
  readonly results = new Map<OpId, Result>();
  readonly devices = new Map<DeviceId, FleetDevice>();
}

/** An op of the overlay and who recorded it. */
export interface OverlayOp {
  readonly op: Op;
  readonly staff: Staff;
  readonly device_id: DeviceId;
}

export class Replica {
  readonly base = new BaseRows();
  /** Base plus overlay: what the person sees. */
  book = new Book(this.base);
  /** What this phone expects the server to say of each op in the overlay. */
  readonly expected = new Map<OpId, Decision>();
  private readonly streams = new Map<StreamName, Map<RowKey, Body>>();

  /** Put rows of a patch or of the disk; the overlay has to be laid anew afterwards. */
  put(stream: StreamName, rows: Patch['rows']): void {
    let held = this.streams.get(stream);
    if (held === undefined) this.streams.set(stream, (held = new Map<RowKey, Body>()));
    for (const [key, , raw] of rows) {
      const kind = kindOf(key);
      if (kind === null) continue;
      const before = held.get(key);
      if (raw === null) held.delete(key);
      else held.set(key, FILL_ROW[kind](raw));
      this.show(kind, key, before);
    }
  }

  drop(stream: StreamName): void {
    const held = this.streams.get(stream);
    this.streams.delete(stream);
    for (const [key, body] of held ?? []) {
      const kind = kindOf(key);
      if (kind !== null) this.show(kind, key, body);
    }
  }

  clear(): void {
    for (const stream of [...this.streams.keys()]) this.drop(stream);
  }

  /** The stream in which the row stands, if any; the first one of several. */
  streamOf(key: string): StreamName | null {
    for (const [stream, held] of this.streams) if (held.has(key as RowKey)) return stream;
    return null;
  }

  /** Lay `ops`, in the order in which they were recorded, over the base anew. */
  lay(ops: readonly OverlayOp[]): void {
    this.book = new Book(this.base);
    this.expected.clear();
    for (const op of ops) this.layOne(op);
  }

  layOne({ op, staff, device_id }: OverlayOp): Decision {
    const decided = decide(this.book, { read: readOp(op), staff, device_id, now: op.at });
    this.book.apply(decided);
    this.expected.set(op.id as OpId, decided);
    return decided;
  }

  /** Let the base show what the streams now say of a row: the latest revision of those that hold it. */
  private show(kind: BodyKind, key: RowKey, before: Body | undefined): void {
    // The same variant's stock stands under one key in the stream of every branch.
    if (kind === 'stock') {
      this.showStock(key, before as Stock | undefined);
      return;
    }
    let latest: Body | undefined;
    for (const held of this.streams.values()) {
      const body = held.get(key);
      if (body !== undefined && revOf(body) >= revOf(latest)) latest = body;
    }
    this.set(kind, key.slice(kind.length + 1), latest);
  }

  private showStock(key: RowKey, before: Stock | undefined): void {
    if (before !== undefined) this.base.stock.delete(stockKey(before.branch_id, before.variant_id));
    for (const [stream, held] of this.streams) {
      const stock = held.get(key) as Stock | undefined;
      if (stock === undefined || !stream.includes(stock.branch_id)) continue;
      this.base.stock.set(stockKey(stock.branch_id, stock.variant_id), stock);
    }
  }

  private set(kind: Exclude<BodyKind, 'stock'>, id: string, body: Body | undefined): void {
    if (kind === 'policy') {
      this.base.policy = fillPolicy(body ?? {});
      return;
    }
    put(this.mapOf(kind), id, body);
    if (kind === 'discrepancy') {
      const found = body as Discrepancy | undefined;
      put(this.base.open, id, found?.closed_at === null ? found : undefined);
    }
  }

  private mapOf(kind: Exclude<BodyKind, 'stock' | 'policy'>): Map<never, never> {
    const rows = this.base;
    const maps = {
      branch: rows.branches,
      staff: rows.staff,
      courier: rows.couriers,
      variant: rows.variants,
      order: rows.orders,
      fulfillment: rows.fulfillments,
      run: rows.runs,
      transfer: rows.transfers,
      discrepancy: rows.discrepancies,
      parked: rows.parked,
      result: rows.results,
      device: rows.devices,
    };
    return maps[kind] as unknown as Map<never, never>;
  }
}

function put<K, V>(map: Map<K, V>, id: string, body: unknown): void {
  if (body === undefined) map.delete(id as K);
  else map.set(id as K, body as V);
}

function kindOf(key: RowKey): BodyKind | null {
  const kind = key.slice(0, key.indexOf('/'));
  return kind in FILL_ROW ? (kind as BodyKind) : null;
}

function revOf(body: Body | undefined): number {
  return body !== undefined && 'rev' in body ? body.rev : -1;
}
