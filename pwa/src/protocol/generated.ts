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

export type Epoch = string & { readonly __brand: "Epoch" };

export type Incarnation = string & { readonly __brand: "Incarnation" };

export type StreamName = string & { readonly __brand: "StreamName" };

export type RowKey = string & { readonly __brand: "RowKey" };

/** What a person is for; rights follow from the role × op table (product.md A21). */
export const Role = ["owner", "supervisor", "operator", "branch", "recorder", "rider", "caller", "viewer", "shopify"] as const;
export type Role = (typeof Role)[number];

/** Which orders must be confirmed with the customer before a shipment is made (A18). */
export const ConfirmRequired = ["cod", "all", "none"] as const;
export type ConfirmRequired = (typeof ConfirmRequired)[number];

/** The three ways of working; they coexist on one order. */
export const Workflow = ["smart", "manual", "branch_sync"] as const;
export type Workflow = (typeof Workflow)[number];

/** Where a shipment stands. `recorded` is manual's only step: the goods went out, somebody wrote it down. */
export const FulfillmentState = ["pending", "packed", "dispatched", "delivered", "recorded", "cancelled"] as const;
export type FulfillmentState = (typeof FulfillmentState)[number];

/** What people do to a shipment. */
export const FulfillmentAction = ["pack", "unpack", "dispatch", "deliver", "cancel"] as const;
export type FulfillmentAction = (typeof FulfillmentAction)[number];

/** What Shopify knows of a shipment. Manual fulfillments stay `not_for_shopify` for ever (S36). */
export const ShopifyState = ["not_for_shopify", "not_yet", "queued", "unknown", "confirmed", "failed", "skipped"] as const;
export type ShopifyState = (typeof ShopifyState)[number];

/** What the customer said. Folded from attempts and edits, never typed in. */
export const ConfirmationState = ["not_required", "pending", "confirmed", "reconfirm"] as const;
export type ConfirmationState = (typeof ConfirmationState)[number];

/** How the customer was asked. */
export const Channel = ["call", "whatsapp", "sms", "in_person"] as const;
export type Channel = (typeof Channel)[number];

/** The headline of an order: the first that is true, in this order (product.md §2.4). */
export const SmartStatus = ["cancelled_goods_out", "cancelled", "branch_sync", "to_confirm", "reconfirm", "pending", "packed", "partial", "dispatched", "delivered", "done", "unfulfilled"] as const;
export type SmartStatus = (typeof SmartStatus)[number];

/** Why stock moved. */
export const EntryKind = ["opening", "ship_smart", "ship_manual", "unpack"] as const;
export type EntryKind = (typeof EntryKind)[number];

/** The five ends of an op. Facts are never `refused`. */
export const ResultStatus = ["applied", "flagged", "noop", "parked", "refused"] as const;
export type ResultStatus = (typeof ResultStatus)[number];

/** Why an op did not simply apply. Words for people live in the app's translations. */
export const Code = ["oversell", "double_pack", "packed_cancelled", "packed_superseded", "packed_after_refusal", "not_packed", "implied_pack", "implied_dispatch", "double_dispatch", "dispatched_cancelled", "delivered_cancelled", "possible_double_deduct", "cancelled_while_packed", "shopify_failed", "already_done", "stale", "partly_taken", "lines_taken", "not_confirmed", "order_cancelled", "branch_closed", "already_exists", "invalid", "unknown_kind", "unknown_reference", "waits_for_parked", "authority", "revoked", "id_reuse", "unreadable", "failed"] as const;
export type Code = (typeof Code)[number];

/** A fact happened and is never refused; a claim can lose a race; news comes from the store alone. */
export const OpClass = ["fact", "claim", "news"] as const;
export type OpClass = (typeof OpClass)[number];

/** Every kind that this version can decide. Any other parks. */
export const OpKind = ["confirm", "create_fulfillment", "pack", "unpack", "dispatch", "deliver", "manual_fulfillment", "opening_stock", "shopify_order", "shopify_outcome"] as const;
export type OpKind = (typeof OpKind)[number];

/** Row kinds this version understands; any other is kept raw and ignored. */
export const RowKind = ["policy", "branch", "staff", "courier", "variant", "order", "fulfillment", "stock", "discrepancy", "result"] as const;
export type RowKind = (typeof RowKind)[number];

