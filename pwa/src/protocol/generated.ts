// Written by `make generate` from sync_protocol. Do not edit.

export type ShopId = string & { readonly __brand: "ShopId" };

export type BranchId = string & { readonly __brand: "BranchId" };

export type StaffId = string & { readonly __brand: "StaffId" };

export type DeviceId = string & { readonly __brand: "DeviceId" };

export type OpId = string & { readonly __brand: "OpId" };

export type OrderId = string & { readonly __brand: "OrderId" };

export type OrderLineId = string & { readonly __brand: "OrderLineId" };

export type VariantId = string & { readonly __brand: "VariantId" };

export type FulfillmentId = string & { readonly __brand: "FulfillmentId" };

export type LedgerEntryId = string & { readonly __brand: "LedgerEntryId" };

export type DiscrepancyId = string & { readonly __brand: "DiscrepancyId" };

export type ReturnId = string & { readonly __brand: "ReturnId" };

export type ExchangeId = string & { readonly __brand: "ExchangeId" };

export type TransferId = string & { readonly __brand: "TransferId" };

export type RunId = string & { readonly __brand: "RunId" };

export type Epoch = string & { readonly __brand: "Epoch" };

export type Incarnation = string & { readonly __brand: "Incarnation" };

export type StreamName = string & { readonly __brand: "StreamName" };

export type RowKey = string & { readonly __brand: "RowKey" };

/** Why an op did not simply apply. Words for people live in the app's translations. */
export const Code = ["oversell", "double_pack", "packed_cancelled", "packed_superseded", "packed_after_refusal", "not_packed", "implied_pack", "implied_dispatch", "double_dispatch", "duplicate_tracking", "tracking_changed", "late_undo", "not_dispatched", "dispatched_cancelled", "delivered_cancelled", "deliver_vs_return", "not_out", "return_excess", "return_missing", "return_wrong_item", "parcel_lost", "possible_double_deduct", "not_fulfilled_in_shopify", "unfulfilled_in_shopify", "fix_stale", "cancelled_while_packed", "customer_cancelled", "shopify_failed", "count_ambiguous", "transfer_short", "transfer_excess", "in_another_run", "not_in_run", "run_closed", "cash_short", "cash_different", "settled_otherwise", "below_zero", "branch_inactive", "ledger_differs", "ledger_behind", "history_hole", "clock_doubtful", "already_done", "stale", "partly_taken", "linked", "nothing_left", "counted_before", "lines_taken", "not_confirmed", "order_cancelled", "branch_closed", "already_exists", "not_pending", "needs_reason", "run_not_open", "run_not_ready", "not_a_rider", "not_an_outcome", "exchange_closed", "invalid", "unknown_kind", "unknown_reference", "waits_for_parked", "authority", "revoked", "id_reuse", "unreadable", "failed", "dismissed"] as const;
export type Code = (typeof Code)[number];

/** What a person is for; rights follow from the role × op table (product.md A21). */
export const Role = ["owner", "supervisor", "operator", "branch", "recorder", "rider", "caller", "viewer", "shopify"] as const;
export type Role = (typeof Role)[number];

/** Which orders must be confirmed with the customer before a shipment is made (A18). */
export const ConfirmRequired = ["cod", "all", "none"] as const;
export type ConfirmRequired = (typeof ConfirmRequired)[number];

/** The three ways of working; they coexist on one order. */
export const Workflow = ["smart", "manual", "branch_sync"] as const;
export type Workflow = (typeof Workflow)[number];

/** Where a shipment stands. `recorded` is the only step of manual and Branch Sync: the goods went out already. */
export const FulfillmentState = ["pending", "packed", "dispatched", "delivered", "recorded", "returning", "returned", "lost", "cancelled", "voided"] as const;
export type FulfillmentState = (typeof FulfillmentState)[number];

/** What people do to a shipment. */
export const FulfillmentAction = ["pack", "unpack", "dispatch", "undo_dispatch", "attempt", "deliver", "initiate_return", "resume", "receive", "lose", "cancel", "void"] as const;
export type FulfillmentAction = (typeof FulfillmentAction)[number];

/** What Shopify knows of a shipment. Manual fulfillments stay `not_for_shopify` for ever (S36). */
export const ShopifyState = ["not_for_shopify", "not_yet", "queued", "unknown", "confirmed", "failed", "skipped"] as const;
export type ShopifyState = (typeof ShopifyState)[number];

/** Why goods come back: never delivered (return to origin), or given back by the customer. */
export const ReturnKind = ["rto", "customer", "exchange"] as const;
export type ReturnKind = (typeof ReturnKind)[number];

/** What became of one returned unit. Missing units were sent back and never came; a wrong item came instead. */
export const Disposition = ["sellable", "damaged", "quarantine", "missing", "wrong_item"] as const;
export type Disposition = (typeof Disposition)[number];

/** Why a parcel was not handed over. */
export const AttemptOutcome = ["not_home", "refused", "wrong_address", "rescheduled", "unreachable", "other"] as const;
export type AttemptOutcome = (typeof AttemptOutcome)[number];

/** What an edit amounts to. `cancelled`: it was undone, nothing is different any more. */
export const ChangeKind = ["exchange", "addition", "removal", "quantity", "cancelled"] as const;
export type ChangeKind = (typeof ChangeKind)[number];

/** The originals: never left, to be unpacked, expected back, or back. */
export const GoodsTrack = ["none_out", "unpack_needed", "return_expected", "back"] as const;
export type GoodsTrack = (typeof GoodsTrack)[number];

/** The replacements, as far as the slowest of them. */
export const ReplacementTrack = ["none", "to_fulfill", "pending", "packed", "dispatched", "delivered"] as const;
export type ReplacementTrack = (typeof ReplacementTrack)[number];

/** The difference. `with_parcel`: nothing was paid yet, so the parcel's amount to collect has it in it. */
export const MoneyTrack = ["even", "with_parcel", "collect", "refund", "settled"] as const;
export type MoneyTrack = (typeof MoneyTrack)[number];

/** What somebody must do next for a case; one per track at most. */
export const ExchangeStep = ["unpack_original", "expect_original", "receive_original", "create_replacement", "pack_replacement", "dispatch_replacement", "deliver_replacement", "collect_difference", "refund_difference"] as const;
export type ExchangeStep = (typeof ExchangeStep)[number];

/** How the original comes back (A8). */
export const ReturnVia = ["branch", "reverse_pickup", "courier_swap", "rider_swap"] as const;
export type ReturnVia = (typeof ReturnVia)[number];

/** How the difference was paid or given back. */
export const SettleMethod = ["cash", "bank", "wallet", "store_credit"] as const;
export type SettleMethod = (typeof SettleMethod)[number];

/** What the customer said. Folded from attempts and edits, never typed in. */
export const ConfirmationState = ["not_required", "pending", "confirmed", "no_answer", "unreachable", "callback", "wrong_number", "change_requested", "cancelled_by_customer", "reconfirm"] as const;
export type ConfirmationState = (typeof ConfirmationState)[number];

/** How an attempt to reach the customer ended, short of a yes. */
export const CallOutcome = ["no_answer", "busy", "callback", "wrong_number", "change_requested", "cancelled", "confirmed"] as const;
export type CallOutcome = (typeof CallOutcome)[number];

/** What was gone through with the customer (S08). */
export const Checked = ["items", "size", "amount", "address", "delivery_time"] as const;
export type Checked = (typeof Checked)[number];

/** How the customer was asked. */
export const Channel = ["call", "whatsapp", "sms", "in_person"] as const;
export type Channel = (typeof Channel)[number];

/** The headline of an order: the first that is true, in this order (product.md §2.4). */
export const SmartStatus = ["conflict", "cancelled_goods_out", "cancelled", "exchange", "branch_sync", "fix_branch_stock", "returning", "cancelled_by_customer", "change_requested", "wrong_number", "callback", "unreachable", "no_answer", "to_confirm", "reconfirm", "pending", "packed", "partial", "attempted", "dispatched", "delivered", "returned", "lost", "done", "unfulfilled"] as const;
export type SmartStatus = (typeof SmartStatus)[number];

/** Lists of work. An order stands in every one in which something of it is to be done. */
export const WorkQueue = ["to_confirm", "callback_due", "branch_sync", "to_pack", "to_dispatch", "with_courier", "attempted", "returning", "exchanges", "fix_branch_stock", "discrepancies"] as const;
export type WorkQueue = (typeof WorkQueue)[number];

/** What to be careful about, known from the shop's own orders and the address alone. */
export const OrderFlag = ["duplicate", "repeat_refuser", "bad_phone", "no_phone", "no_address", "foreign_currency"] as const;
export type OrderFlag = (typeof OrderFlag)[number];

/** How a branch stands with a variant, in a word (S17). */
export const StockLevel = ["ok", "low", "zero"] as const;
export type StockLevel = (typeof StockLevel)[number];

/** Where a run stands. `disputed`: the cash did not add up and nobody said why. */
export const RunState = ["draft", "loaded", "out", "back", "reconciled", "disputed", "closed"] as const;
export type RunState = (typeof RunState)[number];

/** What people do to a run. */
export const RunAction = ["load", "unload", "start", "end", "count", "dispute", "close", "reopen"] as const;
export type RunAction = (typeof RunAction)[number];

/** What became of one parcel of a run. */
export const StopState = ["pending", "delivered", "partial", "not_home", "refused", "wrong_address", "rescheduled", "unreachable", "other"] as const;
export type StopState = (typeof StopState)[number];

/** `closed`: every unit that was sent is received, damaged or short. */
export const TransferState = ["sent", "partly_received", "closed"] as const;
export type TransferState = (typeof TransferState)[number];

/** Why stock or cash moved (product.md §2.2). */
export const EntryKind = ["opening", "receive", "ship_smart", "ship_branch_sync", "ship_manual", "unpack", "void_ship", "return_receive", "return_missing", "courier_lost", "qc", "write_off", "transfer_send", "transfer_receive", "count_adjust", "count_contra", "fix_branch", "found", "counter_sale", "counter_return", "cash_collected", "cash_handed_over", "exchange_money"] as const;
export type EntryKind = (typeof EntryKind)[number];

/** The five ends of an op. Facts are never `refused`. */
export const ResultStatus = ["applied", "flagged", "noop", "parked", "refused"] as const;
export type ResultStatus = (typeof ResultStatus)[number];

/** What a supervisor says became of a discrepancy; each is carried out by the op that says so. */
export const Outcome = ["accepted", "same_parcel", "sent_twice", "other_branch", "found_extra", "scanned_twice", "unpack", "expect_return", "was_delivered", "was_returned", "void", "retry", "recount", "written_off"] as const;
export type Outcome = (typeof Outcome)[number];

/** What the server must do in the outside world. */
export const EffectKind = ["shopify_fulfill", "shopify_cancel", "shopify_tracking", "shopify_delivered", "shopify_out_for_delivery", "shopify_attempted", "shopify_packed", "shopify_confirmed", "shopify_paid", "shopify_stock"] as const;
export type EffectKind = (typeof EffectKind)[number];

/** A fact happened and is never refused; a claim can lose a race; news comes from the store alone. */
export const OpClass = ["fact", "claim", "news"] as const;
export type OpClass = (typeof OpClass)[number];

/** Every kind that this version can decide. Any other parks. */
export const OpKind = ["confirm", "call_attempt", "edit_contact", "assign_branch", "create_fulfillment", "edit_fulfillment", "cancel_fulfillment", "pack", "unpack", "set_tracking", "dispatch", "undo_dispatch", "attempt_failed", "deliver", "mark_lost", "tracking_event", "initiate_return", "resume_delivery", "return_receive", "inspect", "write_off", "manual_fulfillment", "branch_sync", "void_fulfillment", "fix_branch_stock", "opening_stock", "receive_stock", "counter_sale", "counter_return", "transfer_send", "transfer_receive", "count", "set_low_stock", "create_run", "load_parcel", "unload_parcel", "start_run", "end_run", "check_in_parcel", "count_run_cash", "close_run", "reopen_run", "classify_exchange", "plan_exchange", "settle_exchange", "resolve", "replay", "dismiss", "shopify_order", "shopify_outcome", "store_contact", "time_passed", "server_finding"] as const;
export type OpKind = (typeof OpKind)[number];

