/** Moves that several decisions share; twin of `sync_protocol/decide/shipping.py`. */

import type {
  Code,
  Discrepancy,
  DiscrepancyId,
  EntryKind,
  Fulfillment,
  FulfillmentId,
  FulfillmentLine,
  FulfillmentState,
  LineUnits,
  OpId,
  Order,
  OrderLine,
  OrderLineId,
  Shipment,
  Step,
  VariantId,
} from '../generated.ts';
import {
  entitledUnits,
  inStockLogic,
  isOut,
  lineOf,
  reserves,
  withStatus,
} from '../order-lines.ts';
import { outAccount, SELLABLE, type Posting } from '../postings.ts';
import { decision, entryId, type Book, type Decision, type Recorded } from './book.ts';

/** Wanted lines, cut at what an order still allows: `free` may go, `excess` has gone or is promised already. */
export interface Split {
  readonly free: readonly FulfillmentLine[];
  readonly excess: readonly FulfillmentLine[];
}

export function refused(code: Code): Decision {
  return decision('refused', { code });
}

export function parked(code: Code, detail: string | null = null): Decision {
  return decision('parked', { code, detail });
}

/** Record a fact that moves nothing but that somebody must look at. */
export function flagged(flags: readonly Discrepancy[]): Decision {
  return decision('flagged', { code: flags[0]?.code ?? null, discrepancies: flags });
}

/** A no-op that names who took the shipment where it is. */
export function already(shipment: Fulfillment): Decision {
  const last = shipment.steps.at(-1);
  return decision('noop', {
    code: 'already_done',
    by: last?.by ?? null,
    at: last?.at ?? null,
    branch_id: shipment.branch_id,
  });
}

/** The wanted lines with their variants, same lines added up; null when the order has no such line. */
export function namedLines(
  order: Order,
  wanted: readonly LineUnits[],
): readonly FulfillmentLine[] | null {
  const units = new Map<OrderLineId, number>();
  for (const line of wanted) {
    units.set(line.order_line_id, (units.get(line.order_line_id) ?? 0) + line.units);
  }
  const named: FulfillmentLine[] = [];
  for (const [lineId, count] of units) {
    const known = lineOf(order, lineId);
    if (known === undefined) return null;
    if (known.variant_id !== null && inStockLogic(known)) {
      named.push({ order_line_id: lineId, variant_id: known.variant_id, units: count });
    }
  }
  return named;
}

/** Cut what somebody says has left at what was ever ordered less what is out already (I4). */
export function splitByEntitlement(order: Order, wanted: readonly FulfillmentLine[]): Split {
  return split(wanted, (line) => entitledUnits(line) - line.out_units, order);
}

/** Cut what somebody wants to promise at what is neither promised nor out (A11). */
export function splitByRemaining(order: Order, wanted: readonly FulfillmentLine[]): Split {
  return split(wanted, (line) => line.current_units - line.pending_units - line.out_units, order);
}

function split(
  wanted: readonly FulfillmentLine[],
  roomOf: (line: OrderLine) => number,
  order: Order,
): Split {
  const free: FulfillmentLine[] = [];
  const excess: FulfillmentLine[] = [];
  for (const line of wanted) {
    const known = lineOf(order, line.order_line_id);
    const room = known === undefined ? 0 : Math.max(0, roomOf(known));
    if (Math.min(line.units, room) > 0) free.push({ ...line, units: Math.min(line.units, room) });
    if (line.units > room) excess.push({ ...line, units: line.units - room });
  }
  return { free, excess };
}

/** The movement of a shipment's lines from the branch's shelf to the lines' out accounts. */
export function shipPosting(act: Recorded, shipment: Fulfillment, kind: EntryKind): Posting {
  const legs = shipment.lines.flatMap((line) => [
    { account: SELLABLE, variant_id: line.variant_id, units: -line.units },
    { account: outAccount(line.order_line_id), variant_id: line.variant_id, units: line.units },
  ]);
  return {
    id: entryId(act),
    branch_id: shipment.branch_id,
    kind,
    legs,
    order_id: shipment.order_id,
    fulfillment_id: shipment.id,
    reverses: null,
  };
}

/** The exact reversal of the movement that took the shipment's lines out. */
export function unshipPosting(act: Recorded, shipment: Fulfillment, kind: EntryKind): Posting {
  const out = shipPosting(act, shipment, kind);
  const legs = out.legs.map((leg) => ({ ...leg, units: -leg.units }));
  return { ...out, legs, reverses: shipment.posting_id };
}

/** The shipment in `state`, remembering who took it there. */
export function stepped(
  shipment: Fulfillment,
  state: FulfillmentState,
  act: Recorded,
): Fulfillment {
  const step: Step = { state, by: act.staff.id, at: act.read.op.at, recorded_at: act.now };
  return { ...shipment, state, steps: [...shipment.steps, step], rev: shipment.rev + 1 };
}