/** Why a whole request was not taken. Nothing of it was applied; nothing of it may be dropped. */
export const Problem = ["epoch", "fork", "gap", "revoked", "too_large", "slow_down"] as const;
export type Problem = (typeof Problem)[number];

/** What the phone is doing. The first two have a timer armed, the next four a request under way. */
export const Phase = ["idle", "waiting", "greeting", "pushing", "pulling", "offering", "stopped"] as const;
export type Phase = (typeof Phase)[number];

/** What can happen to a phone. */
export const EventKind = ["started", "recorded", "woken", "timer", "hello_ok", "push_ok", "pull_ok", "offer_ok", "problem", "failed"] as const;
export type EventKind = (typeof EventKind)[number];

/** What the driver must do. */
export const ActionKind = ["hello", "push", "pull", "offer", "renumber", "adopt_epoch", "shrink_batch", "arm"] as const;
export type ActionKind = (typeof ActionKind)[number];

/** How this shop wants to work. */
export interface Policy {
  readonly confirm_required: ConfirmRequired;
  readonly branch_sees_inbox: boolean;
  readonly notify_customer: boolean;
}
export function fillPolicy(raw: unknown): Policy {
  return {
    confirm_required: "cod",
    branch_sees_inbox: true,
    notify_customer: true,
    ...(raw as object),
  } as unknown as Policy;
}