/** Row kinds this version understands; any other is kept raw and ignored. */
export const RowKind = ["policy", "branch", "staff", "courier", "variant", "order", "fulfillment", "stock", "run", "transfer", "discrepancy", "parked", "result", "device"] as const;
export type RowKind = (typeof RowKind)[number];

/** Why a whole request was not taken. Nothing of it was applied; nothing of it may be dropped. */
export const Problem = ["epoch", "fork", "gap", "revoked", "too_large", "slow_down", "storage_full"] as const;
export type Problem = (typeof Problem)[number];

/** What the phone is doing. The first two have a timer armed, the next four a request under way. */
export const Phase = ["idle", "waiting", "greeting", "pushing", "pulling", "offering", "stopped"] as const;
export type Phase = (typeof Phase)[number];

/** What can happen to a phone. */
export const EventKind = ["started", "recorded", "woken", "timer", "hello_ok", "push_ok", "pull_ok", "offer_ok", "problem", "failed"] as const;
export type EventKind = (typeof EventKind)[number];

/** What the driver must do. */
export const ActionKind = ["hello", "push", "pull", "offer", "renumber", "adopt_epoch", "shrink_batch", "wipe", "arm"] as const;
export type ActionKind = (typeof ActionKind)[number];

/** How this shop wants to work. */
export interface Policy {
  readonly confirm_required: ConfirmRequired;
  readonly branch_sees_inbox: boolean;
  readonly notify_customer: boolean;
  readonly unreachable_after: number;
  readonly sync_fix_after_h: number;
  readonly undo_window_min: number;
  readonly low_stock_units: number;
  readonly duplicate_within_h: number;
  readonly refuser_after: number;
  readonly exchange_fee_paisa: number;
  readonly tell_shopify_delivered: boolean;
  readonly tell_shopify_packed: boolean;
  readonly tell_shopify_confirmed: boolean;
  readonly tell_shopify_paid: boolean;
  readonly tell_shopify_stock: boolean;
  readonly branch_asks_customers: boolean;
  readonly branch_dispatches: boolean;
}
export function fillPolicy(raw: unknown): Policy {
  return {
    confirm_required: "cod",
    branch_sees_inbox: true,
    notify_customer: true,
    unreachable_after: 3,
    sync_fix_after_h: 24,
    undo_window_min: 30,
    low_stock_units: 2,
    duplicate_within_h: 24,
    refuser_after: 2,
    exchange_fee_paisa: 0,
    tell_shopify_delivered: false,
    tell_shopify_packed: false,
    tell_shopify_confirmed: false,
    tell_shopify_paid: false,
    tell_shopify_stock: false,
    branch_asks_customers: true,
    branch_dispatches: true,
    ...(raw as object),
  } as unknown as Policy;
}

/** A place that holds stock. `location_gid` is its location in Shopify, where it has one of its own. */
export interface Branch {
  readonly id: BranchId;
  readonly name: string;
  readonly city: string;
  readonly active: boolean;
  readonly location_gid: string | null;
}
export function fillBranch(raw: unknown): Branch {
  return {
    city: "",
    active: true,
    location_gid: null,
    ...(raw as object),
  } as unknown as Branch;
}

/** A person. `branch_ids` bounds branch-scoped rights; empty for those who act everywhere. */
export interface Staff {
  readonly id: StaffId;
  readonly name: string;
  readonly role: Role;
  readonly branch_ids: readonly BranchId[];
  readonly active: boolean;
}
export function fillStaff(raw: unknown): Staff {
  return {
    branch_ids: [],
    active: true,
    ...(raw as object),
  } as unknown as Staff;
}

/** A courier as people pick it. `tracking_url` may hold `{number}`, where the tracking number goes. */
export interface Courier {
  readonly code: string;
  readonly name: string;
  readonly tracking_url: string;
}
export function fillCourier(raw: unknown): Courier {
  return {
    tracking_url: "",
    ...(raw as object),
  } as unknown as Courier;
}

/** One sellable thing, mirrored from Shopify. */
export interface Variant {
  readonly id: VariantId;
  readonly title: string;
  readonly variant_title: string | null;
  readonly sku: string | null;
  readonly barcode: string | null;
  readonly price_paisa: number;
  readonly image: string | null;
}
export function fillVariant(raw: unknown): Variant {
  return {
    variant_title: null,
    sku: null,
    barcode: null,
    price_paisa: 0,
    image: null,
    ...(raw as object),
  } as unknown as Variant;
}

/** Units of one order line in one shipment. */
export interface FulfillmentLine {
  readonly order_line_id: OrderLineId;
  readonly variant_id: VariantId;
  readonly units: number;
  readonly returned_units: number;
  readonly lost_units: number;
  readonly given_back_units: number;
}
export function fillFulfillmentLine(raw: unknown): FulfillmentLine {
  return {
    returned_units: 0,
    lost_units: 0,
    given_back_units: 0,
    ...(raw as object),
  } as unknown as FulfillmentLine;
}

/** Who took the shipment into `state`, when by the device (`at`) and by the server (`recorded_at`), epoch ms. */
export interface Step {
  readonly state: FulfillmentState;
  readonly by: StaffId;
  readonly at: number;
  readonly recorded_at: number;
}
export function fillStep(raw: unknown): Step {
  return {
    ...(raw as object),
  } as unknown as Step;
}

/** A try to hand the parcel over that failed (NDR); `next_at` epoch ms where another day was agreed. */
export interface DeliveryAttempt {
  readonly outcome: AttemptOutcome;
  readonly by: StaffId;
  readonly at: number;
  readonly next_at: number | null;
  readonly note: string | null;
}
export function fillDeliveryAttempt(raw: unknown): DeliveryAttempt {
  return {
    next_at: null,
    note: null,
    ...(raw as object),
  } as unknown as DeliveryAttempt;
}

/** Units of one order line expected back, and how many were received or found missing. */
export interface ReturnLine {
  readonly order_line_id: OrderLineId;
  readonly units: number;
  readonly settled_units: number;
}
export function fillReturnLine(raw: unknown): ReturnLine {
  return {
    settled_units: 0,
    ...(raw as object),
  } as unknown as ReturnLine;
}

/** One look into a returned parcel: what came of one order line, at which branch. */
export interface Receipt {
  readonly branch_id: BranchId;
  readonly order_line_id: OrderLineId;
  readonly units: number;
  readonly disposition: Disposition;
  readonly came_variant_id: VariantId | null;
  readonly by: StaffId;
  readonly at: number;
}
export function fillReceipt(raw: unknown): Receipt {
  return {
    came_variant_id: null,
    ...(raw as object),
  } as unknown as Receipt;
}

/** Goods of one shipment on their way back. `branch_id` is where they are expected; where they come, receipts say. */
export interface Return {
  readonly id: ReturnId;
  readonly kind: ReturnKind;
  readonly reason: string | null;
  readonly branch_id: BranchId;
  readonly by: StaffId;
  readonly at: number;
  readonly came_from: FulfillmentState;
  readonly lines: readonly ReturnLine[];
  readonly receipts: readonly Receipt[];
  readonly closed: boolean;
}
export function fillReturn(raw: unknown): Return {
  const r = raw as Record<string, unknown>;
  return {
    reason: null,
    receipts: [],
    closed: false,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillReturnLine),
    ...(r['receipts'] === undefined ? {} : { receipts: (r['receipts'] as unknown[]).map(fillReceipt) }),
  } as unknown as Return;
}

/** One shipment of one order from one branch. */
export interface Fulfillment {
  readonly id: FulfillmentId;
  readonly order_id: OrderId;
  readonly branch_id: BranchId;
  readonly workflow: Workflow;
  readonly state: FulfillmentState;
  readonly lines: readonly FulfillmentLine[];
  readonly steps: readonly Step[];
  readonly posting_id: LedgerEntryId | null;
  readonly courier: string | null;
  readonly tracking_number: string | null;
  readonly tracking_url: string | null;
  readonly no_tracking_reason: string | null;
  readonly notify_customer: boolean;
  readonly collect_paisa: number;
  readonly cash_paisa: number | null;
  readonly received_by: string | null;
  readonly note: string | null;
  readonly refused: boolean;
  readonly run_id: RunId | null;
  readonly rider_id: StaffId | null;
  readonly stop: number | null;
  readonly attempts: readonly DeliveryAttempt[];
  readonly returns: readonly Return[];
  readonly courier_status: string | null;
  readonly courier_status_at: number | null;
  readonly claim_reference: string | null;
  readonly shopify_state: ShopifyState;
  readonly shopify_fulfillment_gid: string | null;
  readonly shopify_error: string | null;
  readonly shopify_cancelled: boolean;
  readonly rev: number;
}
export function fillFulfillment(raw: unknown): Fulfillment {
  const r = raw as Record<string, unknown>;
  return {
    steps: [],
    posting_id: null,
    courier: null,
    tracking_number: null,
    tracking_url: null,
    no_tracking_reason: null,
    notify_customer: true,
    collect_paisa: 0,
    cash_paisa: null,
    received_by: null,
    note: null,
    refused: false,
    run_id: null,
    rider_id: null,
    stop: null,
    attempts: [],
    returns: [],
    courier_status: null,
    courier_status_at: null,
    claim_reference: null,
    shopify_state: "not_yet",
    shopify_fulfillment_gid: null,
    shopify_error: null,
    shopify_cancelled: false,
    rev: 0,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillFulfillmentLine),
    ...(r['steps'] === undefined ? {} : { steps: (r['steps'] as unknown[]).map(fillStep) }),
    ...(r['attempts'] === undefined ? {} : { attempts: (r['attempts'] as unknown[]).map(fillDeliveryAttempt) }),
    ...(r['returns'] === undefined ? {} : { returns: (r['returns'] as unknown[]).map(fillReturn) }),
  } as unknown as Fulfillment;
}

/** Units of one order line that were taken off, or put on. */
export interface ExchangeItem {
  readonly order_line_id: OrderLineId;
  readonly variant_id: VariantId | null;
  readonly title: string;
  readonly variant_title: string | null;
  readonly units: number;
  readonly unit_paisa: number;
}
export function fillExchangeItem(raw: unknown): ExchangeItem {
  return {
    variant_title: null,
    ...(raw as object),
  } as unknown as ExchangeItem;
}

/** Money that changed hands for a case: positive collected, negative given back. */
export interface Settlement {
  readonly paisa: number;
  readonly at_door: boolean;
  readonly method: SettleMethod;
  readonly reference: string | null;
  readonly by: StaffId;
  readonly at: number;
}
export function fillSettlement(raw: unknown): Settlement {
  return {
    at_door: false,
    reference: null,
    ...(raw as object),
  } as unknown as Settlement;
}

/** One case: originals and replacements side by side, the difference, and where its three tracks stand. */
export interface ExchangeCase {
  readonly id: ExchangeId;
  readonly kind: ChangeKind;
  readonly relabelled_by: StaffId | null;
  readonly revision: number;
  readonly originals: readonly ExchangeItem[];
  readonly replacements: readonly ExchangeItem[];
  readonly delta_paisa: number;
  readonly from_agreements: boolean;
  readonly fee_paisa: number;
  readonly with_parcel: boolean;
  readonly agreements: readonly string[];
  readonly return_via: ReturnVia | null;
  readonly return_branch_id: BranchId | null;
  readonly settlements: readonly Settlement[];
  readonly goods: GoodsTrack;
  readonly replacement: ReplacementTrack;
  readonly money: MoneyTrack;
  readonly to_collect_paisa: number;
  readonly to_refund_paisa: number;
  readonly next_steps: readonly ExchangeStep[];
  readonly detected_at: number;
  readonly closed_at: number | null;
}
export function fillExchangeCase(raw: unknown): ExchangeCase {
  const r = raw as Record<string, unknown>;
  return {
    relabelled_by: null,
    revision: 1,
    from_agreements: true,
    fee_paisa: 0,
    with_parcel: false,
    agreements: [],
    return_via: null,
    return_branch_id: null,
    settlements: [],
    goods: "none_out",
    replacement: "none",
    money: "even",
    to_collect_paisa: 0,
    to_refund_paisa: 0,
    next_steps: [],
    closed_at: null,
    ...(raw as object),
    originals: (r['originals'] as unknown[]).map(fillExchangeItem),
    replacements: (r['replacements'] as unknown[]).map(fillExchangeItem),
    ...(r['settlements'] === undefined ? {} : { settlements: (r['settlements'] as unknown[]).map(fillSettlement) }),
  } as unknown as ExchangeCase;
}

