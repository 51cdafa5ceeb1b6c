/**
 * Where an exchange stands: three tracks derived from the order's counters, each with one next step; twin of
 * `sync_protocol/exchange_tracks.py`.
 */

import {
  ReplacementTrack,
  type ExchangeCase,
  type ExchangeItem,
  type ExchangeStep,
  type GoodsTrack,
  type MoneyTrack,
  type Order,
  type OrderLine,
} from './generated.ts';
import {
  expectedBackUnits,
  inStockLogic,
  leftPaisa,
  lineOf,
  openExchange,
  withCase,
} from './order-lines.ts';

const GOODS_STEP: Readonly<Partial<Record<GoodsTrack, ExchangeStep>>> = {
  unpack_needed: 'unpack_original',
  return_expected: 'receive_original',
};
const REPLACEMENT_STEP: Readonly<Partial<Record<ReplacementTrack, ExchangeStep>>> = {
  to_fulfill: 'create_replacement',
  pending: 'pack_replacement',
  packed: 'dispatch_replacement',
  dispatched: 'deliver_replacement',
};
const MONEY_STEP: Readonly<Partial<Record<MoneyTrack, ExchangeStep>>> = {
  collect: 'collect_difference',
  refund: 'refund_difference',
};

/** The order with its open case's tracks as they stand now. */
export function withTracks(order: Order): Order {
  const open = openExchange(order);
  return open === undefined ? order : withCase(order, tracked(order, open));
}

/** Whether all three tracks have come to their end, so that the case can close. */
export function isSettledCase({ kind, goods, replacement, money }: ExchangeCase): boolean {
  const isBack = goods === 'none_out' || goods === 'back';
  // An addition or a removal goes the order's own way: only goods to come back and money keep it open.
  if (kind !== 'exchange') return isBack && money !== 'collect' && money !== 'refund';
  const isSent = replacement === 'none' || replacement === 'delivered';
  return isBack && isSent && (money === 'even' || money === 'settled');
}

function tracked(order: Order, one: ExchangeCase): ExchangeCase {
  const goods = goodsOf(order, one);
  const replacement = replacementOf(order, one);
  const left = leftPaisa(one);
  const money = moneyOf(order, one, left);
  const steps = [goodsStep(order, goods), REPLACEMENT_STEP[replacement], MONEY_STEP[money]];
  return {
    ...one,
    goods,
    replacement,
    money,
    to_collect_paisa: Math.max(0, left),
    to_refund_paisa: Math.max(0, -left),
    next_steps: steps.filter((step) => step !== undefined),
  };
}

function goodsStep(order: Order, goods: GoodsTrack): ExchangeStep | undefined {
  const announced = order.shipments.some((shipment) => shipment.return_branch_id !== null);
  return goods === 'return_expected' && !announced ? 'expect_original' : GOODS_STEP[goods];
}

/** Only what is out can come back: nothing is returned that had not left (A8). */
function goodsOf(order: Order, one: ExchangeCase): GoodsTrack {
  const lines = linesOf(order, one.originals);
  const back = lines.filter((line) => expectedBackUnits(line) > 0);
  if (back.some((line) => line.packed_units > 0)) return 'unpack_needed';
  if (back.length > 0) return 'return_expected';
  return lines.some((line) => line.given_back_units > 0) ? 'back' : 'none_out';
}

/** The slowest of the replacements says where they stand; the enum lists them in that order, after `none`. */
function replacementOf(order: Order, one: ExchangeCase): ReplacementTrack {
  const tracks = linesOf(order, one.replacements).filter(inStockLogic).map(lineTrack);
  return ReplacementTrack.find((track) => tracks.includes(track)) ?? 'none';
}

function lineTrack(line: OrderLine): ReplacementTrack {
  const covered = line.pending_units + line.out_units + line.given_back_units;
  if (line.current_units > covered) return 'to_fulfill';
  if (line.pending_units > 0) return 'pending';
  if (line.packed_units > 0) return 'packed';
  return line.delivered_units < line.out_units ? 'dispatched' : 'delivered';
}

function moneyOf(order: Order, one: ExchangeCase, left: number): MoneyTrack {
  const nobodyPaid = one.settlements.length === 0;
  if (left === 0) return nobodyPaid ? 'even' : 'settled';
  if (order.cod && one.with_parcel && nobodyPaid) return 'with_parcel';
  return left > 0 ? 'collect' : 'refund';
}

function linesOf(order: Order, items: readonly ExchangeItem[]): OrderLine[] {
  return items
    .map((item) => lineOf(order, item.order_line_id))
    .filter((line) => line !== undefined);
}
