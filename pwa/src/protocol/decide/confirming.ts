/** Asking the customer: a yes, and the tries before it; twin of `sync_protocol/decide/confirming.py`. */

import {
  fillConfirm,
  fillConfirmation,
  type Attempt,
  type CallAttempt,
  type CallOutcome,
  type Confirm,
  type Confirmation,
  type ConfirmationState,
  type Discrepancy,
  type Order,
} from '../generated.ts';
import { derived } from '../statuses.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { closings, discrepancy } from './flags.ts';
import { parked, refused } from './shipping.ts';

/** Tries that travel with the order; the op log has all of them. */
const ATTEMPTS_KEPT = 20;

/** Record a confirmation; a second one changes nothing and names the first. */
export function confirm(book: Book, act: Recorded, body: Confirm): Decision {
  const order = book.orders.get(body.order_id);
  if (order === undefined) return parked('unknown_reference', `order ${body.order_id}`);
  if (order.cancelled_at !== null) return refused('order_cancelled');
  const { state, by, at } = order.confirmation;
  if (state === 'confirmed') return decision('noop', { code: 'already_done', by, at });
  if (state === 'cancelled_by_customer' && !body.note) {
    return { ...refused('needs_reason'), by, at };
  }
  const { channel, note, checked, expected } = body;
  const said = { by: act.staff.id, at: act.read.op.at, channel, note };
  const confirmation = fillConfirmation({
    state: 'confirmed',
    ...said,
    checked,
    expected,
    attempts: kept(order.confirmation, { ...said, outcome: 'confirmed', next_at: null }),
  });
  return decision('applied', {
    orders: [asked(order, confirmation)],
    discrepancies: closings(book, act, ['customer_cancelled'], { order_id: order.id }),
  });
}

function kept(before: Confirmation, attempt: Attempt): readonly Attempt[] {
  return [...before.attempts, attempt].slice(-ATTEMPTS_KEPT);
}

function asked(order: Order, confirmation: Confirmation): Order {
  return derived({ ...order, confirmation, callback_due: false, rev: order.rev + 1 });
}

const AFTER: Readonly<Record<CallOutcome, ConfirmationState>> = {
  no_answer: 'no_answer',
  busy: 'no_answer',
  callback: 'callback',
  wrong_number: 'wrong_number',
  change_requested: 'change_requested',
  cancelled: 'cancelled_by_customer',
  confirmed: 'confirmed',
};

/** What the customer said stays said when the next call is not answered. */
const STANDS: readonly ConfirmationState[] = ['confirmed', 'not_required', 'cancelled_by_customer'];
const OVERRULES_A_YES: readonly CallOutcome[] = ['change_requested', 'cancelled'];

/** Log a try to reach the customer. Two tries are two tries; only a no or a wish undoes a yes. */
export function callAttempt(book: Book, act: Recorded, body: CallAttempt): Decision {
  const order = book.orders.get(body.order_id);
  if (order === undefined) return parked('unknown_reference', `order ${body.order_id}`);
  const { channel, outcome, next_at, note } = body;
  if (outcome === 'confirmed') {
    return confirm(book, act, fillConfirm({ order_id: order.id, channel, note }));
  }
  const before = order.confirmation;
  const said = { by: act.staff.id, at: act.read.op.at, channel, note, next_at };
  const unheard = outcome === 'no_answer' || outcome === 'busy';
  const unanswered = unheard ? before.unanswered + 1 : 0;
  const counts = !STANDS.includes(before.state) || OVERRULES_A_YES.includes(outcome);
  const unreachable = unheard && unanswered >= book.policy.unreachable_after;
  const after: Confirmation = {
    ...before,
    ...(counts ? { ...said, state: unreachable ? 'unreachable' : AFTER[outcome] } : {}),
    unanswered,
    attempts: kept(before, { ...said, outcome }),
  };
  const flags = cancelledByCustomer(act, order, after);
  return decision(flags.length > 0 ? 'flagged' : 'applied', {
    code: flags[0]?.code ?? null,
    orders: [asked(order, after)],
    discrepancies: flags,
  });
}

/** A customer's no is a task for whoever may cancel in Shopify; no phone cancels there by itself (§2.3). */
function cancelledByCustomer(act: Recorded, order: Order, after: Confirmation): Discrepancy[] {
  const no = 'cancelled_by_customer';
  if (after.state !== no || order.confirmation.state === no || order.cancelled_at !== null) {
    return [];
  }
  return [discrepancy(act, 'customer_cancelled', { order_id: order.id, detail: after.note })];
}