/** One device, and what it last said of itself. Moments are epoch ms by the server's clock. */
export interface FleetDevice {
  readonly id: DeviceId;
  readonly name: string;
  readonly staff_id: StaffId;
  readonly enrolled_at: number;
  readonly last_seen_at: number | null;
  readonly revoked_at: number | null;
  readonly app: string;
  readonly unsent: number;
  readonly oldest_unsent_at: number | null;
  readonly held_n: number;
  readonly persisted: boolean | null;
  readonly free_mb: number | null;
  readonly missing_ops: number;
  readonly replaced_by: DeviceId | null;
}
export function fillFleetDevice(raw: unknown): FleetDevice {
  return {
    last_seen_at: null,
    revoked_at: null,
    app: "",
    unsent: 0,
    oldest_unsent_at: null,
    held_n: 0,
    persisted: null,
    free_mb: null,
    missing_ops: 0,
    replaced_by: null,
    ...(raw as object),
  } as unknown as FleetDevice;
}

/** Whom to call and where to send. `phone` is digits with country code when it could be normalised. */
export interface Contact {
  readonly name: string | null;
  readonly phone: string | null;
  readonly phone_raw: string | null;
  readonly address: string | null;
  readonly city: string | null;
}
export function fillContact(raw: unknown): Contact {
  return {
    name: null,
    phone: null,
    phone_raw: null,
    address: null,
    city: null,
    ...(raw as object),
  } as unknown as Contact;
}

/** Where a part of the contact comes from when not from the store: who wrote it, and when (epoch ms). */
export interface ContactEdit {
  readonly field: string;
  readonly by: StaffId;
  readonly at: number;
}
export function fillContactEdit(raw: unknown): ContactEdit {
  return {
    ...(raw as object),
  } as unknown as ContactEdit;
}

/** One try to reach the customer; `at` by the device that recorded it, `next_at` when to call again (epoch ms). */
export interface Attempt {
  readonly channel: Channel;
  readonly outcome: CallOutcome;
  readonly by: StaffId;
  readonly at: number;
  readonly next_at: number | null;
  readonly note: string | null;
}
export function fillAttempt(raw: unknown): Attempt {
  return {
    next_at: null,
    note: null,
    ...(raw as object),
  } as unknown as Attempt;
}

/** Where asking the customer stands; `at` in epoch ms by the device that recorded it. */
export interface Confirmation {
  readonly state: ConfirmationState;
  readonly by: StaffId | null;
  readonly at: number | null;
  readonly channel: Channel | null;
  readonly note: string | null;
  readonly checked: readonly Checked[];
  readonly expected: string | null;
  readonly next_at: number | null;
  readonly unanswered: number;
  readonly attempts: readonly Attempt[];
}
export function fillConfirmation(raw: unknown): Confirmation {
  const r = raw as Record<string, unknown>;
  return {
    by: null,
    at: null,
    channel: null,
    note: null,
    checked: [],
    expected: null,
    next_at: null,
    unanswered: 0,
    attempts: [],
    ...(raw as object),
    ...(r['attempts'] === undefined ? {} : { attempts: (r['attempts'] as unknown[]).map(fillAttempt) }),
  } as unknown as Confirmation;
}

/** One line. `ordered_units` is what was first bought, `current_units` what edits left of it. */
export interface OrderLine {
  readonly id: OrderLineId;
  readonly variant_id: VariantId | null;
  readonly title: string;
  readonly variant_title: string | null;
  readonly sku: string | null;
  readonly ordered_units: number;
  readonly current_units: number;
  readonly unit_paisa: number;
  readonly ships: boolean;
  readonly shopify_fulfilled_units: number;
  readonly shopify_return_units: number;
  readonly pending_units: number;
  readonly packed_units: number;
  readonly out_units: number;
  readonly delivered_units: number;
  readonly shipped_units: number;
  readonly given_back_units: number;
}
export function fillOrderLine(raw: unknown): OrderLine {
  return {
    variant_title: null,
    sku: null,
    ships: true,
    shopify_fulfilled_units: 0,
    shopify_return_units: 0,
    pending_units: 0,
    packed_units: 0,
    out_units: 0,
    delivered_units: 0,
    shipped_units: 0,
    given_back_units: 0,
    ...(raw as object),
  } as unknown as OrderLine;
}

/** A fulfillment in one line, for those who see the order but not that branch's work. */
export interface Shipment {
  readonly fulfillment_id: FulfillmentId;
  readonly branch_id: BranchId;
  readonly workflow: Workflow;
  readonly state: FulfillmentState;
  readonly by: StaffId;
  readonly at: number;
  readonly collect_paisa: number;
  readonly rider_id: StaffId | null;
  readonly return_branch_id: BranchId | null;
  readonly attempted: boolean;
}
export function fillShipment(raw: unknown): Shipment {
  return {
    collect_paisa: 0,
    rider_id: null,
    return_branch_id: null,
    attempted: false,
    ...(raw as object),
  } as unknown as Shipment;
}

/** Units of one order line, as the store counts them. */
export interface LineCount {
  readonly order_line_id: OrderLineId;
  readonly units: number;
}
export function fillLineCount(raw: unknown): LineCount {
  return {
    ...(raw as object),
  } as unknown as LineCount;
}

/** A fulfillment as the store shows it: `live` while it stands, `courier` and number as typed there (S14). */
export interface StoreFulfillment {
  readonly gid: string;
  readonly live: boolean;
  readonly at: number;
  readonly courier: string | null;
  readonly tracking_number: string | null;
  readonly tracking_url: string | null;
  readonly lines: readonly LineCount[];
}
export function fillStoreFulfillment(raw: unknown): StoreFulfillment {
  const r = raw as Record<string, unknown>;
  return {
    courier: null,
    tracking_number: null,
    tracking_url: null,
    lines: [],
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineCount) }),
  } as unknown as StoreFulfillment;
}

/** An order with its lines and everything derived that a screen needs. */
export interface Order {
  readonly id: OrderId;
  readonly name: string;
  readonly shopify_gid: string | null;
  readonly placed_at: number;
  readonly shopify_updated_at: number;
  readonly cancelled_at: number | null;
  readonly financial_status: string;
  readonly cod: boolean;
  readonly total_paisa: number;
  readonly outstanding_paisa: number;
  readonly currency: string;
  readonly contact: Contact;
  readonly store_contact: Contact;
  readonly contact_edits: readonly ContactEdit[];
  readonly note: string | null;
  readonly tags: readonly string[];
  readonly branch_id: BranchId | null;
  readonly confirmation: Confirmation;
  readonly lines: readonly OrderLine[];
  readonly shipments: readonly Shipment[];
  readonly store_fulfillments: readonly StoreFulfillment[];
  readonly exchanges: readonly ExchangeCase[];
  readonly settled_agreements: readonly string[];
  readonly needs_branch_since: number | null;
  readonly sync_overdue: boolean;
  readonly callback_due: boolean;
  readonly wake_at: number | null;
  readonly conflicts: readonly Code[];
  readonly flags: readonly OrderFlag[];
  readonly duplicate_of: string | null;
  readonly refused_before: number;
  readonly prepaid_paisa: number;
  readonly door_paisa: number;
  readonly status: SmartStatus;
  readonly queues: readonly WorkQueue[];
  readonly rev: number;
}
export function fillOrder(raw: unknown): Order {
  const r = raw as Record<string, unknown>;
  return {
    shopify_gid: null,
    shopify_updated_at: 0,
    cancelled_at: null,
    financial_status: "unknown",
    cod: false,
    total_paisa: 0,
    outstanding_paisa: 0,
    currency: "PKR",
    store_contact: {"name":null,"phone":null,"phone_raw":null,"address":null,"city":null},
    contact_edits: [],
    note: null,
    tags: [],
    branch_id: null,
    shipments: [],
    store_fulfillments: [],
    exchanges: [],
    settled_agreements: [],
    needs_branch_since: null,
    sync_overdue: false,
    callback_due: false,
    wake_at: null,
    conflicts: [],
    flags: [],
    duplicate_of: null,
    refused_before: 0,
    prepaid_paisa: 0,
    door_paisa: 0,
    status: "unfulfilled",
    queues: [],
    rev: 0,
    ...(raw as object),
    contact: fillContact(r['contact']),
    ...(r['store_contact'] === undefined ? {} : { store_contact: fillContact(r['store_contact']) }),
    ...(r['contact_edits'] === undefined ? {} : { contact_edits: (r['contact_edits'] as unknown[]).map(fillContactEdit) }),
    confirmation: fillConfirmation(r['confirmation']),
    lines: (r['lines'] as unknown[]).map(fillOrderLine),
    ...(r['shipments'] === undefined ? {} : { shipments: (r['shipments'] as unknown[]).map(fillShipment) }),
    ...(r['store_fulfillments'] === undefined ? {} : { store_fulfillments: (r['store_fulfillments'] as unknown[]).map(fillStoreFulfillment) }),
    ...(r['exchanges'] === undefined ? {} : { exchanges: (r['exchanges'] as unknown[]).map(fillExchangeCase) }),
  } as unknown as Order;
}

/** The last count of a variant at a branch: when by the server's clock (epoch ms, give or take `within_ms`). */
export interface Counted {
  readonly op_id: OpId;
  readonly device_id: DeviceId;
  readonly at: number;
  readonly within_ms: number;
  readonly units: number;
}
export function fillCounted(raw: unknown): Counted {
  return {
    ...(raw as object),
  } as unknown as Counted;
}

/** Units of one variant at one branch. */
export interface Stock {
  readonly branch_id: BranchId;
  readonly variant_id: VariantId;
  readonly sellable: number;
  readonly reserved: number;
  readonly damaged: number;
  readonly quarantine: number;
  readonly ledger_version: number;
  readonly low_units: number | null;
  readonly counted: Counted | null;
}
export function fillStock(raw: unknown): Stock {
  const r = raw as Record<string, unknown>;
  return {
    sellable: 0,
    reserved: 0,
    damaged: 0,
    quarantine: 0,
    ledger_version: 0,
    low_units: null,
    counted: null,
    ...(raw as object),
    ...(r['counted'] === undefined ? {} : { counted: r['counted'] === null ? null : fillCounted(r['counted']) }),
  } as unknown as Stock;
}

/** One parcel of a run. `checked_in`: it was seen at the branch again, or there is nothing left of it to bring back. */
export interface RunStop {
  readonly fulfillment_id: FulfillmentId;
  readonly order_id: OrderId;
  readonly place: number;
  readonly collect_paisa: number;
  readonly state: StopState;
  readonly cash_paisa: number;
  readonly checked_in: boolean;
  readonly at: number | null;
}
export function fillRunStop(raw: unknown): RunStop {
  return {
    state: "pending",
    cash_paisa: 0,
    checked_in: false,
    at: null,
    ...(raw as object),
  } as unknown as RunStop;
}

