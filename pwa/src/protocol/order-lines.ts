/** The arithmetic of order lines and the headline of an order; twin of `sync_protocol/orders.py`. */

import {
  GOODS_OUT,
  type Fulfillment,
  type FulfillmentState,
  type Order,
  type OrderLine,
  type OrderLineId,
  type Shipment,
  type SmartStatus,
} from './generated.ts';

/** Gifts, tips, services and custom lines never touch stock (A26). */
export function inStockLogic(line: OrderLine): boolean {
  return line.ships && line.variant_id !== null;
}

/** What may still go into a new fulfillment: current less pending less out, never below 0 (A11). */
export function remainingUnits(line: OrderLine): number {
  if (!inStockLogic(line)) return 0;
  return Math.max(0, line.current_units - line.pending_units - line.out_units);
}

/** Units that Shopify says have left and no branch has given yet. */
export function needsBranchUnits(line: OrderLine): number {
  if (!inStockLogic(line)) return 0;
  return Math.max(0, line.shopify_fulfilled_units - line.shipped_units);
}

/** The most that can rightly be out: what was ever ordered on this line. */
export function entitledUnits(line: OrderLine): number {
  return Math.max(line.ordered_units, line.current_units);
}

export function lineOf(order: Order, lineId: OrderLineId): OrderLine | undefined {
  return order.lines.find((line) => line.id === lineId);
}

export function liveShipments(order: Order): readonly Shipment[] {
  return order.shipments.filter((shipment) => shipment.state !== 'cancelled');
}

/** Whether the lines of a shipment in that state are out of the branch's stock (I6). */
export function isOut(state: FulfillmentState): boolean {
  return GOODS_OUT.includes(state);
}

/** Whether a shipment's lines are promised but still on the shelf. */
export function reserves(shipment: Fulfillment): boolean {
  return shipment.state === 'pending';
}

/** The first condition that holds, in the order of product.md §2.4. */
export function smartStatus(order: Order): SmartStatus {
  const states = new Set(liveShipments(order).map((shipment) => shipment.state));
  if (order.cancelled_at !== null) {
    return order.lines.some((line) => line.out_units > 0) ? 'cancelled_goods_out' : 'cancelled';
  }
  if (order.lines.some((line) => needsBranchUnits(line) > 0)) return 'branch_sync';
  if (![...states].some(isOut)) {
    if (order.confirmation.state === 'pending') return 'to_confirm';
    if (order.confirmation.state === 'reconfirm') return 'reconfirm';
  }
  return shippingStatus(order, states);
}

function shippingStatus(order: Order, states: ReadonlySet<FulfillmentState>): SmartStatus {
  if (states.has('pending')) return 'pending';
  if (states.has('packed')) return 'packed';
  if (states.size === 0) return 'unfulfilled';
  if (order.lines.some((line) => remainingUnits(line) > 0)) return 'partial';
  if (states.has('dispatched')) return 'dispatched';
  if (states.size === 1 && states.has('delivered')) return 'delivered';
  return 'done';
}

/** The order with its headline derived anew; to be called after every change. */
export function withStatus(order: Order): Order {
  return { ...order, status: smartStatus(order) };
}
