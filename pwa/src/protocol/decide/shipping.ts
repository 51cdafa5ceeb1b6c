/** Moves that several decisions share; twin of `sync_protocol/decide/shipping.py`. */

import { goneUnits, isOut, openReturn, reserves } from '../fulfillments.ts';
import {
  NEVER_LEFT,
  fillFulfillmentLine,
  type Code,
  type Fulfillment,
  type FulfillmentId,
  type FulfillmentLine,
  type FulfillmentState,
  type LineUnits,
  type Order,
  type OrderLine,
  type OrderLineId,
  type Shipment,
  type Step,
} from '../generated.ts';
import { entitledUnits, inStockLogic, lineOf, remainingUnits } from '../order-lines.ts';
import { outAccount, SELLABLE, type Posting } from '../postings.ts';
import { derived } from '../statuses.ts';
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

/** Units per order line, same lines added up. */
export function unitsByLine(lines: readonly LineUnits[]): Map<OrderLineId, number> {
  const units = new Map<OrderLineId, number>();
  for (const line of lines) {
    units.set(line.order_line_id, (units.get(line.order_line_id) ?? 0) + line.units);
  }
  return units;
}

/** The wanted lines with their variants; null when the order has no such line. */
export function namedLines(
  order: Order,
  wanted: readonly LineUnits[],
): readonly FulfillmentLine[] | null {
  const named: FulfillmentLine[] = [];
  for (const [order_line_id, units] of unitsByLine(wanted)) {
    const known = lineOf(order, order_line_id);
    if (known === undefined) return null;
    if (inStockLogic(known)) {
      named.push(fillFulfillmentLine({ order_line_id, variant_id: known.variant_id, units }));
    }
  }
  return named;
}

/** Cut what somebody says has left at what was ever ordered less what is out already (I4). */
export function splitByEntitlement(order: Order, wanted: readonly FulfillmentLine[]): Split {
  return splitAt(wanted, (line) => entitledUnits(line) - line.out_units, order);
}

/** Cut what somebody wants to promise at what is neither promised nor out (A11). */
export function splitByRemaining(order: Order, wanted: readonly FulfillmentLine[]): Split {
  return splitAt(wanted, remainingUnits, order);
}

function splitAt(
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
export function shipPosting(act: Recorded, shipment: Fulfillment): Posting {
  const legs = shipment.lines.flatMap(({ order_line_id, variant_id, units }) => [
    { account: SELLABLE, variant_id, units: -units },
    { account: outAccount(order_line_id), variant_id, units },
  ]);
  return {
    id: entryId(act),
    branch_id: shipment.branch_id,
    legs,
    order_id: shipment.order_id,
    fulfillment_id: shipment.id,
  };
}

/** The exact reversal of the movement that took the shipment's lines out. */
export function unshipPosting(act: Recorded, shipment: Fulfillment): Posting {
  const out = shipPosting(act, shipment);
  return { ...out, legs: out.legs.map((leg) => ({ ...leg, units: -leg.units })) };
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
  return derived({ ...order, lines, shipments, rev: order.rev + 1 });
}

type Counts = Pick<
  OrderLine,
  | 'pending_units'
  | 'packed_units'
  | 'out_units'
  | 'delivered_units'
  | 'shipped_units'
  | 'given_back_units'
>;

function recounted(line: OrderLine, before: Fulfillment | null, after: Fulfillment): OrderLine {
  const now = countsOf(after, line.id);
  const was = before === null ? null : countsOf(before, line.id);
  const moved = Object.entries(now).map(([field, units]) => {
    const name = field as keyof Counts;
    return [name, line[name] + units - (was?.[name] ?? 0)];
  });
  return { ...line, ...(Object.fromEntries(moved) as Counts) };
}

/** What a shipment counts for a line. */
function countsOf(shipment: Fulfillment, lineId: OrderLineId): Counts {
  const mine = shipment.lines.filter((line) => line.order_line_id === lineId);
  const sum = (unitsOf: (line: FulfillmentLine) => number) =>
    mine.reduce((total, line) => total + unitsOf(line), 0);
  const { state } = shipment;
  const units = sum((line) => line.units);
  const gone = isOut(state) ? sum(goneUnits) : 0;
  // What is back, and was taken back in the store too, never left as far as the store is concerned.
  const takenBack = shipment.shopify_cancelled && !isOut(state);
  return {
    pending_units: reserves(shipment) ? units : 0,
    packed_units: state === 'packed' ? gone : 0,
    out_units: gone,
    delivered_units: state === 'delivered' ? gone : 0,
    shipped_units: NEVER_LEFT.includes(state) || takenBack ? 0 : units,
    given_back_units: sum((line) => line.given_back_units),
  };
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
    collect_paisa: shipment.collect_paisa,
    rider_id: shipment.rider_id,
    return_branch_id: openReturn(shipment)?.branch_id ?? null,
    attempted: shipment.attempts.length > 0,
  };
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