/** One run of one rider from one branch. */
export interface RiderRun {
  readonly id: RunId;
  readonly branch_id: BranchId;
  readonly rider_id: StaffId;
  readonly state: RunState;
  readonly name: string | null;
  readonly stops: readonly RunStop[];
  readonly made_by: StaffId;
  readonly made_at: number;
  readonly expected_paisa: number;
  readonly declared_paisa: number | null;
  readonly declared_by: StaffId | null;
  readonly counted_paisa: number | null;
  readonly counted_by: StaffId | null;
  readonly shortage_paisa: number;
  readonly shortage_reason: string | null;
  readonly closed_at: number | null;
  readonly rev: number;
}
export function fillRiderRun(raw: unknown): RiderRun {
  const r = raw as Record<string, unknown>;
  return {
    name: null,
    stops: [],
    expected_paisa: 0,
    declared_paisa: null,
    declared_by: null,
    counted_paisa: null,
    counted_by: null,
    shortage_paisa: 0,
    shortage_reason: null,
    closed_at: null,
    rev: 0,
    ...(raw as object),
    ...(r['stops'] === undefined ? {} : { stops: (r['stops'] as unknown[]).map(fillRunStop) }),
  } as unknown as RiderRun;
}

/** Units of one variant: what was sent, and what of it arrived whole, arrived damaged, or did not arrive. */
export interface TransferLine {
  readonly variant_id: VariantId;
  readonly sent_units: number;
  readonly received_units: number;
  readonly damaged_units: number;
  readonly short_units: number;
}
export function fillTransferLine(raw: unknown): TransferLine {
  return {
    received_units: 0,
    damaged_units: 0,
    short_units: 0,
    ...(raw as object),
  } as unknown as TransferLine;
}

/** One sending from `branch_id` to `to_branch_id`. Times are the devices', epoch ms. */
export interface Transfer {
  readonly id: TransferId;
  readonly branch_id: BranchId;
  readonly to_branch_id: BranchId;
  readonly state: TransferState;
  readonly lines: readonly TransferLine[];
  readonly sent_by: StaffId;
  readonly sent_at: number;
  readonly received_by: StaffId | null;
  readonly received_at: number | null;
  readonly note: string | null;
  readonly rev: number;
}
export function fillTransfer(raw: unknown): Transfer {
  const r = raw as Record<string, unknown>;
  return {
    received_by: null,
    received_at: null,
    note: null,
    rev: 0,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillTransferLine),
  } as unknown as Transfer;
}

/** One side of a movement: `units` are added to `account` (negative: taken from it). */
export interface Leg {
  readonly account: string;
  readonly variant_id: VariantId;
  readonly units: number;
}
export function fillLeg(raw: unknown): Leg {
  return {
    ...(raw as object),
  } as unknown as Leg;
}

/** One side of a payment: `paisa` are added to `account` (negative: taken from it). */
export interface CashLeg {
  readonly account: string;
  readonly paisa: number;
}
export function fillCashLeg(raw: unknown): CashLeg {
  return {
    ...(raw as object),
  } as unknown as CashLeg;
}

/** A posting as the ledger holds it: numbered densely per branch and chained. */
export interface LedgerEntry {
  readonly shop_id: ShopId;
  readonly branch_id: BranchId;
  readonly version: number;
  readonly id: LedgerEntryId;
  readonly kind: EntryKind;
  readonly legs: readonly Leg[];
  readonly cash: readonly CashLeg[];
  readonly op_id: OpId;
  readonly by: StaffId;
  readonly device_id: DeviceId;
  readonly at: number;
  readonly recorded_at: number;
  readonly order_id: OrderId | null;
  readonly fulfillment_id: FulfillmentId | null;
  readonly transfer_id: TransferId | null;
  readonly run_id: RunId | null;
  readonly reverses: LedgerEntryId | null;
  readonly reason: string | null;
}
export function fillLedgerEntry(raw: unknown): LedgerEntry {
  const r = raw as Record<string, unknown>;
  return {
    cash: [],
    order_id: null,
    fulfillment_id: null,
    transfer_id: null,
    run_id: null,
    reverses: null,
    reason: null,
    ...(raw as object),
    legs: (r['legs'] as unknown[]).map(fillLeg),
    ...(r['cash'] === undefined ? {} : { cash: (r['cash'] as unknown[]).map(fillCashLeg) }),
  } as unknown as LedgerEntry;
}

/** The answer to one op, stored once and returned byte for byte ever after. */
export interface Result {
  readonly id: OpId;
  readonly status: ResultStatus;
  readonly code: Code | null;
  readonly discrepancy_id: DiscrepancyId | null;
  readonly by: StaffId | null;
  readonly at: number | null;
  readonly branch_id: BranchId | null;
  readonly detail: string | null;
  readonly versions: Readonly<Record<StreamName, number>>;
}
export function fillResult(raw: unknown): Result {
  return {
    code: null,
    discrepancy_id: null,
    by: null,
    at: null,
    branch_id: null,
    detail: null,
    versions: {},
    ...(raw as object),
  } as unknown as Result;
}

/** What the desk shows of an op that is kept but has no effect yet: what, whose, when, and why it waits. */
export interface ParkedOp {
  readonly id: OpId;
  readonly kind: string;
  readonly by: StaffId;
  readonly device_id: DeviceId;
  readonly at: number;
  readonly recorded_at: number;
  readonly code: Code;
  readonly detail: string | null;
  readonly refs: readonly string[];
}
export function fillParkedOp(raw: unknown): ParkedOp {
  return {
    detail: null,
    refs: [],
    ...(raw as object),
  } as unknown as ParkedOp;
}

/** Something a supervisor must look at: what, who, where, when, and what they had seen. */
export interface Discrepancy {
  readonly id: DiscrepancyId;
  readonly code: Code;
  readonly op_id: OpId;
  readonly op_kind: string;
  readonly by: StaffId;
  readonly device_id: DeviceId;
  readonly at: number;
  readonly recorded_at: number;
  readonly order_id: OrderId | null;
  readonly fulfillment_id: FulfillmentId | null;
  readonly branch_id: BranchId | null;
  readonly variant_id: VariantId | null;
  readonly units: number | null;
  readonly balance_units: number | null;
  readonly paisa: number | null;
  readonly run_id: RunId | null;
  readonly transfer_id: TransferId | null;
  readonly lines: readonly LineCount[];
  readonly detail: string | null;
  readonly effect: string | null;
  readonly seen: Readonly<Record<string, number>>;
  readonly closed_at: number | null;
  readonly closed_by_op: OpId | null;
  readonly closed_by: StaffId | null;
  readonly outcome: Outcome | null;
  readonly reason: string | null;
}
export function fillDiscrepancy(raw: unknown): Discrepancy {
  const r = raw as Record<string, unknown>;
  return {
    order_id: null,
    fulfillment_id: null,
    branch_id: null,
    variant_id: null,
    units: null,
    balance_units: null,
    paisa: null,
    run_id: null,
    transfer_id: null,
    lines: [],
    detail: null,
    effect: null,
    seen: {},
    closed_at: null,
    closed_by_op: null,
    closed_by: null,
    outcome: null,
    reason: null,
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineCount) }),
  } as unknown as Discrepancy;
}

/** Units of one order line. */
export interface LineUnits {
  readonly order_line_id: OrderLineId;
  readonly units: number;
}
export function fillLineUnits(raw: unknown): LineUnits {
  return {
    ...(raw as object),
  } as unknown as LineUnits;
}

/** Units of one variant. */
export interface VariantUnits {
  readonly variant_id: VariantId;
  readonly units: number;
}
export function fillVariantUnits(raw: unknown): VariantUnits {
  return {
    ...(raw as object),
  } as unknown as VariantUnits;
}

/** The customer said yes. Claim. `checked` is what was gone through, `expected` when the parcel is wished for. */
export interface Confirm {
  readonly order_id: OrderId;
  readonly channel: Channel;
  readonly checked: readonly Checked[];
  readonly expected: string | null;
  readonly note: string | null;
}
export function fillConfirm(raw: unknown): Confirm {
  return {
    channel: "call",
    checked: [],
    expected: null,
    note: null,
    ...(raw as object),
  } as unknown as Confirm;
}

/** Somebody tried to reach the customer and did not get a yes. Claim; both of two attempts are kept. */
export interface CallAttempt {
  readonly order_id: OrderId;
  readonly channel: Channel;
  readonly outcome: CallOutcome;
  readonly next_at: number | null;
  readonly note: string | null;
}
export function fillCallAttempt(raw: unknown): CallAttempt {
  return {
    channel: "call",
    next_at: null,
    note: null,
    ...(raw as object),
  } as unknown as CallAttempt;
}

/** What the customer said about name, phone or address. Claim. What is left out stays as it is (A24). */
export interface EditContact {
  readonly order_id: OrderId;
  readonly name: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly city: string | null;
  readonly note: string | null;
}
export function fillEditContact(raw: unknown): EditContact {
  return {
    name: null,
    phone: null,
    address: null,
    city: null,
    note: null,
    ...(raw as object),
  } as unknown as EditContact;
}

/** Give an order to a branch, or (no branch) back to everybody. Claim. */
export interface AssignBranch {
  readonly order_id: OrderId;
  readonly branch_id: BranchId | null;
}
export function fillAssignBranch(raw: unknown): AssignBranch {
  return {
    branch_id: null,
    ...(raw as object),
  } as unknown as AssignBranch;
}

/** Reserve units of an order at a branch for one shipment. Claim. */
export interface CreateFulfillment {
  readonly fulfillment_id: FulfillmentId;
  readonly order_id: OrderId;
  readonly branch_id: BranchId;
  readonly lines: readonly LineUnits[];
  readonly override_reason: string | null;
}
export function fillCreateFulfillment(raw: unknown): CreateFulfillment {
  const r = raw as Record<string, unknown>;
  return {
    override_reason: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillLineUnits),
  } as unknown as CreateFulfillment;
}

/** Change a shipment that is not packed yet: its branch, its lines, or both. Claim. */
export interface EditFulfillment {
  readonly fulfillment_id: FulfillmentId;
  readonly branch_id: BranchId | null;
  readonly lines: readonly LineUnits[];
}
export function fillEditFulfillment(raw: unknown): EditFulfillment {
  const r = raw as Record<string, unknown>;
  return {
    branch_id: null,
    lines: [],
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineUnits) }),
  } as unknown as EditFulfillment;
}

/** Give up a shipment that is not packed yet; its units are free again. Claim. */
export interface CancelFulfillment {
  readonly fulfillment_id: FulfillmentId;
  readonly reason: string | null;
}
export function fillCancelFulfillment(raw: unknown): CancelFulfillment {
  return {
    reason: null,
    ...(raw as object),
  } as unknown as CancelFulfillment;
}

/** The goods left the shelf for this shipment. Fact. Without lines: all that the shipment holds. */
export interface Pack {
  readonly fulfillment_id: FulfillmentId;
  readonly lines: readonly LineUnits[];
}
export function fillPack(raw: unknown): Pack {
  const r = raw as Record<string, unknown>;
  return {
    lines: [],
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineUnits) }),
  } as unknown as Pack;
}

/** The goods went back to the shelf. Fact. */
export interface Unpack {
  readonly fulfillment_id: FulfillmentId;
  readonly reason: string | null;
}
export function fillUnpack(raw: unknown): Unpack {
  return {
    reason: null,
    ...(raw as object),
  } as unknown as Unpack;
}

/** The courier or the number is another one. Claim. Shopify is told when it was told of the old one. */
export interface SetTracking {
  readonly fulfillment_id: FulfillmentId;
  readonly courier: string;
  readonly tracking_number: string | null;
  readonly tracking_url: string | null;
  readonly notify_customer: boolean;
}
export function fillSetTracking(raw: unknown): SetTracking {
  return {
    tracking_number: null,
    tracking_url: null,
    notify_customer: false,
    ...(raw as object),
  } as unknown as SetTracking;
}

