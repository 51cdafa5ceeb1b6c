/** Movements of branch stock; twin of `sync_protocol/ledger.py` and `stock.py` as far as a phone predicts them. */

import type {
  BranchId,
  EntryKind,
  FulfillmentId,
  LedgerEntryId,
  Leg,
  OrderId,
  OrderLineId,
  Stock,
  VariantId,
} from './generated.ts';

export const SELLABLE = 'sellable';

/** A balanced movement that a decision wants in a branch's ledger. */
export interface Posting {
  readonly id: LedgerEntryId;
  readonly branch_id: BranchId;
  readonly kind: EntryKind;
  readonly legs: readonly Leg[];
  readonly order_id: OrderId | null;
  readonly fulfillment_id: FulfillmentId | null;
  readonly reverses: LedgerEntryId | null;
}

/** The account of goods that left a branch for an order line: with courier, rider or customer. */
export function outAccount(orderLineId: OrderLineId): string {
  return `out/${orderLineId}`;
}

export function emptyStock(branchId: BranchId, variantId: VariantId): Stock {
  return {
    branch_id: branchId,
    variant_id: variantId,
    sellable: 0,
    reserved: 0,
    damaged: 0,
    quarantine: 0,
    ledger_version: 0,
  };
}

/** What may still be promised: sellable less reserved (I20). */
export function availableUnits(stock: Stock): number {
  return stock.sellable - stock.reserved;
}

/** `stock` after those legs of `posting` that touch its branch and variant. */
export function posted(stock: Stock, posting: Posting): Stock {
  if (posting.branch_id !== stock.branch_id) return stock;
  let { sellable, damaged, quarantine } = stock;
  for (const leg of posting.legs) {
    if (leg.variant_id !== stock.variant_id) continue;
    if (leg.account === SELLABLE) sellable += leg.units;
    else if (leg.account === 'damaged') damaged += leg.units;
    else if (leg.account === 'quarantine') quarantine += leg.units;
  }
  return { ...stock, sellable, damaged, quarantine };
}
