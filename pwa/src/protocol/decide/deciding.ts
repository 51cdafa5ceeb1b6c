/** The one door to every decision that a phone predicts; twin of `sync_protocol/decide/deciding.py`. */

import { isSettledCase } from '../exchange-tracks.ts';
import type {
  BranchId,
  Discrepancy,
  Fulfillment,
  Order,
  OrderId,
  Policy,
  StaffId,
} from '../generated.ts';
import { openExchange, withCase } from '../order-lines.ts';
import { posted } from '../postings.ts';
import { isClaim, type PredictedBody, type ReadOp } from '../read-op.ts';
import { mayRecord, switchedOff } from '../rights.ts';
import { derived, needsBranch } from '../statuses.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { callAttempt, confirm } from './confirming.ts';
import { cancelFulfillment, createFulfillment } from './creating.ts';
import { closed, withConflicts } from './flags.ts';
import { pack, unpack } from './packing.ts';
import { manualFulfillment } from './recording.ts';
import { deliver, dispatch } from './sending.ts';
import { parked, refused } from './shipping.ts';
import { attemptFailed } from './tracking.ts';

/**
 * Decide one op against the book. The book is not changed; `Book.apply` does that.
 *
 * Kinds that a phone knows but does not predict lay nothing over its rows: the server's rows will show what they did.
 */
export function decide(book: Book, act: Recorded): Decision {
  const { understood } = act.read;
  if (understood === null) return notUnderstood(act.read);
  const { kind } = understood;
  const allowed = mayRecord(act.staff, kind, branchOf(book, understood), riderOf(book, understood));
  if (!allowed || switchedOff(book.policy, act.staff, kind)) {
    return parked('authority', `${act.staff.role} may not ${kind} here`);
  }
  const decided = decideBody(book, act, understood);
  return withOrdersInStep(book, act, withSettledOversells(book, act, decided));
}

function notUnderstood(read: ReadOp): Decision {
  if (read.problem === null) return decision('applied');
  if (read.problem === 'invalid' && isClaim(read.op.kind)) return refused('invalid');
  return parked(read.problem);
}

/** The branch at which an op acts, or null where it names none (or a shipment that is not known). */
function branchOf(book: Book, { body }: PredictedBody): BranchId | null {
  if ('branch_id' in body) return body.branch_id;
  return shipmentOf(book, body)?.branch_id ?? null;
}

/** Who has the parcel that an op is about, if a rider has it. */
function riderOf(book: Book, { body }: PredictedBody): StaffId | null {
  const shipment = shipmentOf(book, body);
  if (shipment === undefined) return null;
  if (shipment.rider_id !== null || shipment.run_id === null) return shipment.rider_id;
  // The run's books are closed; what its rider did before that, and tells late, is still that rider's to tell.
  return book.runs.get(shipment.run_id)?.rider_id ?? null;
}

function shipmentOf(book: Book, body: PredictedBody['body']): Fulfillment | undefined {
  return 'fulfillment_id' in body ? book.fulfillments.get(body.fulfillment_id) : undefined;
}

function decideBody(book: Book, act: Recorded, op: PredictedBody): Decision {
  switch (op.kind) {
    case 'confirm':
      return confirm(book, act, op.body);
    case 'call_attempt':
      return callAttempt(book, act, op.body);
    case 'create_fulfillment':
      return createFulfillment(book, act, op.body);
    case 'cancel_fulfillment':
      return cancelFulfillment(book, act, op.body);
    case 'pack':
      return pack(book, act, op.body);
    case 'unpack':
      return unpack(book, act, op.body);
    case 'dispatch':
      return dispatch(book, act, op.body);
    case 'attempt_failed':
      return attemptFailed(book, act, op.body);
    case 'deliver':
      return deliver(book, act, op.body);
    case 'manual_fulfillment':
      return manualFulfillment(book, act, op.body);
  }
}

/** Close oversells whose branch is back at zero or above: the books agree with the shelf again. */
function withSettledOversells(book: Book, act: Recorded, decided: Decision): Decision {
  const told = new Set(decided.discrepancies.map((found) => found.id));
  const settled: Discrepancy[] = [];
  for (const found of book.open.values()) {
    if (found.code !== 'oversell' || found.branch_id === null || found.variant_id === null) {
      continue;
    }
    const held = book.stockOf(found.branch_id, found.variant_id);
    const { sellable } = decided.postings.reduce(posted, held);
    if (sellable !== held.sellable && sellable >= 0 && !told.has(found.id)) {
      settled.push(closed(found, act));
    }
  }
  if (settled.length === 0) return decided;
  return { ...decided, discrepancies: [...decided.discrepancies, ...settled] };
}

/** Every order that the decision touches, or whose doubts it opens or closes, in step with itself. */
function withOrdersInStep(book: Book, act: Recorded, decided: Decision): Decision {
  const touched = new Map<OrderId, Order>(decided.orders.map((order) => [order.id, order]));
  for (const { order_id } of decided.discrepancies) {
    const known = order_id === null ? undefined : book.orders.get(order_id);
    if (known !== undefined && !touched.has(known.id)) touched.set(known.id, known);
  }
  const orders: Order[] = [];
  for (const order of touched.values()) {
    const before = book.orders.get(order.id);
    const after = inStep(book, act, order, decided.discrepancies);
    if (before === undefined || after.rev > before.rev) orders.push(after);
    // Fields keep their places when one is replaced, so that equal orders are equal texts.
    else if (JSON.stringify(after) !== JSON.stringify(before)) {
      orders.push({ ...after, rev: after.rev + 1 });
    }
  }
  return { ...decided, orders };
}

function inStep(
  book: Book,
  act: Recorded,
  touched: Order,
  discrepancies: readonly Discrepancy[],
): Order {
  const doubted = withConflicts(touched, discrepancies);
  const needs_branch_since = needsBranch(doubted) ? (doubted.needs_branch_since ?? act.now) : null;
  const sync_overdue = needs_branch_since !== null && doubted.sync_overdue;
  const order = closedCases(derived({ ...doubted, needs_branch_since, sync_overdue }), act);
  return { ...order, wake_at: wakesAt(book.policy, order, act.now) };
}

/** The order with its case closed when its three tracks have ended; its agreements are history then. */
function closedCases(order: Order, act: Recorded): Order {
  const open = openExchange(order);
  if (open === undefined || !(open.kind === 'cancelled' || isSettledCase(open))) return order;
  const ended = withCase(order, { ...open, closed_at: act.now });
  const told = new Set([...order.settled_agreements, ...open.agreements]);
  return derived({ ...ended, settled_agreements: [...told] });
}

/** When time alone will next change the order (epoch ms), if it will. */
function wakesAt(policy: Policy, order: Order, now: number): number | null {
  const { next_at } = order.confirmation;
  const moments: number[] = [];
  if (next_at !== null && !order.callback_due) moments.push(next_at);
  if (order.needs_branch_since !== null && !order.sync_overdue) {
    moments.push(order.needs_branch_since + policy.sync_fix_after_h * 3_600_000);
  }
  const ahead = moments.filter((at) => at > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}