/** The parcel was handed to a courier. Fact. Without a tracking number `no_tracking_reason` says why. */
export interface Dispatch {
  readonly fulfillment_id: FulfillmentId;
  readonly courier: string;
  readonly tracking_number: string | null;
  readonly tracking_url: string | null;
  readonly no_tracking_reason: string | null;
  readonly notify_customer: boolean;
  readonly collect_paisa: number | null;
}
export function fillDispatch(raw: unknown): Dispatch {
  return {
    tracking_number: null,
    tracking_url: null,
    no_tracking_reason: null,
    notify_customer: true,
    collect_paisa: null,
    ...(raw as object),
  } as unknown as Dispatch;
}

/** The parcel was not handed over after all: it is packed again. Fact (A13). */
export interface UndoDispatch {
  readonly fulfillment_id: FulfillmentId;
  readonly cancel_in_shopify: boolean;
  readonly reason: string | null;
}
export function fillUndoDispatch(raw: unknown): UndoDispatch {
  return {
    cancel_in_shopify: true,
    reason: null,
    ...(raw as object),
  } as unknown as UndoDispatch;
}

/** Courier or rider could not hand the parcel over. Fact. `next_at`: the day that was agreed. */
export interface AttemptFailed {
  readonly fulfillment_id: FulfillmentId;
  readonly outcome: AttemptOutcome;
  readonly next_at: number | null;
  readonly note: string | null;
}
export function fillAttemptFailed(raw: unknown): AttemptFailed {
  return {
    next_at: null,
    note: null,
    ...(raw as object),
  } as unknown as AttemptFailed;
}

/** The customer has it. Fact. `cash_paisa` is what was taken at the door, `lines` what was kept when not all. */
export interface Deliver {
  readonly fulfillment_id: FulfillmentId;
  readonly cash_paisa: number | null;
  readonly lines: readonly LineUnits[];
  readonly received_by: string | null;
  readonly note: string | null;
}
export function fillDeliver(raw: unknown): Deliver {
  const r = raw as Record<string, unknown>;
  return {
    cash_paisa: null,
    lines: [],
    received_by: null,
    note: null,
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineUnits) }),
  } as unknown as Deliver;
}

/** The courier lost the parcel; `claim_reference` is the claim made for it. Fact. */
export interface MarkLost {
  readonly fulfillment_id: FulfillmentId;
  readonly claim_reference: string | null;
  readonly reason: string | null;
}
export function fillMarkLost(raw: unknown): MarkLost {
  return {
    claim_reference: null,
    reason: null,
    ...(raw as object),
  } as unknown as MarkLost;
}

/** What the courier's own page says, as it says it. Fact; it moves no stock and no cash (I16). */
export interface TrackingEvent {
  readonly fulfillment_id: FulfillmentId;
  readonly courier: string;
  readonly said: string;
  readonly code: string | null;
  readonly event_at: number;
}
export function fillTrackingEvent(raw: unknown): TrackingEvent {
  return {
    code: null,
    ...(raw as object),
  } as unknown as TrackingEvent;
}

/** A shipment, or (with lines) a part of it, is on its way back. Fact; nothing moves before it is received (A7). */
export interface InitiateReturn {
  readonly return_id: ReturnId;
  readonly fulfillment_id: FulfillmentId;
  readonly return_kind: ReturnKind;
  readonly lines: readonly LineUnits[];
  readonly to_branch_id: BranchId | null;
  readonly reason: string | null;
}
export function fillInitiateReturn(raw: unknown): InitiateReturn {
  const r = raw as Record<string, unknown>;
  return {
    return_kind: "rto",
    lines: [],
    to_branch_id: null,
    reason: null,
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillLineUnits) }),
  } as unknown as InitiateReturn;
}

/** The return is off: the parcel goes out to the customer again. Fact. */
export interface ResumeDelivery {
  readonly fulfillment_id: FulfillmentId;
  readonly reason: string | null;
}
export function fillResumeDelivery(raw: unknown): ResumeDelivery {
  return {
    reason: null,
    ...(raw as object),
  } as unknown as ResumeDelivery;
}

/** Units of one order line as they came back. For a wrong item `came_variant_id` is what lay in the parcel. */
export interface ReceivedLine {
  readonly order_line_id: OrderLineId;
  readonly units: number;
  readonly disposition: Disposition;
  readonly came_variant_id: VariantId | null;
}
export function fillReceivedLine(raw: unknown): ReceivedLine {
  return {
    came_variant_id: null,
    ...(raw as object),
  } as unknown as ReceivedLine;
}

/** A returned parcel was opened at a branch. Fact: the one way in which returned goods come into stock. */
export interface ReturnReceive {
  readonly return_id: ReturnId;
  readonly fulfillment_id: FulfillmentId;
  readonly branch_id: BranchId;
  readonly lines: readonly ReceivedLine[];
  readonly return_kind: ReturnKind;
  readonly note: string | null;
}
export function fillReturnReceive(raw: unknown): ReturnReceive {
  const r = raw as Record<string, unknown>;
  return {
    return_kind: "rto",
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillReceivedLine),
  } as unknown as ReturnReceive;
}

/** Units out of quarantine: good enough to sell, or damaged. */
export interface InspectedGoods {
  readonly variant_id: VariantId;
  readonly units: number;
  readonly sellable: boolean;
}
export function fillInspectedGoods(raw: unknown): InspectedGoods {
  return {
    ...(raw as object),
  } as unknown as InspectedGoods;
}

/** Goods in quarantine were looked at. Fact. */
export interface Inspect {
  readonly branch_id: BranchId;
  readonly lines: readonly InspectedGoods[];
  readonly note: string | null;
}
export function fillInspect(raw: unknown): Inspect {
  const r = raw as Record<string, unknown>;
  return {
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillInspectedGoods),
  } as unknown as Inspect;
}

/** Damaged goods were thrown away. Fact. */
export interface WriteOff {
  readonly branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly reason: string | null;
}
export function fillWriteOff(raw: unknown): WriteOff {
  const r = raw as Record<string, unknown>;
  return {
    reason: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as WriteOff;
}

/** Somebody sent these goods and writes it down. Fact; never reaches Shopify (S36). */
export interface ManualFulfillment {
  readonly fulfillment_id: FulfillmentId;
  readonly order_id: OrderId;
  readonly branch_id: BranchId;
  readonly lines: readonly LineUnits[];
  readonly courier: string | null;
  readonly tracking_number: string | null;
  readonly note: string | null;
}
export function fillManualFulfillment(raw: unknown): ManualFulfillment {
  const r = raw as Record<string, unknown>;
  return {
    courier: null,
    tracking_number: null,
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillLineUnits),
  } as unknown as ManualFulfillment;
}

/** The branch from which goods left that were fulfilled in Shopify. Fact. */
export interface BranchSync {
  readonly fulfillment_id: FulfillmentId;
  readonly order_id: OrderId;
  readonly branch_id: BranchId;
  readonly lines: readonly LineUnits[];
  readonly shopify_fulfillment_gid: string | null;
  readonly note: string | null;
}
export function fillBranchSync(raw: unknown): BranchSync {
  const r = raw as Record<string, unknown>;
  return {
    shopify_fulfillment_gid: null,
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillLineUnits),
  } as unknown as BranchSync;
}

/** What was written down did not happen: the goods never left. Fact; manual and Branch Sync records only. */
export interface VoidFulfillment {
  readonly fulfillment_id: FulfillmentId;
  readonly reason: string | null;
}
export function fillVoidFulfillment(raw: unknown): VoidFulfillment {
  return {
    reason: null,
    ...(raw as object),
  } as unknown as VoidFulfillment;
}

/** How many units of a line really left from a branch. */
export interface FixTarget {
  readonly order_line_id: OrderLineId;
  readonly branch_id: BranchId;
  readonly units: number;
}
export function fillFixTarget(raw: unknown): FixTarget {
  return {
    ...(raw as object),
  } as unknown as FixTarget;
}

/** What really left, per line and branch. Fact with a target: only the difference is posted (A15). */
export interface FixBranchStock {
  readonly order_id: OrderId;
  readonly targets: readonly FixTarget[];
  readonly seen_rev: number;
  readonly reason: string;
}
export function fillFixBranchStock(raw: unknown): FixBranchStock {
  const r = raw as Record<string, unknown>;
  return {
    ...(raw as object),
    targets: (r['targets'] as unknown[]).map(fillFixTarget),
  } as unknown as FixBranchStock;
}

/** What a branch held when it began with Rawana; comes in from outside. Fact. */
export interface OpeningStock {
  readonly branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly note: string | null;
}
export function fillOpeningStock(raw: unknown): OpeningStock {
  const r = raw as Record<string, unknown>;
  return {
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as OpeningStock;
}

/** Goods came in from a supplier. Fact. */
export interface ReceiveStock {
  readonly branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly reference: string | null;
  readonly note: string | null;
}
export function fillReceiveStock(raw: unknown): ReceiveStock {
  const r = raw as Record<string, unknown>;
  return {
    reference: null,
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as ReceiveStock;
}

/** Sold over the counter, outside of Shopify. Fact (A25). `cash_paisa` went into the branch's till. */
export interface CounterSale {
  readonly branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly cash_paisa: number | null;
  readonly note: string | null;
}
export function fillCounterSale(raw: unknown): CounterSale {
  const r = raw as Record<string, unknown>;
  return {
    cash_paisa: null,
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as CounterSale;
}

/** Brought back over the counter. Fact. `cash_paisa` was given back out of the till. */
export interface CounterReturn {
  readonly branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly cash_paisa: number | null;
  readonly note: string | null;
}
export function fillCounterReturn(raw: unknown): CounterReturn {
  const r = raw as Record<string, unknown>;
  return {
    cash_paisa: null,
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as CounterReturn;
}

/** Goods left for another branch. Fact. */
export interface TransferSend {
  readonly transfer_id: TransferId;
  readonly branch_id: BranchId;
  readonly to_branch_id: BranchId;
  readonly lines: readonly VariantUnits[];
  readonly note: string | null;
}
export function fillTransferSend(raw: unknown): TransferSend {
  const r = raw as Record<string, unknown>;
  return {
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillVariantUnits),
  } as unknown as TransferSend;
}

/** What became of a variant's units: whole, damaged on the way, or not there. */
export interface ArrivedGoods {
  readonly variant_id: VariantId;
  readonly received_units: number;
  readonly damaged_units: number;
  readonly short_units: number;
}
export function fillArrivedGoods(raw: unknown): ArrivedGoods {
  return {
    received_units: 0,
    damaged_units: 0,
    short_units: 0,
    ...(raw as object),
  } as unknown as ArrivedGoods;
}

/** Goods from another branch came in. Fact. `branch_id` is where they came. */
export interface TransferReceive {
  readonly transfer_id: TransferId;
  readonly branch_id: BranchId;
  readonly lines: readonly ArrivedGoods[];
  readonly note: string | null;
}
export function fillTransferReceive(raw: unknown): TransferReceive {
  const r = raw as Record<string, unknown>;
  return {
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillArrivedGoods),
  } as unknown as TransferReceive;
}

/** A variant as it was counted on the shelf. `seen_version` is the `ledger_version` of its stock row on the phone. */
export interface CountedGoods {
  readonly variant_id: VariantId;
  readonly units: number;
  readonly seen_version: number;
}
export function fillCountedGoods(raw: unknown): CountedGoods {
  return {
    seen_version: 0,
    ...(raw as object),
  } as unknown as CountedGoods;
}

/** The shelf was counted while the shop went on. Fact: an observation, of which only the difference is posted. */
export interface CountStock {
  readonly branch_id: BranchId;
  readonly lines: readonly CountedGoods[];
  readonly note: string | null;
}
export function fillCountStock(raw: unknown): CountStock {
  const r = raw as Record<string, unknown>;
  return {
    note: null,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillCountedGoods),
  } as unknown as CountStock;
}

/** At how many available units a variant is to be refilled; None leaves it to the shop's policy. */
export interface LowLevel {
  readonly variant_id: VariantId;
  readonly units: number | null;
}
export function fillLowLevel(raw: unknown): LowLevel {
  return {
    units: null,
    ...(raw as object),
  } as unknown as LowLevel;
}

/** When a branch wants to be warned. Claim. */
export interface SetLowStock {
  readonly branch_id: BranchId;
  readonly lines: readonly LowLevel[];
}
export function fillSetLowStock(raw: unknown): SetLowStock {
  const r = raw as Record<string, unknown>;
  return {
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillLowLevel),
  } as unknown as SetLowStock;
}