/** A place that holds stock. */
export interface Branch {
  readonly id: BranchId;
  readonly name: string;
  readonly city: string;
  readonly active: boolean;
}
export function fillBranch(raw: unknown): Branch {
  return {
    city: "",
    active: true,
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
}
export function fillFulfillmentLine(raw: unknown): FulfillmentLine {
  return {
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
  readonly note: string | null;
  readonly refused: boolean;
  readonly shopify_state: ShopifyState;
  readonly shopify_fulfillment_gid: string | null;
  readonly shopify_error: string | null;
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
    note: null,
    refused: false,
    shopify_state: "not_yet",
    shopify_fulfillment_gid: null,
    shopify_error: null,
    rev: 0,
    ...(raw as object),
    lines: (r['lines'] as unknown[]).map(fillFulfillmentLine),
    ...(r['steps'] === undefined ? {} : { steps: (r['steps'] as unknown[]).map(fillStep) }),
  } as unknown as Fulfillment;
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

/** Where asking the customer stands; `at` in epoch ms by the device that recorded it. */
export interface Confirmation {
  readonly state: ConfirmationState;
  readonly by: StaffId | null;
  readonly at: number | null;
  readonly channel: Channel | null;
  readonly note: string | null;
}
export function fillConfirmation(raw: unknown): Confirmation {
  return {
    by: null,
    at: null,
    channel: null,
    note: null,
    ...(raw as object),
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
  readonly pending_units: number;
  readonly out_units: number;
  readonly shipped_units: number;
}
export function fillOrderLine(raw: unknown): OrderLine {
  return {
    variant_title: null,
    sku: null,
    ships: true,
    shopify_fulfilled_units: 0,
    pending_units: 0,
    out_units: 0,
    shipped_units: 0,
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
}
export function fillShipment(raw: unknown): Shipment {
  return {
    ...(raw as object),
  } as unknown as Shipment;
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
  readonly note: string | null;
  readonly tags: readonly string[];
  readonly confirmation: Confirmation;
  readonly lines: readonly OrderLine[];
  readonly shipments: readonly Shipment[];
  readonly status: SmartStatus;
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
    note: null,
    tags: [],
    shipments: [],
    status: "unfulfilled",
    rev: 0,
    ...(raw as object),
    contact: fillContact(r['contact']),
    confirmation: fillConfirmation(r['confirmation']),
    lines: (r['lines'] as unknown[]).map(fillOrderLine),
    ...(r['shipments'] === undefined ? {} : { shipments: (r['shipments'] as unknown[]).map(fillShipment) }),
  } as unknown as Order;
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
}
export function fillStock(raw: unknown): Stock {
  return {
    sellable: 0,
    reserved: 0,
    damaged: 0,
    quarantine: 0,
    ledger_version: 0,
    ...(raw as object),
  } as unknown as Stock;
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

/** A posting as the ledger holds it: numbered densely per branch and chained. */
export interface LedgerEntry {
  readonly shop_id: ShopId;
  readonly branch_id: BranchId;
  readonly version: number;
  readonly id: LedgerEntryId;
  readonly kind: EntryKind;
  readonly legs: readonly Leg[];
  readonly op_id: OpId;
  readonly by: StaffId;
  readonly device_id: DeviceId;
  readonly at: number;
  readonly recorded_at: number;
  readonly order_id: OrderId | null;
  readonly fulfillment_id: FulfillmentId | null;
  readonly reverses: LedgerEntryId | null;
}
export function fillLedgerEntry(raw: unknown): LedgerEntry {
  const r = raw as Record<string, unknown>;
  return {
    order_id: null,
    fulfillment_id: null,
    reverses: null,
    ...(raw as object),
    legs: (r['legs'] as unknown[]).map(fillLeg),
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
  readonly detail: string | null;
  readonly seen: Readonly<Record<string, number>>;
  readonly closed_at: number | null;
  readonly closed_by_op: OpId | null;
}
export function fillDiscrepancy(raw: unknown): Discrepancy {
  return {
    order_id: null,
    fulfillment_id: null,
    branch_id: null,
    variant_id: null,
    units: null,
    balance_units: null,
    detail: null,
    seen: {},
    closed_at: null,
    closed_by_op: null,
    ...(raw as object),
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

/** The customer said yes. Claim. */
export interface Confirm {
  readonly order_id: OrderId;
  readonly channel: Channel;
  readonly note: string | null;
}
export function fillConfirm(raw: unknown): Confirm {
  return {
    channel: "call",
    note: null,
    ...(raw as object),
  } as unknown as Confirm;
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

/** The customer has it. Fact. `cash_paisa` is what was taken at the door. */
export interface Deliver {
  readonly fulfillment_id: FulfillmentId;
  readonly cash_paisa: number | null;
  readonly note: string | null;
}
export function fillDeliver(raw: unknown): Deliver {
  return {
    cash_paisa: null,
    note: null,
    ...(raw as object),
  } as unknown as Deliver;
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
}
export function fillShopifyOrder(raw: unknown): ShopifyOrder {
  const r = raw as Record<string, unknown>;
  return {
    cancelled_at: null,
    currency: "PKR",
    note: null,
    tags: [],
    ...(raw as object),
    contact: fillContact(r['contact']),
    lines: (r['lines'] as unknown[]).map(fillSeenLine),
  } as unknown as ShopifyOrder;
}

/** What became of our own write about one shipment. News. */
export interface ShopifyOutcome {
  readonly fulfillment_id: FulfillmentId;
  readonly state: ShopifyState;
  readonly shopify_fulfillment_gid: string | null;
  readonly error: string | null;
}
export function fillShopifyOutcome(raw: unknown): ShopifyOutcome {
  return {
    shopify_fulfillment_gid: null,
    error: null,
    ...(raw as object),
  } as unknown as ShopifyOutcome;
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
}
export function fillHelloReply(raw: unknown): HelloReply {
  const r = raw as Record<string, unknown>;
  return {
    ...(raw as object),
    device: fillDeviceHead(r['device']),
    limits: fillLimits(r['limits']),
  } as unknown as HelloReply;
}

/** What a phone has of each stream. A granted stream that is not named starts at 0. */
export interface PullRequest {
  readonly epoch: Epoch | null;
  readonly cursors: Readonly<Record<StreamName, number>>;
  readonly max_bytes: number;
}
export function fillPullRequest(raw: unknown): PullRequest {
  return {
    epoch: null,
    cursors: {},
    max_bytes: 524288,
    ...(raw as object),
  } as unknown as PullRequest;
}

/** A pull that rides along with a push: one round trip on a slow network. */
export interface PullRide {
  readonly cursors: Readonly<Record<StreamName, number>>;
  readonly max_bytes: number;
}
export function fillPullRide(raw: unknown): PullRide {
  return {
    cursors: {},
    max_bytes: 524288,
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
}
export function fillPullReply(raw: unknown): PullReply {
  const r = raw as Record<string, unknown>;
  return {
    ...(raw as object),
    patches: (r['patches'] as unknown[]).map(fillPatch),
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
}
export function fillProblemReply(raw: unknown): ProblemReply {
  const r = raw as Record<string, unknown>;
  return {
    problem: null,
    epoch: null,
    restored_to: null,
    device: null,
    retry_after_ms: 0,
    ...(raw as object),
    ...(r['device'] === undefined ? {} : { device: r['device'] === null ? null : fillDeviceHead(r['device']) }),
  } as unknown as ProblemReply;
}

/** Ids of ops that the phone still holds; under the new epoch when there is one. */
export interface OfferRequest {
  readonly epoch: Epoch | null;
  readonly ids: readonly OpId[];
}
export function fillOfferRequest(raw: unknown): OfferRequest {
  return {
    epoch: null,
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
    ...(raw as object),
  } as unknown as Phone;
}

export const PROTOCOL: number = 1;

export const WIRE_FINGERPRINT: string = "4fce9d316af72ee3";

export const LIMITS = {
  "PUSH_OPS_MAX": 100,
  "PUSH_BYTES_MAX": 262144,
  "OP_BYTES_MAX": 16384,
  "OPS_PER_TRANSACTION": 50,
  "PULL_BYTES_MAX": 524288,
  "PULL_ROWS_MAX": 2000,
  "OFFER_IDS_MAX": 20000,
  "JOURNAL_DAYS": 30,
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
    "deliver": "delivered"
  },
  "recorded": {
    "deliver": "delivered"
  },
  "delivered": {},
  "cancelled": {}
};

export const GOODS_OUT: readonly FulfillmentState[] = [
  "delivered",
  "dispatched",
  "packed",
  "recorded"
];

export const RIGHTS: Readonly<Record<Role, Readonly<Record<OpKind, Reach>>>> = {
  "owner": {
    "confirm": "shop",
    "create_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "dispatch": "shop",
    "deliver": "shop",
    "manual_fulfillment": "shop",
    "opening_stock": "shop",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "supervisor": {
    "confirm": "shop",
    "create_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "dispatch": "shop",
    "deliver": "shop",
    "manual_fulfillment": "shop",
    "opening_stock": "shop",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "operator": {
    "confirm": "shop",
    "create_fulfillment": "shop",
    "pack": "shop",
    "unpack": "shop",
    "dispatch": "shop",
    "deliver": "shop",
    "manual_fulfillment": "shop",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "branch": {
    "confirm": "shop",
    "create_fulfillment": "branch",
    "pack": "branch",
    "unpack": "branch",
    "dispatch": "branch",
    "deliver": "branch",
    "manual_fulfillment": "branch",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "recorder": {
    "confirm": "none",
    "create_fulfillment": "none",
    "pack": "none",
    "unpack": "none",
    "dispatch": "none",
    "deliver": "none",
    "manual_fulfillment": "branch",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "rider": {
    "confirm": "none",
    "create_fulfillment": "none",
    "pack": "none",
    "unpack": "none",
    "dispatch": "none",
    "deliver": "branch",
    "manual_fulfillment": "none",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "caller": {
    "confirm": "shop",
    "create_fulfillment": "none",
    "pack": "none",
    "unpack": "none",
    "dispatch": "none",
    "deliver": "none",
    "manual_fulfillment": "none",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "viewer": {
    "confirm": "none",
    "create_fulfillment": "none",
    "pack": "none",
    "unpack": "none",
    "dispatch": "none",
    "deliver": "none",
    "manual_fulfillment": "none",
    "opening_stock": "none",
    "shopify_order": "none",
    "shopify_outcome": "none"
  },
  "shopify": {
    "confirm": "none",
    "create_fulfillment": "none",
    "pack": "none",
    "unpack": "none",
    "dispatch": "none",
    "deliver": "none",
    "manual_fulfillment": "none",
    "opening_stock": "none",
    "shopify_order": "shop",
    "shopify_outcome": "shop"
  }
};

export const OP_CLASS: Readonly<Record<OpKind, OpClass>> = {
  "confirm": "claim",
  "create_fulfillment": "claim",
  "pack": "fact",
  "unpack": "fact",
  "dispatch": "fact",
  "deliver": "fact",
  "manual_fulfillment": "fact",
  "opening_stock": "fact",
  "shopify_order": "news",
  "shopify_outcome": "news"
};

/** How far a right reaches: everywhere, only at the person's branches, or not at all. */
export const Reach = ["shop", "branch", "none"] as const;
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
  discrepancy: fillDiscrepancy,
} as const;
