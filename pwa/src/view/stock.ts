/** A branch's stock as people ask for it. */

import { availableUnits } from '../protocol/postings.ts';
import type { BranchId, Stock, Variant, VariantId } from '../protocol/generated.ts';
import { stockKey } from '../protocol/decide/book.ts';
import { board } from './board.ts';

/** What the branch has free of a variant; null where this phone is not told. */
export function freeAt(branch: BranchId | null, variant: VariantId | null): number | null {
  if (branch === null || variant === null) return null;
  const stock = board.replica.book.stock.get(stockKey(branch, variant));
  return stock === undefined ? null : availableUnits(stock);
}

/** What stands on the branch's shelf by the book; null where this phone is not told. */
export function shelfAt(branch: BranchId, variant: VariantId): number | null {
  return board.replica.book.stock.get(stockKey(branch, variant))?.sellable ?? null;
}

export interface StockLine {
  readonly variant: Variant;
  /** Per branch, in the order asked for; null where nothing is known. */
  readonly held: readonly (Stock | null)[];
}

/** Variants with what the branches hold of them, in the order of their titles. */
export function stockLines(
  branches: readonly BranchId[],
  typed: string,
  onlyShort: boolean,
): readonly StockLine[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const lines: StockLine[] = [];
  for (const variant of board.replica.base.variants.values()) {
    const text = variantText(variant);
    if (!words.every((word) => text.includes(word))) continue;
    const held = branches.map((b) => board.replica.book.stock.get(stockKey(b, variant.id)) ?? null);
    if (held.every((stock) => stock === null)) continue;
    if (onlyShort && !held.some((stock) => stock !== null && availableUnits(stock) <= 0)) continue;
    lines.push({ variant, held });
  }
  return lines.sort((a, b) => variantText(a.variant).localeCompare(variantText(b.variant)));
}

const texts = new WeakMap<Variant, string>();

function variantText(variant: Variant): string {
  let text = texts.get(variant);
  if (text === undefined) {
    const { title, variant_title, sku, barcode } = variant;
    text = [title, variant_title, sku, barcode].filter(Boolean).join(' ').toLowerCase();
    texts.set(variant, text);
  }
  return text;
}