/** The order with its counters, shipment list and headline moved from `before` to `after`. */
export function withShipment(order: Order, before: Fulfillment | null, after: Fulfillment): Order {
  const lines = order.lines.map((line) => recounted(line, before, after));
  let shipments = order.shipments;
  if (!after.refused) {
    const others = order.shipments.filter((other) => other.fulfillment_id !== after.id);
    shipments = [...others, summary(after)];
  }
  return withStatus({ ...order, lines, shipments, rev: order.rev + 1 });
}

function recounted(line: OrderLine, before: Fulfillment | null, after: Fulfillment): OrderLine {
  const pending =
    unitsOf(after, line.id, reserves(after)) -
    unitsOf(before, line.id, before !== null && reserves(before));
  const out =
    unitsOf(after, line.id, isOut(after.state)) -
    unitsOf(before, line.id, before !== null && isOut(before.state));
  if (pending === 0 && out === 0) return line;
  return {
    ...line,
    pending_units: line.pending_units + pending,
    out_units: line.out_units + out,
    shipped_units: line.shipped_units + out,
  };
}

function unitsOf(shipment: Fulfillment | null, lineId: OrderLineId, counts: boolean): number {
  if (shipment === null || !counts) return 0;
  return shipment.lines
    .filter((line) => line.order_line_id === lineId)
    .reduce((sum, line) => sum + line.units, 0);
}

function summary(shipment: Fulfillment): Shipment {
  const last = shipment.steps.at(-1);
  if (last === undefined) throw new Error(`shipment ${shipment.id} has no steps`);
  return {
    fulfillment_id: shipment.id,
    branch_id: shipment.branch_id,
    workflow: shipment.workflow,
    state: shipment.state,
    by: last.by,
    at: last.at,
  };
}

type Point = Partial<
  Pick<
    Discrepancy,
    | 'order_id'
    | 'fulfillment_id'
    | 'branch_id'
    | 'variant_id'
    | 'units'
    | 'balance_units'
    | 'detail'
  >
>;

/** Open a discrepancy about this op. Its id follows from op, code and variant, so that a replay opens the same. */
export function discrepancy(act: Recorded, code: Code, point: Point): Discrepancy {
  const op = act.read.op;
  const suffix = point.variant_id == null ? '' : `.${point.variant_id}`;
  return {
    id: `${op.id}.${code}${suffix}` as DiscrepancyId,
    code,
    op_id: op.id as OpId,
    op_kind: op.kind,
    by: act.staff.id,
    device_id: act.device_id,
    at: op.at,
    recorded_at: act.now,
    order_id: null,
    fulfillment_id: null,
    branch_id: null,
    variant_id: null,
    units: null,
    balance_units: null,
    detail: null,
    ...point,
    seen: op.seen,
    closed_at: null,
    closed_by_op: null,
  };
}

/** Open a discrepancy about a shipment. */
export function about(
  act: Recorded,
  shipment: Fulfillment,
  code: Code,
  detail: string | null = null,
): Discrepancy {
  return discrepancy(act, code, {
    order_id: shipment.order_id,
    fulfillment_id: shipment.id,
    branch_id: shipment.branch_id,
    units: shipment.lines.reduce((sum, line) => sum + line.units, 0),
    detail,
  });
}

/** One discrepancy per variant that `posting` takes below zero at its branch. */
export function oversells(book: Book, act: Recorded, posting: Posting): Discrepancy[] {
  const taken = new Map<VariantId, number>();
  for (const leg of posting.legs) {
    if (leg.account === SELLABLE) {
      taken.set(leg.variant_id, (taken.get(leg.variant_id) ?? 0) + leg.units);
    }
  }
  const found: Discrepancy[] = [];
  for (const [variantId, units] of taken) {
    const after = book.stockOf(posting.branch_id, variantId).sellable + units;
    if (units >= 0 || after >= 0) continue;
    found.push(
      discrepancy(act, 'oversell', {
        order_id: posting.order_id,
        fulfillment_id: posting.fulfillment_id,
        branch_id: posting.branch_id,
        variant_id: variantId,
        units: -units,
        balance_units: after,
      }),
    );
  }
  return found;
}

/** The discrepancy closed by this op. */
export function closed(found: Discrepancy, act: Recorded): Discrepancy {
  return { ...found, closed_at: act.now, closed_by_op: act.read.op.id as OpId };
}

/** Close the open discrepancies of these codes about one shipment. */
export function closings(
  book: Book,
  act: Recorded,
  codes: readonly Code[],
  shipmentId: FulfillmentId,
): Discrepancy[] {
  return [...book.open.values()]
    .filter((found) => codes.includes(found.code) && found.fulfillment_id === shipmentId)
    .map((found) => closed(found, act));
}

/** A shipment with its order, or null where the book knows neither. */
export function shipmentAndOrder(
  book: Book,
  shipmentId: FulfillmentId,
): { readonly shipment: Fulfillment; readonly order: Order } | null {
  const shipment = book.fulfillments.get(shipmentId);
  const order = shipment && book.orders.get(shipment.order_id);
  return shipment === undefined || order === undefined ? null : { shipment, order };
}
