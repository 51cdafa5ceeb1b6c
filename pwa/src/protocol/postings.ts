/** Movements of branch stock; twin of `sync_protocol/ledger.py` and `stock.py` as far as a phone predicts them. */

import type {
  BranchId,
  FulfillmentId,
  LedgerEntryId,
  Leg,
  OrderId,
  OrderLineId,
  Stock,
  VariantId,
} from './generated.ts';

export const SELLABLE = 'sellable';

/** A balanced movement that a decision wants in a branch's ledger; why and of what it is the reverse, the server says. */
export interface Posting {
  readonly id: LedgerEntryId;
  readonly branch_id: BranchId;
  readonly legs: readonly Leg[];
  readonly order_id: OrderId;
  readonly fulfillment_id: FulfillmentId;
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
    low_units: null,
    counted: null,
  };
}

/** What may still be promised: sellable less reserved (I20). */
export function availableUnits(stock: Stock): number {
  return stock.sellable - stock.reserved;
}

/** `stock` after those legs of `posting` that touch its branch and variant; what a phone predicts moves sellable goods. */
export function posted(stock: Stock, posting: Posting): Stock {
  if (posting.branch_id !== stock.branch_id) return stock;
  const moved = posting.legs.reduce(
    (sum, { account, variant_id, units }) =>
      account === SELLABLE && variant_id === stock.variant_id ? sum + units : sum,
    0,
  );
  return { ...stock, sellable: stock.sellable + moved };
}
