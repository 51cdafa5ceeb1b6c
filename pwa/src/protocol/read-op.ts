/**
 * An op with its body understood, or the code that says why not; twin of `read_op` in `sync_protocol/ops.py` for the
 * kinds that a phone records.
 */

import {
  fillConfirm,
  fillCreateFulfillment,
  fillDeliver,
  fillDispatch,
  fillManualFulfillment,
  fillPack,
  fillUnpack,
  Channel,
  LIMITS,
  OP_CLASS,
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
  | { readonly kind: 'create_fulfillment'; readonly body: CreateFulfillment }
  | { readonly kind: 'pack'; readonly body: Pack }
  | { readonly kind: 'unpack'; readonly body: Unpack }
  | { readonly kind: 'dispatch'; readonly body: Dispatch }
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
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || value === null || check(value);
const lines =
  (min: number): Check =>
  (value) =>
    Array.isArray(value) &&
    within(value.length, min, LIMITS.LINES_MAX) &&
    value.every((line) => fits(line, LINE));

const ID = text(Number.MAX_SAFE_INTEGER);
const NOTE = optional(text(LIMITS.TEXT_MAX));
const NAME = text(200, 1);
const TRACKING = optional(text(100, 1));
const MONEY = optional(integer(0, LIMITS.MONEY_PAISA_MAX));
const YES_NO: Check = (value) => value === undefined || typeof value === 'boolean';
const LINE: Shape = { order_line_id: ID, units: integer(1, LIMITS.UNITS_MAX) };
const CHANNEL: Check = (value) => value === undefined || Channel.includes(value as Channel);
const SHIPMENT: Shape = { fulfillment_id: ID, order_id: ID, branch_id: ID, lines: lines(1) };

const SHAPES: Readonly<Record<PredictedKind, Shape>> = {
  confirm: { order_id: ID, channel: CHANNEL, note: NOTE },
  create_fulfillment: { ...SHIPMENT, override_reason: NOTE },
  pack: { fulfillment_id: ID, lines: (value) => value === undefined || lines(0)(value) },
  unpack: { fulfillment_id: ID, reason: NOTE },
  dispatch: {
    fulfillment_id: ID,
    courier: NAME,
    tracking_number: TRACKING,
    tracking_url: NOTE,
    no_tracking_reason: NOTE,
    notify_customer: YES_NO,
    collect_paisa: MONEY,
  },
  deliver: { fulfillment_id: ID, cash_paisa: MONEY, note: NOTE },
  manual_fulfillment: {
    ...SHIPMENT,
    courier: optional(NAME),
    tracking_number: TRACKING,
    note: NOTE,
  },
};

const FILL: Readonly<Record<PredictedKind, (raw: unknown) => PredictedBody['body']>> = {
  confirm: fillConfirm,
  create_fulfillment: fillCreateFulfillment,
  pack: fillPack,
  unpack: fillUnpack,
  dispatch: fillDispatch,
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

/** The entities that a body names, by the names of its fields alone. */
export function references(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const fields = body as Record<string, unknown>;
  const found: string[] = [];
  if (typeof fields.order_id === 'string') found.push(`order/${fields.order_id}`);
  if (typeof fields.fulfillment_id === 'string') {
    found.push(`fulfillment/${fields.fulfillment_id}`);
  }
  return found;
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

function fits(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Record<string, unknown>;
  return Object.entries(shape).every(([field, check]) => check(fields[field]));
}
