/** The arithmetic of an order and its lines; twin of `sync_protocol/orders.py`. */

import type {
  ExchangeCase,
  Order,
  OrderLine,
  OrderLineId,
  Settlement,
  Shipment,
} from './generated.ts';

/** Gifts, tips, services and custom lines never touch stock (A26). */
export function inStockLogic(line: OrderLine): boolean {
  return line.ships && line.variant_id !== null;
}

/**
 * What may still go into a new fulfillment: current less pending less out, never below 0 (A11).
 *
 * What the customer gave back is not sent again, even while the store still lists it; what came back undelivered is.
 */
export function remainingUnits(line: OrderLine): number {
  if (!inStockLogic(line)) return 0;
  const takenOff = Math.max(0, line.ordered_units - line.current_units);
  const unwanted = Math.max(0, line.given_back_units - takenOff);
  return Math.max(0, line.current_units - line.pending_units - line.out_units - unwanted);
}

/** Units that Shopify says have left and no branch has given yet. */
export function needsBranchUnits(line: OrderLine): number {
  if (!inStockLogic(line)) return 0;
  return Math.max(0, line.shopify_fulfilled_units - line.shipped_units);
}

/** Units that are out although the order no longer has them: edited away, or to be returned. */
export function expectedBackUnits(line: OrderLine): number {
  const wanted = Math.max(0, line.current_units - line.shopify_return_units);
  return Math.max(0, line.out_units - wanted);
}

/** The most that can rightly be out: what was ever ordered on this line. */
export function entitledUnits(line: OrderLine): number {
  return Math.max(line.ordered_units, line.current_units);
}

/**
 * What the customer has yet to pay at the door, in paisa.
 *
 * The store does not know of cash taken at the door until the order is marked as paid there, so that the smaller of
 * its outstanding amount and our own reckoning counts. Nor does it know of an exchange fee.
 */
export function stillDuePaisa(order: Order): number {
  const open = openExchange(order);
  const feeDue = open === undefined ? 0 : Math.max(0, Math.min(open.fee_paisa, leftPaisa(open)));
  const fees = order.exchanges.reduce((sum, { fee_paisa }) => sum + fee_paisa, 0);
  const byHand = order.exchanges.reduce(
    (sum, { settlements }) => sum + paisaOf(settlements.filter((s) => !s.at_door)),
    0,
  );
  const reckoned = order.total_paisa + fees - order.prepaid_paisa - order.door_paisa - byHand;
  return Math.max(0, Math.min(order.outstanding_paisa + feeDue, reckoned));
}

/** What is still open of a case's difference and fee together: positive is the customer's to pay. */
export function leftPaisa(one: ExchangeCase): number {
  return one.delta_paisa + one.fee_paisa - paisaOf(one.settlements);
}

/** What changed hands in these settlements: positive was collected. */
function paisaOf(settlements: readonly Settlement[]): number {
  return settlements.reduce((sum, { paisa }) => sum + paisa, 0);
}

export function lineOf(order: Order, lineId: OrderLineId): OrderLine | undefined {
  return order.lines.find((line) => line.id === lineId);
}

/** Shipments that were neither cancelled nor voided. */
export function liveShipments(order: Order): readonly Shipment[] {
  return order.shipments.filter(({ state }) => state !== 'cancelled' && state !== 'voided');
}

/** The case that is not closed, if there is one; an order has at most one. */
export function openExchange(order: Order): ExchangeCase | undefined {
  return order.exchanges.find((one) => one.closed_at === null);
}

/** The order with the case in the place of its earlier self. */
export function withCase(order: Order, changed: ExchangeCase): Order {
  const exchanges = order.exchanges.map((one) => (one.id === changed.id ? changed : one));
  return { ...order, exchanges };
}
