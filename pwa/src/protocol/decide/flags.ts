/**
 * Naming what is odd: opening discrepancies, and closing those that a later fact settles; twin of
 * `sync_protocol/decide/flags.py`.
 */

import {
  CONFLICTS,
  fillDiscrepancy,
  LIMITS,
  type Code,
  type Discrepancy,
  type Fulfillment,
  type FulfillmentId,
  type OpId,
  type Order,
  type OrderId,
  type RunId,
  type VariantId,
} from '../generated.ts';
import { hexHash } from '../link.ts';
import { SELLABLE, type Posting } from '../postings.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';

/** Open a discrepancy about this op. Its id follows from op, code and variant, so that a replay opens the same. */
export function discrepancy(act: Recorded, code: Code, point: Partial<Discrepancy>): Discrepancy {
  const op = act.read.op;
  const suffix = point.variant_id == null ? '' : `.${point.variant_id}`;
  return fillDiscrepancy({
    id: idOf(`${op.id}.${code}${suffix}`),
    code,
    op_id: op.id,
    op_kind: op.kind,
    by: act.staff.id,
    device_id: act.device_id,
    at: op.at,
    recorded_at: act.now,
    seen: op.seen,
    ...point,
  });
}

/** A readable name as an id; one that no op could name is told by its hash. */
function idOf(told: string): string {
  return told.length <= LIMITS.ID_MAX ? told : hexHash(told).slice(0, 32);
}

/** What of a discrepancy about a shipment the shipment does not say. */
interface Point {
  readonly detail?: string | null;
  readonly paisa?: number | null;
  readonly run_id?: RunId;
}

/** Open a discrepancy about a shipment. */
export function about(
  act: Recorded,
  shipment: Fulfillment,
  code: Code,
  point: Point = {},
): Discrepancy {
  return discrepancy(act, code, {
    order_id: shipment.order_id,
    fulfillment_id: shipment.id,
    branch_id: shipment.branch_id,
    units: shipment.lines.reduce((sum, line) => sum + line.units, 0),
    lines: shipment.lines.map(({ order_line_id, units }) => ({ order_line_id, units })),
    ...point,
  });
}

/** Record a fact that moves nothing but that somebody must look at. */
export function flagged(flags: readonly Discrepancy[]): Decision {
  return decision('flagged', { code: flags[0]?.code ?? null, discrepancies: flags });
}

/** A decision that applies, or is flagged when anything about it is odd; the first flag is the most serious. */
export function withFlags(applies: Decision, flags: readonly Discrepancy[]): Decision {
  const first = flags[0];
  if (first === undefined) return applies;
  const discrepancies = [...flags, ...applies.discrepancies];
  return { ...applies, status: 'flagged', code: first.code, discrepancies };
}

/** One discrepancy per variant that `posting` takes below zero at its branch (S6). */
export function oversells(book: Book, act: Recorded, posting: Posting): Discrepancy[] {
  const taken = new Map<VariantId, number>();
  for (const { account, variant_id, units } of posting.legs) {
    if (account === SELLABLE) taken.set(variant_id, (taken.get(variant_id) ?? 0) + units);
  }
  const { branch_id, order_id, fulfillment_id } = posting;
  const found: Discrepancy[] = [];
  for (const [variant_id, units] of taken) {
    const balance_units = book.stockOf(branch_id, variant_id).sellable + units;
    if (units >= 0 || balance_units >= 0) continue;
    const point = { order_id, fulfillment_id, branch_id, variant_id, units: -units, balance_units };
    found.push(discrepancy(act, 'oversell', point));
  }
  return found;
}

/** The discrepancy closed by this op. */
export function closed(found: Discrepancy, act: Recorded): Discrepancy {
  const closed_by_op = act.read.op.id as OpId;
  return { ...found, closed_at: act.now, closed_by_op, closed_by: act.staff.id };
}

/** Close the open discrepancies of these codes about one shipment or one order. */
export function closings(
  book: Book,
  act: Recorded,
  codes: readonly Code[],
  of: { readonly fulfillment_id: FulfillmentId } | { readonly order_id: OrderId },
): Discrepancy[] {
  const isMeant = (found: Discrepancy) =>
    'order_id' in of ? found.order_id === of.order_id : found.fulfillment_id === of.fulfillment_id;
  return [...book.open.values()]
    .filter((found) => codes.includes(found.code) && isMeant(found))
    .map((found) => closed(found, act));
}

/** The order with the flags that put it in doubt, as these openings and closings leave them. */
export function withConflicts(order: Order, discrepancies: readonly Discrepancy[]): Order {
  const doubts = [...order.conflicts];
  for (const { order_id, code, closed_at } of discrepancies) {
    if (order_id !== order.id || !CONFLICTS.includes(code)) continue;
    if (closed_at === null) doubts.push(code);
    else if (doubts.includes(code)) doubts.splice(doubts.indexOf(code), 1);
  }
  return { ...order, conflicts: doubts.sort() };
}