/** Plan a run of a rider from a branch. Claim. */
export interface CreateRun {
  readonly run_id: RunId;
  readonly branch_id: BranchId;
  readonly rider_id: StaffId;
  readonly name: string | null;
}
export function fillCreateRun(raw: unknown): CreateRun {
  return {
    name: null,
    ...(raw as object),
  } as unknown as CreateRun;
}

/** A packed parcel was scanned into a run. Fact. */
export interface LoadParcel {
  readonly run_id: RunId;
  readonly fulfillment_id: FulfillmentId;
}
export function fillLoadParcel(raw: unknown): LoadParcel {
  return {
    ...(raw as object),
  } as unknown as LoadParcel;
}

/** A parcel was taken out of a run before it left. Fact. */
export interface UnloadParcel {
  readonly run_id: RunId;
  readonly fulfillment_id: FulfillmentId;
}
export function fillUnloadParcel(raw: unknown): UnloadParcel {
  return {
    ...(raw as object),
  } as unknown as UnloadParcel;
}

/** The rider left. Fact: all parcels of the run are dispatched. */
export interface StartRun {
  readonly run_id: RunId;
  readonly notify_customer: boolean;
}
export function fillStartRun(raw: unknown): StartRun {
  return {
    notify_customer: true,
    ...(raw as object),
  } as unknown as StartRun;
}

/** The rider is back and says how much cash there is. Fact. */
export interface EndRun {
  readonly run_id: RunId;
  readonly declared_paisa: number;
}
export function fillEndRun(raw: unknown): EndRun {
  return {
    ...(raw as object),
  } as unknown as EndRun;
}

/** A parcel that was not delivered is at the branch again and will be tried on another run. Fact. */
export interface CheckInParcel {
  readonly run_id: RunId;
  readonly fulfillment_id: FulfillmentId;
}
export function fillCheckInParcel(raw: unknown): CheckInParcel {
  return {
    ...(raw as object),
  } as unknown as CheckInParcel;
}

/** The cashier counted a run's cash, all of it. Fact. A shortage needs a reason, else the run is disputed. */
export interface CountRunCash {
  readonly run_id: RunId;
  readonly counted_paisa: number;
  readonly shortage_reason: string | null;
}
export function fillCountRunCash(raw: unknown): CountRunCash {
  return {
    shortage_reason: null,
    ...(raw as object),
  } as unknown as CountRunCash;
}

/** Nothing of a run is open any more. Claim. */
export interface CloseRun {
  readonly run_id: RunId;
}
export function fillCloseRun(raw: unknown): CloseRun {
  return {
    ...(raw as object),
  } as unknown as CloseRun;
}

/** A supervisor opens a closed or disputed run again. Claim. */
export interface ReopenRun {
  readonly run_id: RunId;
  readonly reason: string;
}
export function fillReopenRun(raw: unknown): ReopenRun {
  return {
    ...(raw as object),
  } as unknown as ReopenRun;
}

/** Call a change what it is. Claim (A10). */
export interface ClassifyExchange {
  readonly order_id: OrderId;
  readonly exchange_id: ExchangeId;
  readonly change_kind: ChangeKind;
  readonly note: string | null;
}
export function fillClassifyExchange(raw: unknown): ClassifyExchange {
  return {
    note: null,
    ...(raw as object),
  } as unknown as ClassifyExchange;
}

/** How and where the original comes back, and what the exchange costs. Claim. */
export interface PlanExchange {
  readonly order_id: OrderId;
  readonly exchange_id: ExchangeId;
  readonly return_via: ReturnVia | null;
  readonly return_branch_id: BranchId | null;
  readonly fee_paisa: number | null;
}
export function fillPlanExchange(raw: unknown): PlanExchange {
  return {
    return_via: null,
    return_branch_id: null,
    fee_paisa: null,
    ...(raw as object),
  } as unknown as PlanExchange;
}

/** The difference was collected, or (`refund`) given back. Fact. Cash goes through `branch_id`'s till. */
export interface SettleExchange {
  readonly order_id: OrderId;
  readonly exchange_id: ExchangeId;
  readonly branch_id: BranchId;
  readonly refund: boolean;
  readonly paisa: number;
  readonly method: SettleMethod;
  readonly reference: string | null;
}
export function fillSettleExchange(raw: unknown): SettleExchange {
  return {
    refund: false,
    method: "cash",
    reference: null,
    ...(raw as object),
  } as unknown as SettleExchange;
}

/** What is to become of a discrepancy. Claim. */
export interface Resolve {
  readonly discrepancy_id: DiscrepancyId;
  readonly outcome: Outcome;
  readonly reason: string | null;
  readonly branch_id: BranchId | null;
  readonly units: number | null;
}
export function fillResolve(raw: unknown): Resolve {
  return {
    reason: null,
    branch_id: null,
    units: null,
    ...(raw as object),
  } as unknown as Resolve;
}

/** Parked ops are to be carried out now, with what waits behind them. Claim. */
export interface Replay {
  readonly op_ids: readonly OpId[];
  readonly reason: string | null;
}
export function fillReplay(raw: unknown): Replay {
  return {
    reason: null,
    ...(raw as object),
  } as unknown as Replay;
}

/** A parked op will never be carried out; it stays to be read. What waited for it is tried without it. Claim. */
export interface Dismiss {
  readonly op_ids: readonly OpId[];
  readonly reason: string;
}
export function fillDismiss(raw: unknown): Dismiss {
  return {
    ...(raw as object),
  } as unknown as Dismiss;
}

/** An order line as the store showed it. `fulfilled_units` counts live Shopify fulfillments only. */
export interface SeenLine {
  readonly id: OrderLineId;
  readonly variant_id: VariantId | null;
  readonly title: string;
  readonly variant_title: string | null;
  readonly sku: string | null;
  readonly ordered_units: number;
  readonly current_units: number;
  readonly unit_paisa: number;
  readonly ships: boolean;
  readonly fulfilled_units: number;
}
export function fillSeenLine(raw: unknown): SeenLine {
  return {
    variant_title: null,
    sku: null,
    ships: true,
    fulfilled_units: 0,
    ...(raw as object),
  } as unknown as SeenLine;
}

/** What an agreement put on (positive) or took off (negative) a line; `paisa` after discount and tax, signed. */
export interface SeenSale {
  readonly order_line_id: OrderLineId | null;
  readonly units: number;
  readonly paisa: number;
}
export function fillSeenSale(raw: unknown): SeenSale {
  return {
    order_line_id: null,
    units: 0,
    paisa: 0,
    ...(raw as object),
  } as unknown as SeenSale;
}

/** One order edit, or one return with its exchange lines, as the store accounts for it. */
export interface SeenAgreement {
  readonly id: string;
  readonly happened_at: number;
  readonly sales: readonly SeenSale[];
}
export function fillSeenAgreement(raw: unknown): SeenAgreement {
  const r = raw as Record<string, unknown>;
  return {
    sales: [],
    ...(raw as object),
    ...(r['sales'] === undefined ? {} : { sales: (r['sales'] as unknown[]).map(fillSeenSale) }),
  } as unknown as SeenAgreement;
}

/** Units of a line that the customer is to send back. */
export interface SeenReturnLine {
  readonly order_line_id: OrderLineId;
  readonly units: number;
}
export function fillSeenReturnLine(raw: unknown): SeenReturnLine {
  return {
    ...(raw as object),
  } as unknown as SeenReturnLine;
}

/** A return of the store's own: `open` until it is closed, declined or cancelled there. */
export interface SeenReturn {
  readonly gid: string;
  readonly open: boolean;
  readonly lines: readonly SeenReturnLine[];
}
export function fillSeenReturn(raw: unknown): SeenReturn {
  const r = raw as Record<string, unknown>;
  return {
    lines: [],
    ...(raw as object),
    ...(r['lines'] === undefined ? {} : { lines: (r['lines'] as unknown[]).map(fillSeenReturnLine) }),
  } as unknown as SeenReturn;
}

/** One reading of an order from the store, already in our words. News. */
export interface ShopifyOrder {
  readonly id: OrderId;
  readonly gid: string;
  readonly name: string;
  readonly placed_at: number;
  readonly updated_at: number;
  readonly cancelled_at: number | null;
  readonly financial_status: string;
  readonly cod: boolean;
  readonly total_paisa: number;
  readonly outstanding_paisa: number;
  readonly currency: string;
  readonly contact: Contact;
  readonly note: string | null;
  readonly tags: readonly string[];
  readonly lines: readonly SeenLine[];
  readonly fulfillments: readonly StoreFulfillment[];
  readonly agreements: readonly SeenAgreement[] | null;
  readonly returns: readonly SeenReturn[];
}
export function fillShopifyOrder(raw: unknown): ShopifyOrder {
  const r = raw as Record<string, unknown>;
  return {
    cancelled_at: null,
    currency: "PKR",
    note: null,
    tags: [],
    fulfillments: [],
    agreements: null,
    returns: [],
    ...(raw as object),
    contact: fillContact(r['contact']),
    lines: (r['lines'] as unknown[]).map(fillSeenLine),
    ...(r['fulfillments'] === undefined ? {} : { fulfillments: (r['fulfillments'] as unknown[]).map(fillStoreFulfillment) }),
    ...(r['agreements'] === undefined ? {} : { agreements: (r['agreements'] as unknown[]).map(fillSeenAgreement) }),
    ...(r['returns'] === undefined ? {} : { returns: (r['returns'] as unknown[]).map(fillSeenReturn) }),
  } as unknown as ShopifyOrder;
}

/** What became of our own write, by the `key` of its intent. News. */
export interface ShopifyOutcome {
  readonly fulfillment_id: FulfillmentId | null;
  readonly order_id: OrderId | null;
  readonly branch_id: BranchId | null;
  readonly key: string | null;
  readonly effect: EffectKind;
  readonly state: ShopifyState;
  readonly shopify_fulfillment_gid: string | null;
  readonly error: string | null;
}
export function fillShopifyOutcome(raw: unknown): ShopifyOutcome {
  return {
    fulfillment_id: null,
    order_id: null,
    branch_id: null,
    key: null,
    effect: "shopify_fulfill",
    shopify_fulfillment_gid: null,
    error: null,
    ...(raw as object),
  } as unknown as ShopifyOutcome;
}

/** What a file exported from the store shows of an order's customer, where the store's plan hides it from apps. News. */
export interface StoreContact {
  readonly order_id: OrderId;
  readonly contact: Contact;
  readonly imported_by: StaffId;
}
export function fillStoreContact(raw: unknown): StoreContact {
  const r = raw as Record<string, unknown>;
  return {
    ...(raw as object),
    contact: fillContact(r['contact']),
  } as unknown as StoreContact;
}

/** An order's hour has come: a callback is due, or nobody named the branch in time. News. */
export interface TimePassed {
  readonly order_id: OrderId;
}
export function fillTimePassed(raw: unknown): TimePassed {
  return {
    ...(raw as object),
  } as unknown as TimePassed;
}

/** The server found something out about its own books: a hole, or a ledger that is not the one phones saw. News. */
export interface ServerFinding {
  readonly code: Code;
  readonly branch_id: BranchId | null;
  readonly detail: string;
}
export function fillServerFinding(raw: unknown): ServerFinding {
  return {
    branch_id: null,
    detail: "",
    ...(raw as object),
  } as unknown as ServerFinding;
}

