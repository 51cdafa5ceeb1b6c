/**
 * An op with its body understood, or the code that says why not; twin of `read_op` in `sync_protocol/ops.py` for the
 * kinds that a phone records.
 */

import {
  fillAttemptFailed,
  fillCallAttempt,
  fillCancelFulfillment,
  fillConfirm,
  fillCreateFulfillment,
  fillDeliver,
  fillDispatch,
  fillManualFulfillment,
  fillPack,
  fillUnpack,
  AttemptOutcome,
  CallOutcome,
  Channel,
  Checked,
  LIMITS,
  OP_CLASS,
  type AttemptFailed,
  type CallAttempt,
  type CancelFulfillment,
  type Code,
  type Confirm,
  type CreateFulfillment,
  type Deliver,
  type Dispatch,
  type ManualFulfillment,
  type Op,
  type OpKind,
  type Pack,
  type Unpack,
} from './generated.ts';

/** The kinds whose effect a phone lays over its rows before the server has answered. */
export type PredictedBody =
  | { readonly kind: 'confirm'; readonly body: Confirm }
  | { readonly kind: 'call_attempt'; readonly body: CallAttempt }
  | { readonly kind: 'create_fulfillment'; readonly body: CreateFulfillment }
  | { readonly kind: 'cancel_fulfillment'; readonly body: CancelFulfillment }
  | { readonly kind: 'pack'; readonly body: Pack }
  | { readonly kind: 'unpack'; readonly body: Unpack }
  | { readonly kind: 'dispatch'; readonly body: Dispatch }
  | { readonly kind: 'attempt_failed'; readonly body: AttemptFailed }
  | { readonly kind: 'deliver'; readonly body: Deliver }
  | { readonly kind: 'manual_fulfillment'; readonly body: ManualFulfillment };

export type PredictedKind = PredictedBody['kind'];

/** `understood` is null where the kind or the body is not; `problem` then says which. */
export interface ReadOp {
  readonly op: Op;
  readonly understood: PredictedBody | null;
  readonly problem: Code | null;
}

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text =
  (max: number, min = 0): Check =>
  (value) =>
    typeof value === 'string' &&
    !value.includes('\0') &&
    within(Array.from(value).length, min, max);
const integer =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && within(value, min, max);
const oneOf =
  (members: readonly string[]): Check =>
  (value) =>
    members.includes(value as string);
/** For a field with a default that is not null: left out, or right. */
const ifThere =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const list =
  (min: number, max: number, check: Check): Check =>
  (value) =>
    Array.isArray(value) && within(value.length, min, max) && value.every(check);

const ID = text(LIMITS.ID_MAX, 1);
const NOTE = optional(text(LIMITS.TEXT_MAX));
const NAME = text(200, 1);
const MOMENT = optional(integer(0, LIMITS.INTEGER_MAX));
const TRACKING = optional(text(100, 1));
const MONEY = optional(integer(0, LIMITS.MONEY_PAISA_MAX));
const LINE: Shape = { order_line_id: ID, units: integer(1, LIMITS.UNITS_MAX) };
const aLine: Check = (value) => fits(value, LINE);
const LINES = list(1, LIMITS.LINES_MAX, aLine);
const SOME_LINES = ifThere(list(0, LIMITS.LINES_MAX, aLine));
const CHANNEL = ifThere(oneOf(Channel));
const CHECKED = ifThere(list(0, Checked.length, oneOf(Checked)));
const SHIPMENT: Shape = { fulfillment_id: ID, order_id: ID, branch_id: ID, lines: LINES };

const SHAPES: Readonly<Record<PredictedKind, Shape>> = {
  confirm: { order_id: ID, channel: CHANNEL, checked: CHECKED, expected: NOTE, note: NOTE },
  call_attempt: {
    order_id: ID,
    channel: CHANNEL,
    outcome: oneOf(CallOutcome),
    next_at: MOMENT,
    note: NOTE,
  },
  create_fulfillment: { ...SHIPMENT, override_reason: NOTE },
  cancel_fulfillment: { fulfillment_id: ID, reason: NOTE },
  pack: { fulfillment_id: ID, lines: SOME_LINES },
  unpack: { fulfillment_id: ID, reason: NOTE },
  dispatch: {
    fulfillment_id: ID,
    courier: NAME,
    tracking_number: TRACKING,
    tracking_url: NOTE,
    no_tracking_reason: NOTE,
    notify_customer: ifThere((value) => typeof value === 'boolean'),
    collect_paisa: MONEY,
  },
  attempt_failed: {
    fulfillment_id: ID,
    outcome: oneOf(AttemptOutcome),
    next_at: MOMENT,
    note: NOTE,
  },
  deliver: {
    fulfillment_id: ID,
    cash_paisa: MONEY,
    lines: SOME_LINES,
    received_by: optional(NAME),
    note: NOTE,
  },
  manual_fulfillment: {
    ...SHIPMENT,
    courier: optional(NAME),
    tracking_number: TRACKING,
    note: NOTE,
  },
};

const FILL: Readonly<Record<PredictedKind, (raw: unknown) => PredictedBody['body']>> = {
  confirm: fillConfirm,
  call_attempt: fillCallAttempt,
  create_fulfillment: fillCreateFulfillment,
  cancel_fulfillment: fillCancelFulfillment,
  pack: fillPack,
  unpack: fillUnpack,
  dispatch: fillDispatch,
  attempt_failed: fillAttemptFailed,
  deliver: fillDeliver,
  manual_fulfillment: fillManualFulfillment,
};

export function readOp(op: Op): ReadOp {
  if (!(op.kind in OP_CLASS) || op.v > 1) {
    return { op, understood: null, problem: 'unknown_kind' };
  }
  if (!isPredicted(op.kind)) return { op, understood: null, problem: null };
  if (!fits(op.body, SHAPES[op.kind])) return { op, understood: null, problem: 'invalid' };
  const understood = { kind: op.kind, body: FILL[op.kind](op.body) } as PredictedBody;
  return { op, understood, problem: null };
}

export function isPredicted(kind: string): kind is PredictedKind {
  return kind in SHAPES;
}

/** Whether a claim, which can lose, or a fact, which cannot; unknown kinds are neither. */
export function isClaim(kind: string): boolean {
  return kind in OP_CLASS && OP_CLASS[kind as OpKind] === 'claim';
}

/** A thing that a body names: what it is, and its id. */
export type Reference = readonly [noun: 'order' | 'fulfillment' | 'run' | 'transfer', id: string];

/** The entities that a body names, by the names of its fields alone. */
export function references(body: unknown): readonly Reference[] {
  if (typeof body !== 'object' || body === null) return [];
  const fields = body as Record<string, unknown>;
  const nouns = ['order', 'fulfillment', 'run', 'transfer'] as const;
  return nouns.flatMap((noun) => {
    const id = fields[`${noun}_id`];
    return typeof id === 'string' ? [[noun, id] as const] : [];
  });
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([field, check]) => check(fields[field]));
}
