/** Everything that ops may read or change, in memory; twin of `sync_protocol/decide/book.py`. */

import {
  fillPolicy,
  type Branch,
  type BranchId,
  type Code,
  type DeviceId,
  type Discrepancy,
  type DiscrepancyId,
  type Fulfillment,
  type FulfillmentId,
  type LedgerEntryId,
  type Order,
  type OrderId,
  type Policy,
  type ResultStatus,
  type RiderRun,
  type RunId,
  type Staff,
  type StaffId,
  type Stock,
  type VariantId,
} from '../generated.ts';
import { reserves } from '../fulfillments.ts';
import { LayeredMap } from '../layered-map.ts';
import { emptyStock, posted, type Posting } from '../postings.ts';
import type { ReadOp } from '../read-op.ts';

/** An op together with who recorded it on which device; `now` is epoch ms. */
export interface Recorded {
  readonly read: ReadOp;
  readonly staff: Staff;
  readonly device_id: DeviceId;
  readonly now: number;
}

/** The same op always makes the same ledger entry. */
export function entryId(act: Recorded): LedgerEntryId {
  return `${act.read.op.id}.0` as LedgerEntryId;
}

/** All that one op does; `by`, `at` and `branch_id` tell the author who was there first. */
export interface Decision {
  readonly status: ResultStatus;
  readonly code: Code | null;
  readonly by: StaffId | null;
  readonly at: number | null;
  readonly branch_id: BranchId | null;
  readonly detail: string | null;
  readonly orders: readonly Order[];
  readonly fulfillments: readonly Fulfillment[];
  readonly runs: readonly RiderRun[];
  readonly postings: readonly Posting[];
  readonly discrepancies: readonly Discrepancy[];
}

const NOTHING: Omit<Decision, 'status'> = {
  code: null,
  by: null,
  at: null,
  branch_id: null,
  detail: null,
  orders: [],
  fulfillments: [],
  runs: [],
  postings: [],
  discrepancies: [],
};

export function decision(status: ResultStatus, parts: Partial<Decision> = {}): Decision {
  return { ...NOTHING, ...parts, status };
}

/** Branch and variant as one key of the stock map. */
export type StockKey = `${BranchId}/${VariantId}`;

export function stockKey(branchId: BranchId, variantId: VariantId): StockKey {
  return `${branchId}/${variantId}`;
}

/** The rows that a book stands on; never written to. */
export interface BookRows {
  policy: Policy;
  readonly branches: ReadonlyMap<BranchId, Branch>;
  readonly orders: ReadonlyMap<OrderId, Order>;
  readonly fulfillments: ReadonlyMap<FulfillmentId, Fulfillment>;
  readonly stock: ReadonlyMap<StockKey, Stock>;
  readonly runs: ReadonlyMap<RunId, RiderRun>;
  readonly open: ReadonlyMap<DiscrepancyId, Discrepancy>;
}

export class Book {
  readonly policy: Policy;
  readonly branches: ReadonlyMap<BranchId, Branch>;
  readonly orders: LayeredMap<OrderId, Order>;
  readonly fulfillments: LayeredMap<FulfillmentId, Fulfillment>;
  readonly stock: LayeredMap<StockKey, Stock>;
  readonly runs: LayeredMap<RunId, RiderRun>;
  /** Discrepancies that are not closed. */
  readonly open: LayeredMap<DiscrepancyId, Discrepancy>;

  constructor(rows: BookRows) {
    this.policy = fillPolicy(rows.policy);
    this.branches = rows.branches;
    this.orders = new LayeredMap(rows.orders);
    this.fulfillments = new LayeredMap(rows.fulfillments);
    this.stock = new LayeredMap(rows.stock);
    this.runs = new LayeredMap(rows.runs);
    this.open = new LayeredMap(rows.open);
  }

  /** Nothing known means nothing held. */
  stockOf(branchId: BranchId, variantId: VariantId): Stock {
    return this.stock.get(stockKey(branchId, variantId)) ?? emptyStock(branchId, variantId);
  }

  /** An order's shipments in the order in which they were made. */
  shipmentsOf(orderId: OrderId): readonly Fulfillment[] {
    const madeAt = (shipment: Fulfillment) => shipment.steps[0]?.recorded_at ?? 0;
    return [...this.fulfillments.values()]
      .filter((shipment) => shipment.order_id === orderId)
      .sort((a, b) => madeAt(a) - madeAt(b) || (a.id < b.id ? -1 : 1));
  }

  /** Make the decision part of the book, so that the next op sees it. */
  apply(decided: Decision): void {
    for (const order of decided.orders) this.orders.set(order.id, order);
    for (const run of decided.runs) this.runs.set(run.id, run);
    for (const shipment of decided.fulfillments) {
      this.reserve(this.fulfillments.get(shipment.id), -1);
      this.reserve(shipment, 1);
      this.fulfillments.set(shipment.id, shipment);
    }
    for (const posting of decided.postings) this.post(posting);
    for (const found of decided.discrepancies) {
      if (found.closed_at === null) this.open.set(found.id, found);
      else this.open.delete(found.id);
    }
  }

  private post(posting: Posting): void {
    for (const variantId of new Set(posting.legs.map((leg) => leg.variant_id))) {
      const held = this.stockOf(posting.branch_id, variantId);
      this.stock.set(stockKey(posting.branch_id, variantId), posted(held, posting));
    }
  }

  private reserve(shipment: Fulfillment | undefined, sign: 1 | -1): void {
    if (shipment === undefined || !reserves(shipment)) return;
    for (const line of shipment.lines) {
      const held = this.stockOf(shipment.branch_id, line.variant_id);
      this.stock.set(stockKey(shipment.branch_id, line.variant_id), {
        ...held,
        reserved: held.reserved + sign * line.units,
      });
    }
  }
}