/** One thing a person did, as its device recorded it. */
export interface Op {
  readonly id: string;
  readonly n: number;
  readonly prev: string | null;
  readonly kind: string;
  readonly v: number;
  readonly by: string | null;
  readonly at: number;
  readonly clock: readonly [number, number] | null;
  readonly seen: Readonly<Record<string, number>>;
  readonly deps: readonly string[];
  readonly body: unknown;
}
export function fillOp(raw: unknown): Op {
  return {
    prev: null,
    v: 1,
    by: null,
    at: 0,
    clock: null,
    seen: {},
    deps: [],
    body: {},
    ...(raw as object),
  } as unknown as Op;
}

/** What the fleet board shows of a phone. `oldest_at` is epoch ms of its oldest unsent op. */
export interface PhoneHealth {
  readonly unsent: number;
  readonly oldest_at: number | null;
  readonly persisted: boolean | null;
  readonly free_mb: number | null;
}
export function fillPhoneHealth(raw: unknown): PhoneHealth {
  return {
    unsent: 0,
    oldest_at: null,
    persisted: null,
    free_mb: null,
    ...(raw as object),
  } as unknown as PhoneHealth;
}

/** A phone presents itself: what it speaks, where its op log stands, what it has seen. */
export interface HelloRequest {
  readonly protocol: readonly [number, number];
  readonly app: string;
  readonly incarnation: Incarnation;
  readonly epoch: Epoch | null;
  readonly n: number;
  readonly acked_n: number;
  readonly head: string | null;
  readonly cursors: Readonly<Record<StreamName, number>>;
  readonly witness: Readonly<Record<BranchId, readonly [number, string]>>;
  readonly health: PhoneHealth | null;
}
export function fillHelloRequest(raw: unknown): HelloRequest {
  const r = raw as Record<string, unknown>;
  return {
    protocol: [1,1],
    app: "",
    incarnation: "",
    epoch: null,
    n: 0,
    acked_n: 0,
    head: null,
    cursors: {},
    witness: {},
    health: null,
    ...(raw as object),
    ...(r['health'] === undefined ? {} : { health: r['health'] === null ? null : fillPhoneHealth(r['health']) }),
  } as unknown as HelloRequest;
}

/** Where the server has the device's op log, in the incarnation that it named. */
export interface DeviceHead {
  readonly id: DeviceId;
  readonly n: number;
  readonly head: string | null;
  readonly revoked: boolean;
}
export function fillDeviceHead(raw: unknown): DeviceHead {
  return {
    ...(raw as object),
  } as unknown as DeviceHead;
}

/** The bounds that this server enforces. */
export interface Limits {
  readonly push_ops: number;
  readonly push_bytes: number;
  readonly op_bytes: number;
  readonly pull_bytes: number;
  readonly pull_rows: number;
}
export function fillLimits(raw: unknown): Limits {
  return {
    ...(raw as object),
  } as unknown as Limits;
}

/** The server's side of a hello. `restored_to` is epoch ms of the backup when it was restored from one. */
export interface HelloReply {
  readonly protocol: number;
  readonly epoch: Epoch;
  readonly restored_to: number | null;
  readonly device: DeviceHead;
  readonly streams: readonly StreamName[];
  readonly limits: Limits;
  readonly now: number;
  readonly backed_up_to: number | null;
}
export function fillHelloReply(raw: unknown): HelloReply {
  const r = raw as Record<string, unknown>;
  return {
    backed_up_to: null,
    ...(raw as object),
    device: fillDeviceHead(r['device']),
    limits: fillLimits(r['limits']),
  } as unknown as HelloReply;
}

/** A piece of a large stream as it stood at one moment: a patch that never changes, at `/sync/parts/<hash>`. */
export interface SnapshotPart {
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
  readonly hash: string;
}
export function fillSnapshotPart(raw: unknown): SnapshotPart {
  return {
    ...(raw as object),
  } as unknown as SnapshotPart;
}

/** What a phone has of each stream. A granted stream that is not named starts at 0. */
export interface PullRequest {
  readonly epoch: Epoch | null;
  readonly cursors: Readonly<Record<StreamName, number>>;
  readonly max_bytes: number;
  readonly parts: boolean;
}
export function fillPullRequest(raw: unknown): PullRequest {
  return {
    epoch: null,
    cursors: {},
    max_bytes: 524288,
    parts: false,
    ...(raw as object),
  } as unknown as PullRequest;
}

/** A pull that rides along with a push: one round trip on a slow network. */
export interface PullRide {
  readonly cursors: Readonly<Record<StreamName, number>>;
  readonly max_bytes: number;
  readonly parts: boolean;
}
export function fillPullRide(raw: unknown): PullRide {
  return {
    cursors: {},
    max_bytes: 524288,
    parts: false,
    ...(raw as object),
  } as unknown as PullRide;
}

/** The rows of one stream changed after version `from` and up to version `to`, each at its latest. */
export interface Patch {
  readonly stream: StreamName;
  readonly from: number;
  readonly to: number;
  readonly rows: readonly (readonly [RowKey, number, unknown])[];
}
export function fillPatch(raw: unknown): Patch {
  return {
    ...(raw as object),
  } as unknown as Patch;
}

/** One consistent reading. `results` are those of this device that it has not confirmed. */
export interface PullReply {
  readonly epoch: Epoch;
  readonly patches: readonly Patch[];
  readonly results: readonly unknown[];
  readonly ledger: Readonly<Record<BranchId, readonly [number, string]>>;
  readonly streams: readonly StreamName[];
  readonly resnapshot: readonly StreamName[];
  readonly more: boolean;
  readonly now: number;
  readonly backed_up_to: number | null;
  readonly parts: readonly SnapshotPart[];
}
export function fillPullReply(raw: unknown): PullReply {
  const r = raw as Record<string, unknown>;
  return {
    backed_up_to: null,
    parts: [],
    ...(raw as object),
    patches: (r['patches'] as unknown[]).map(fillPatch),
    ...(r['parts'] === undefined ? {} : { parts: (r['parts'] as unknown[]).map(fillSnapshotPart) }),
  } as unknown as PullReply;
}

/** Ops in the order in which they were recorded. Each stays raw: it is read by itself. */
export interface PushRequest {
  readonly epoch: Epoch | null;
  readonly incarnation: Incarnation;
  readonly ops: readonly unknown[];
  readonly unsent: number;
  readonly oldest_at: number | null;
  readonly acked_n: number | null;
  readonly pull: PullRide | null;
}
export function fillPushRequest(raw: unknown): PushRequest {
  const r = raw as Record<string, unknown>;
  return {
    epoch: null,
    incarnation: "",
    ops: [],
    unsent: 0,
    oldest_at: null,
    acked_n: null,
    pull: null,
    ...(raw as object),
    ...(r['pull'] === undefined ? {} : { pull: r['pull'] === null ? null : fillPullRide(r['pull']) }),
  } as unknown as PushRequest;
}

/** One result per op, verbatim as stored. `more` asks the phone to push the rest at once. */
export interface PushReply {
  readonly results: readonly unknown[];
  readonly more: boolean;
  readonly retry_after_ms: number;
  readonly now: number;
  readonly pull: PullReply | null;
}
export function fillPushReply(raw: unknown): PushReply {
  const r = raw as Record<string, unknown>;
  return {
    pull: null,
    ...(raw as object),
    ...(r['pull'] === undefined ? {} : { pull: r['pull'] === null ? null : fillPullReply(r['pull']) }),
  } as unknown as PushReply;
}

/** A problem in the RFC 9457 shape, with what the phone needs to recover. */
export interface ProblemReply {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly problem: Problem | null;
  readonly epoch: Epoch | null;
  readonly restored_to: number | null;
  readonly device: DeviceHead | null;
  readonly retry_after_ms: number;
  readonly results: readonly unknown[] | null;
  readonly missing: readonly OpId[] | null;
  readonly more: boolean;
  readonly now: number;
}
export function fillProblemReply(raw: unknown): ProblemReply {
  const r = raw as Record<string, unknown>;
  return {
    problem: null,
    epoch: null,
    restored_to: null,
    device: null,
    retry_after_ms: 0,
    results: null,
    missing: null,
    more: false,
    now: 0,
    ...(raw as object),
    ...(r['device'] === undefined ? {} : { device: r['device'] === null ? null : fillDeviceHead(r['device']) }),
  } as unknown as ProblemReply;
}

/** Ids of ops that the phone still holds; under the new epoch when there is one. */
export interface OfferRequest {
  readonly epoch: Epoch | null;
  readonly incarnation: Incarnation | null;
  readonly held_from: number | null;
  readonly n: number | null;
  readonly ids: readonly OpId[];
}
export function fillOfferRequest(raw: unknown): OfferRequest {
  return {
    epoch: null,
    incarnation: null,
    held_from: null,
    n: null,
    ids: [],
    ...(raw as object),
  } as unknown as OfferRequest;
}

/** Which of them the server lacks, in the offered order, and the results of the others. */
export interface OfferReply {
  readonly epoch: Epoch;
  readonly missing: readonly OpId[];
  readonly results: readonly unknown[];
  readonly now: number;
}
export function fillOfferReply(raw: unknown): OfferReply {
  return {
    ...(raw as object),
  } as unknown as OfferReply;
}

/** One event with what the driver knows at that moment. */
export interface Event {
  readonly kind: EventKind;
  readonly unsent: boolean;
  readonly more: boolean;
  readonly away: boolean;
  readonly epoch_changed: boolean;
  readonly head_differs: boolean;
  readonly revoked: boolean;
  readonly problem: Problem | null;
  readonly retry_after_ms: number;
}
export function fillEvent(raw: unknown): Event {
  return {
    unsent: false,
    more: false,
    away: false,
    epoch_changed: false,
    head_differs: false,
    revoked: false,
    problem: null,
    retry_after_ms: 0,
    ...(raw as object),
  } as unknown as Event;
}

/** One thing to do; `ceiling_ms` and `exactly` belong to ARM (`exactly`: the server named the time, no jitter). */
export interface Action {
  readonly kind: ActionKind;
  readonly ceiling_ms: number;
  readonly exactly: boolean;
}
export function fillAction(raw: unknown): Action {
  return {
    ceiling_ms: 0,
    exactly: false,
    ...(raw as object),
  } as unknown as Action;
}

/** Where the loop stands. */
export interface Phone {
  readonly phase: Phase;
  readonly attempt: number;
  readonly unsent: boolean;
  readonly greeted: boolean;
  readonly must_offer: boolean;
  readonly recovering: boolean;
  readonly again: boolean;
  readonly leaving: boolean;
}
export function fillPhone(raw: unknown): Phone {
  return {
    phase: "idle",
    attempt: 0,
    unsent: false,
    greeted: false,
    must_offer: false,
    recovering: false,
    again: false,
    leaving: false,
    ...(raw as object),
  } as unknown as Phone;
}

export const PROTOCOL: number = 1;

export const WIRE_FINGERPRINT: string = "0ee50470dc4823d1";

export const LIMITS = {
  "PUSH_OPS_MAX": 100,
  "PUSH_BYTES_MAX": 262144,
  "OP_BYTES_MAX": 16384,
  "OPS_PER_TRANSACTION": 50,
  "PULL_BYTES_MAX": 524288,
  "PULL_ROWS_MAX": 2000,
  "OFFER_IDS_MAX": 20000,
  "JOURNAL_DAYS": 30,
  "JOURNAL_FLOOR_DAYS": 14,
  "TOMBSTONE_DAYS": 60,
  "BACKUP_MARGIN_MS": 3600000,
  "JOURNAL_OPS_MAX": 20000,
  "INTEGER_MAX": 9007199254740991,
  "UNITS_MAX": 100000,
  "MONEY_PAISA_MAX": 100000000000,
  "LINES_MAX": 250,
  "TEXT_MAX": 2000,
  "ID_MAX": 64,
  "NESTING_MAX": 32,
  "RETRY_FIRST_MS": 1000,
  "RETRY_CEILING_MS": 60000,
  "POLL_MS": 60000,
  "AWAY_MS": 60000,
  "OUTBOX_WARN_OPS": 200,
  "OUTBOX_WARN_MS": 14400000,
  "OUTBOX_ALARM_OPS": 2000,
  "OUTBOX_ALARM_MS": 86400000,
  "CLOCK_NOTE_MS": 120000,
  "CLOCK_WARN_MS": 300000
} as const;

