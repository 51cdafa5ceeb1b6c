/** Keeping a rider's run in step with what becomes of its parcels; twin of `sync_protocol/decide/stops.py`. */

import { isOut } from '../fulfillments.ts';
import type { Discrepancy, Fulfillment, RiderRun, RunStop, StopState } from '../generated.ts';
import type { Book, Recorded } from './book.ts';
import { about } from './flags.ts';

/** The run that has the shipment as one of its stops. */
function runOf(book: Book, shipment: Fulfillment): RiderRun | undefined {
  const run = shipment.run_id === null ? undefined : book.runs.get(shipment.run_id);
  return run?.stops.some((stop) => isOf(stop, shipment)) ? run : undefined;
}

/**
 * The run that has the shipment, with what became of its stop; no run whose books are open, nothing.
 *
 * A parcel may be handed over before anybody recorded that the rider left.
 */
export function withStop(
  book: Book,
  act: Recorded,
  shipment: Fulfillment,
  state: StopState,
  paisa = 0,
): RiderRun[] {
  const run = runOf(book, shipment);
  if (run === undefined || run.state === 'closed') return [];
  const gone = !isOut(shipment.state) || state === 'delivered';
  const stops = run.stops.map((stop) =>
    isOf(stop, shipment)
      ? {
          ...stop,
          state,
          // What was taken before stays taken, whatever becomes of the parcel.
          cash_paisa: stop.cash_paisa + paisa,
          checked_in: stop.checked_in || gone,
          at: act.read.op.at,
        }
      : stop,
  );
  return [withStops(run, stops)];
}

/** The run that had the shipment without it: it is not handed to that rider (any more). */
export function takenOut(book: Book, shipment: Fulfillment): RiderRun[] {
  const run = runOf(book, shipment);
  if (run === undefined || run.state === 'closed') return [];
  const seen = run.stops.map((stop) => (isOf(stop, shipment) ? seenAgain(stop) : stop));
  if (run.state === 'draft' || run.state === 'loaded') {
    // Where cash was taken the stop stays in the books.
    const rest = seen.filter((stop) => !isOf(stop, shipment) || stop.cash_paisa > 0);
    return [withStops(run, rest)];
  }
  const same = seen.every((stop, index) => stop === run.stops[index]);
  return same ? [] : [withStops(run, seen)];
}

/** A stop whose parcel was scanned at the branch; one that was never tried is for another day. */
function seenAgain(stop: RunStop): RunStop {
  if (stop.state === 'pending') return { ...stop, state: 'rescheduled', checked_in: true };
  return stop.checked_in ? stop : { ...stop, checked_in: true };
}

function isOf(stop: RunStop, shipment: Fulfillment): boolean {
  return stop.fulfillment_id === shipment.id;
}

/** The shipment as no rider's; the caller keeps its run in step. */
export function offTheRun(shipment: Fulfillment): Fulfillment {
  return { ...shipment, run_id: null, rider_id: null, stop: null };
}

/** The run with other stops; when they say that other cash was taken it has to be counted again. */
function withStops(run: RiderRun, stops: readonly RunStop[]): RiderRun {
  const expected_paisa = stops.reduce((sum, stop) => sum + stop.cash_paisa, 0);
  const recount = run.state === 'reconciled' && expected_paisa !== run.expected_paisa;
  return {
    ...run,
    stops,
    expected_paisa,
    state: recount ? 'back' : run.state,
    rev: run.rev + 1,
  };
}

/** Flag an outcome that comes when the run's books are closed. */
export function closedRunFlags(book: Book, act: Recorded, shipment: Fulfillment): Discrepancy[] {
  const run = runOf(book, shipment);
  if (run?.state !== 'closed') return [];
  return [about(act, shipment, 'run_closed', { run_id: run.id })];
}
