/**
 * The phone's sync loop as a table without I/O; twin of `sync_protocol/client_session.py`.
 *
 * The driver feeds events in and carries the actions out, in order. Every request that is not answered in time must
 * come back as `failed`, so that no phase waits for ever.
 */

import {
  fillAction,
  LIMITS,
  type Action,
  type ActionKind,
  type Event,
  type EventKind,
  type Phase,
  type Phone,
} from './generated.ts';

export interface Stepped {
  readonly phone: Phone;
  readonly actions: readonly Action[];
}

const IN_FLIGHT: readonly Phase[] = ['greeting', 'pushing', 'pulling', 'offering'];

const ANSWERS: Readonly<Partial<Record<Phase, EventKind>>> = {
  greeting: 'hello_ok',
  pushing: 'push_ok',
  pulling: 'pull_ok',
  offering: 'offer_ok',
};

export function inFlight(phone: Phone): boolean {
  return IN_FLIGHT.includes(phone.phase);
}

/** The phone after `event`, and what to do now, in order. */
export function step(phone: Phone, event: Event): Stepped {
  if (phone.phase === 'stopped' && event.kind !== 'started') return { phone, actions: [] };
  switch (event.kind) {
    case 'started':
      return next({ ...phone, phase: 'idle', attempt: 0, greeted: false, unsent: event.unsent });
    case 'recorded':
      return recorded({ ...phone, unsent: true });
    case 'woken':
      return woken(phone, event);
    case 'timer':
      return inFlight(phone) ? { phone, actions: [] } : next(phone);
    case 'hello_ok':
    case 'push_ok':
    case 'pull_ok':
    case 'offer_ok':
      return answered(phone, event);
    case 'problem':
      return troubled(phone, event);
    case 'failed':
      return failed(phone, event);
  }
}

/** Start the most urgent request: greet, then recover, then push, then pull. */
function next(before: Phone): Stepped {
  const phone = { ...before, again: false };
  if (phone.leaving) return leave(phone);
  if (!phone.greeted) return request(phone, 'greeting', 'hello');
  if (phone.must_offer) return request(phone, 'offering', 'offer');
  if (phone.unsent) return request(phone, 'pushing', 'push');
  if (phone.recovering) {
    return first(fillAction({ kind: 'adopt_epoch' }), next({ ...phone, recovering: false }));
  }
  return request(phone, 'pulling', 'pull');
}

/** Hand over what is left into quarantine; nothing is pulled any more. Then wipe, and rest for good. */
function leave(phone: Phone): Stepped {
  if (phone.must_offer) return request(phone, 'offering', 'offer');
  if (phone.unsent) return request(phone, 'pushing', 'push');
  return { phone: { ...phone, phase: 'stopped' }, actions: [fillAction({ kind: 'wipe' })] };
}

function request(phone: Phone, phase: Phase, kind: ActionKind): Stepped {
  return { phone: { ...phone, phase }, actions: [fillAction({ kind })] };
}

function first(action: Action, rest: Stepped): Stepped {
  return { phone: rest.phone, actions: [action, ...rest.actions] };
}

function recorded(phone: Phone): Stepped {
  if (inFlight(phone)) return { phone: { ...phone, again: true }, actions: [] };
  // While waiting the timer is armed already; hammering a dead network drains the battery.
  if (phone.phase === 'waiting') return { phone, actions: [] };
  return next(phone);
}

function woken(before: Phone, event: Event): Stepped {
  const phone = { ...before, greeted: before.greeted && !event.away };
  if (inFlight(phone)) return { phone: { ...phone, again: true }, actions: [] };
  return next({ ...phone, attempt: 0 });
}

function answered(before: Phone, event: Event): Stepped {
  // A late answer to a request already given up changes nothing.
  if (ANSWERS[before.phase] !== event.kind) return { phone: before, actions: [] };
  const leaving = before.leaving || event.revoked;
  const phone = { ...before, attempt: 0, unsent: event.unsent, leaving };
  if (event.kind === 'hello_ok') {
    const lost = event.epoch_changed || event.head_differs;
    return next({
      ...phone,
      greeted: true,
      must_offer: phone.must_offer || lost,
      recovering: phone.recovering || event.epoch_changed,
    });
  }
  if (event.kind === 'offer_ok') {
    return first(fillAction({ kind: 'renumber' }), next({ ...phone, must_offer: false }));
  }
  if (event.retry_after_ms > 0 && phone.unsent) {
    return waitExactly({ ...phone, phase: 'waiting', again: false }, event);
  }
  const on = phone.unsent || phone.again || phone.recovering || phone.leaving || event.more;
  if (on) return next(phone);
  const rest = fillAction({ kind: 'arm', ceiling_ms: LIMITS.POLL_MS });
  return { phone: { ...phone, phase: 'idle' }, actions: [rest] };
}

function troubled(phone: Phone, event: Event): Stepped {
  if (!inFlight(phone)) return { phone, actions: [] };
  switch (event.problem) {
    case 'revoked':
      // Not even into quarantine: nothing is wiped, a person has to look at this phone.
      if (phone.phase === 'pushing' || phone.phase === 'offering') {
        return { phone: { ...phone, phase: 'stopped' }, actions: [] };
      }
      // A restored server may lack what this phone still holds; nothing is wiped before that is handed over.
      return next({ ...phone, leaving: true, must_offer: phone.must_offer || event.epoch_changed });
    case 'epoch':
      return next({ ...phone, greeted: true, must_offer: true, recovering: true });
    case 'fork':
    case 'gap':
      return next({ ...phone, must_offer: true });
    case 'too_large':
      return first(fillAction({ kind: 'shrink_batch' }), failed(phone, event));
    default:
      return failed(phone, event);
  }
}

/** The server named the time: no jitter, and not a moment earlier. */
function waitExactly(phone: Phone, event: Event): Stepped {
  const exactly = { kind: 'arm', ceiling_ms: event.retry_after_ms, exactly: true };
  return { phone, actions: [fillAction(exactly)] };
}

function failed(phone: Phone, event: Event): Stepped {
  if (!inFlight(phone)) return { phone, actions: [] };
  const attempt = Math.min(phone.attempt + 1, 16);
  const waiting: Phone = { ...phone, phase: 'waiting', attempt, again: false };
  if (event.retry_after_ms > 0) return waitExactly(waiting, event);
  const ceiling_ms = Math.min(LIMITS.RETRY_CEILING_MS, LIMITS.RETRY_FIRST_MS * 2 ** phone.attempt);
  return { phone: waiting, actions: [fillAction({ kind: 'arm', ceiling_ms })] };
}