export const TRANSITIONS: Readonly<Record<FulfillmentState, Readonly<Partial<Record<FulfillmentAction, FulfillmentState>>>>> = {
  "pending": {
    "pack": "packed",
    "cancel": "cancelled"
  },
  "packed": {
    "unpack": "pending",
    "dispatch": "dispatched"
  },
  "dispatched": {
    "undo_dispatch": "packed",
    "attempt": "dispatched",
    "deliver": "delivered",
    "initiate_return": "returning",
    "lose": "lost"
  },
  "recorded": {
    "attempt": "recorded",
    "deliver": "delivered",
    "initiate_return": "returning",
    "lose": "lost",
    "void": "voided"
  },
  "delivered": {
    "initiate_return": "returning"
  },
  "returning": {
    "receive": "returned",
    "resume": "dispatched",
    "lose": "lost"
  },
  "returned": {},
  "lost": {},
  "cancelled": {},
  "voided": {}
};

export const GOODS_OUT: readonly FulfillmentState[] = [
  "delivered",
  "dispatched",
  "packed",
  "recorded",
  "returning"
];

export const NEVER_LEFT: readonly FulfillmentState[] = [
  "cancelled",
  "pending",
  "voided"
];

export const ON_THE_WAY: readonly FulfillmentState[] = [
  "dispatched",
  "recorded"
];

export const CONFLICTS: readonly Code[] = [
  "deliver_vs_return",
  "double_pack",
  "fix_stale",
  "not_fulfilled_in_shopify",
  "packed_after_refusal",
  "packed_superseded",
  "possible_double_deduct",
  "return_excess",
  "unfulfilled_in_shopify"
];

export const DECIDES_ALONE: readonly Role[] = [
  "owner",
  "supervisor"
];

export const MAY_SKIP_ASKING: readonly Role[] = [
  "operator",
  "owner",
  "supervisor"
];

export const TELLS_NO_STORE: readonly Role[] = [
  "recorder",
  "rider"
];

export const BRANCH_MAY_ASK: readonly OpKind[] = [
  "call_attempt",
  "confirm",
  "edit_contact"
];

export const BRANCH_MAY_SEND: readonly OpKind[] = [
  "dispatch",
  "set_tracking",
  "start_run",
  "undo_dispatch"
];

export const OUTCOMES: Readonly<Partial<Record<Code, readonly Outcome[]>>> = {
  "oversell": [
    "found_extra",
    "scanned_twice",
    "other_branch",
    "unpack"
  ],
  "double_pack": [
    "same_parcel",
    "sent_twice",
    "other_branch"
  ],
  "possible_double_deduct": [
    "same_parcel",
    "sent_twice",
    "other_branch"
  ],
  "packed_cancelled": [
    "unpack",
    "expect_return",
    "accepted"
  ],
  "packed_superseded": [
    "unpack",
    "expect_return",
    "accepted"
  ],
  "packed_after_refusal": [
    "accepted",
    "unpack"
  ],
  "cancelled_while_packed": [
    "unpack",
    "accepted"
  ],
  "dispatched_cancelled": [
    "expect_return",
    "accepted"
  ],
  "delivered_cancelled": [
    "accepted",
    "expect_return"
  ],
  "deliver_vs_return": [
    "was_delivered",
    "was_returned"
  ],
  "unfulfilled_in_shopify": [
    "void",
    "accepted"
  ],
  "shopify_failed": [
    "retry",
    "accepted"
  ],
  "count_ambiguous": [
    "recount",
    "accepted"
  ],
  "cash_short": [
    "accepted",
    "written_off"
  ]
};

export const RIGHTS: Readonly<Record<Role, Readonly<Partial<Record<OpKind, Reach>>>>> = {
  "owner": {
    "confirm": "shop",
    "call_attempt": "shop",
    "edit_contact": "shop",
    "assign_branch": "shop",
    "create_fulfillment": "shop",
    "edit_fulfillment": "shop",
    "cancel_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "set_tracking": "shop",
    "dispatch": "shop",
    "undo_dispatch": "shop",
    "attempt_failed": "shop",
    "deliver": "shop",
    "mark_lost": "shop",
    "tracking_event": "shop",
    "initiate_return": "shop",
    "resume_delivery": "shop",
    "return_receive": "shop",
    "inspect": "shop",
    "write_off": "shop",
    "manual_fulfillment": "shop",
    "branch_sync": "shop",
    "void_fulfillment": "shop",
    "fix_branch_stock": "shop",
    "opening_stock": "shop",
    "receive_stock": "shop",
    "counter_sale": "shop",
    "counter_return": "shop",
    "transfer_send": "shop",
    "transfer_receive": "shop",
    "count": "shop",
    "set_low_stock": "shop",
    "create_run": "shop",
    "load_parcel": "shop",
    "unload_parcel": "shop",
    "start_run": "shop",
    "end_run": "shop",
    "check_in_parcel": "shop",
    "count_run_cash": "shop",
    "close_run": "shop",
    "reopen_run": "shop",
    "classify_exchange": "shop",
    "plan_exchange": "shop",
    "settle_exchange": "shop",
    "resolve": "shop",
    "replay": "shop",
    "dismiss": "shop"
  },
  "supervisor": {
    "confirm": "shop",
    "call_attempt": "shop",
    "edit_contact": "shop",
    "assign_branch": "shop",
    "create_fulfillment": "shop",
    "edit_fulfillment": "shop",
    "cancel_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "set_tracking": "shop",
    "dispatch": "shop",
    "undo_dispatch": "shop",
    "attempt_failed": "shop",
    "deliver": "shop",
    "mark_lost": "shop",
    "tracking_event": "shop",
    "initiate_return": "shop",
    "resume_delivery": "shop",
    "return_receive": "shop",
    "inspect": "shop",
    "write_off": "shop",
    "manual_fulfillment": "shop",
    "branch_sync": "shop",
    "void_fulfillment": "shop",
    "fix_branch_stock": "shop",
    "opening_stock": "shop",
    "receive_stock": "shop",
    "counter_sale": "shop",
    "counter_return": "shop",
    "transfer_send": "shop",
    "transfer_receive": "shop",
    "count": "shop",
    "set_low_stock": "shop",
    "create_run": "shop",
    "load_parcel": "shop",
    "unload_parcel": "shop",
    "start_run": "shop",
    "end_run": "shop",
    "check_in_parcel": "shop",
    "count_run_cash": "shop",
    "close_run": "shop",
    "reopen_run": "shop",
    "classify_exchange": "shop",
    "plan_exchange": "shop",
    "settle_exchange": "shop",
    "resolve": "shop",
    "replay": "shop",
    "dismiss": "shop"
  },
  "operator": {
    "confirm": "shop",
    "call_attempt": "shop",
    "edit_contact": "shop",
    "assign_branch": "shop",
    "create_fulfillment": "shop",
    "edit_fulfillment": "shop",
    "cancel_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "set_tracking": "shop",
    "dispatch": "shop",
    "undo_dispatch": "shop",
    "attempt_failed": "shop",
    "deliver": "shop",
    "tracking_event": "shop",
    "initiate_return": "shop",
    "resume_delivery": "shop",
    "manual_fulfillment": "shop",
    "branch_sync": "shop",
    "void_fulfillment": "shop",
    "set_low_stock": "shop",
    "create_run": "shop",
    "load_parcel": "shop",
    "unload_parcel": "shop",
    "start_run": "shop",
    "end_run": "shop",
    "check_in_parcel": "shop",
    "classify_exchange": "shop",
    "plan_exchange": "shop"
  },
  "branch": {
    "confirm": "shop",
    "call_attempt": "shop",
    "edit_contact": "shop",
    "assign_branch": "branch",
    "create_fulfillment": "branch",
    "edit_fulfillment": "branch",
    "cancel_fulfillment": "branch",
    "pack": "branch",
    "unpack": "branch",
    "set_tracking": "branch",
    "dispatch": "branch",
    "undo_dispatch": "branch",
    "attempt_failed": "branch",
    "deliver": "branch",
    "tracking_event": "branch",
    "initiate_return": "branch",
    "resume_delivery": "branch",
    "return_receive": "branch",
    "inspect": "branch",
    "manual_fulfillment": "branch",
    "void_fulfillment": "branch",
    "receive_stock": "branch",
    "counter_sale": "branch",
    "counter_return": "branch",
    "transfer_send": "branch",
    "transfer_receive": "branch",
    "count": "branch",
    "create_run": "branch",
    "load_parcel": "branch",
    "unload_parcel": "branch",
    "start_run": "branch",
    "end_run": "branch",
    "check_in_parcel": "branch",
    "count_run_cash": "branch",
    "close_run": "branch",
    "settle_exchange": "branch"
  },
  "recorder": {
    "manual_fulfillment": "branch",
    "void_fulfillment": "branch"
  },
  "rider": {
    "attempt_failed": "own",
    "deliver": "own",
    "initiate_return": "own",
    "end_run": "own"
  },
  "caller": {
    "confirm": "shop",
    "call_attempt": "shop",
    "edit_contact": "shop"
  },
  "viewer": {},
  "shopify": {
    "replay": "shop",
    "shopify_order": "shop",
    "shopify_outcome": "shop",
    "store_contact": "shop",
    "time_passed": "shop",
    "server_finding": "shop"
  }
};

export const OP_CLASS: Readonly<Record<OpKind, OpClass>> = {
  "confirm": "claim",
  "call_attempt": "claim",
  "edit_contact": "claim",
  "assign_branch": "claim",
  "create_fulfillment": "claim",
  "edit_fulfillment": "claim",
  "cancel_fulfillment": "claim",
  "pack": "fact",
  "unpack": "fact",
  "set_tracking": "claim",
  "dispatch": "fact",
  "undo_dispatch": "fact",
  "attempt_failed": "fact",
  "deliver": "fact",
  "mark_lost": "fact",
  "tracking_event": "fact",
  "initiate_return": "fact",
  "resume_delivery": "fact",
  "return_receive": "fact",
  "inspect": "fact",
  "write_off": "fact",
  "manual_fulfillment": "fact",
  "branch_sync": "fact",
  "void_fulfillment": "fact",
  "fix_branch_stock": "fact",
  "opening_stock": "fact",
  "receive_stock": "fact",
  "counter_sale": "fact",
  "counter_return": "fact",
  "transfer_send": "fact",
  "transfer_receive": "fact",
  "count": "fact",
  "set_low_stock": "claim",
  "create_run": "claim",
  "load_parcel": "fact",
  "unload_parcel": "fact",
  "start_run": "fact",
  "end_run": "fact",
  "check_in_parcel": "fact",
  "count_run_cash": "fact",
  "close_run": "claim",
  "reopen_run": "claim",
  "classify_exchange": "claim",
  "plan_exchange": "claim",
  "settle_exchange": "fact",
  "resolve": "claim",
  "replay": "claim",
  "dismiss": "claim",
  "shopify_order": "news",
  "shopify_outcome": "news",
  "store_contact": "news",
  "time_passed": "news",
  "server_finding": "news"
};

/** How far a right reaches: everywhere, at the person's branches, to what was given to that person, or not at all. */
export const Reach = ["shop", "branch", "own", "none"] as const;
export type Reach = (typeof Reach)[number];

/** How each row kind's body is filled. */
export const FILL_ROW = {
  policy: fillPolicy,
  branch: fillBranch,
  staff: fillStaff,
  courier: fillCourier,
  variant: fillVariant,
  order: fillOrder,
  fulfillment: fillFulfillment,
  stock: fillStock,
  run: fillRiderRun,
  transfer: fillTransfer,
  discrepancy: fillDiscrepancy,
  parked: fillParkedOp,
  result: fillResult,
  device: fillFleetDevice,
} as const;
