/** The one door to every decision that a phone predicts; twin of `sync_protocol/decide/deciding.py`. */

import type { BranchId, Discrepancy } from '../generated.ts';
import { posted } from '../postings.ts';
import { isClaim, type PredictedBody, type ReadOp } from '../read-op.ts';
import { mayRecord } from '../rights.ts';
import { decision, type Book, type Decision, type Recorded } from './book.ts';
import { confirm } from './confirming.ts';
import { createFulfillment } from './creating.ts';
import { pack, unpack } from './packing.ts';
import { manualFulfillment } from './recording.ts';
import { deliver, dispatch } from './sending.ts';
import { closed, parked, refused } from './shipping.ts';

/**
 * Decide one op against the book. The book is not changed; `Book.apply` does that.
 *
 * Kinds that a phone knows but does not predict lay nothing over its rows: the server's rows will show what they did.
 */
export function decide(book: Book, act: Recorded): Decision {
  const { understood } = act.read;
  if (understood === null) return notUnderstood(act.read);
  if (!mayRecord(act.staff, understood.kind, branchOf(book, understood))) {
    return parked('authority', `${act.staff.role} may not ${understood.kind} here`);
  }
  return withSettledOversells(book, act, decideBody(book, act, understood));
}

function notUnderstood(read: ReadOp): Decision {
  if (read.problem === null) return decision('applied');
  if (read.problem === 'invalid' && isClaim(read.op.kind)) return refused('invalid');
  return parked(read.problem);
}

/** The branch at which an op acts, or null where it names none (or a shipment that is not known). */
export function branchOf(book: Book, act: PredictedBody): BranchId | null {
  if (act.kind === 'confirm') return null;
  if ('branch_id' in act.body) return act.body.branch_id;
  return book.fulfillments.get(act.body.fulfillment_id)?.branch_id ?? null;
}

function decideBody(book: Book, act: Recorded, op: PredictedBody): Decision {
  switch (op.kind) {
    case 'confirm':
      return confirm(book, act, op.body);
    case 'create_fulfillment':
      return createFulfillment(book, act, op.body);
    case 'pack':
      return pack(book, act, op.body);
    case 'unpack':
      return unpack(book, act, op.body);
    case 'dispatch':
      return dispatch(book, act, op.body);
    case 'deliver':
      return deliver(book, act, op.body);
    case 'manual_fulfillment':
      return manualFulfillment(book, act, op.body);
  }
}

/** Close oversells whose branch is back at zero or above: the books agree with the shelf again. */
function withSettledOversells(book: Book, act: Recorded, decided: Decision): Decision {
  const settled: Discrepancy[] = [];
  for (const found of book.open.values()) {
    if (found.code !== 'oversell' || found.branch_id === null || found.variant_id === null) {
      continue;
    }
    const held = book.stockOf(found.branch_id, found.variant_id);
    const after = decided.postings.reduce(posted, held);
    if (after.sellable !== held.sellable && after.sellable >= 0) settled.push(closed(found, act));
  }
  if (settled.length === 0) return decided;
  return { ...decided, discrepancies: [...decided.discrepancies, ...settled] };
}
