"""A Shopify order as Rawana sees it, and the arithmetic of its lines."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.codes import Code
from sync_protocol.exchanges import ExchangeCase
from sync_protocol.fulfillments import FulfillmentState, Workflow
from sync_protocol.ids import BranchId, FulfillmentId, OrderId, OrderLineId, StaffId, VariantId


class ConfirmationState(StrEnum):
    """What the customer said. Folded from attempts and edits, never typed in."""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    CHANGE_REQUESTED = "change_requested"
    CANCELLED_BY_CUSTOMER = "cancelled_by_customer"
    RECONFIRM = "reconfirm"


class CallOutcome(StrEnum):
    """How an attempt to reach the customer ended, short of a yes."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CALLBACK = "callback"
    WRONG_NUMBER = "wrong_number"
    CHANGE_REQUESTED = "change_requested"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"


class Checked(StrEnum):
    """What was gone through with the customer (S08)."""

    ITEMS = "items"
    SIZE = "size"
    AMOUNT = "amount"
    ADDRESS = "address"
    DELIVERY_TIME = "delivery_time"


class Channel(StrEnum):
    """How the customer was asked."""

    CALL = "call"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    IN_PERSON = "in_person"


class SmartStatus(StrEnum):
    """The headline of an order: the first that is true, in this order (product.md §2.4)."""

    CONFLICT = "conflict"
    CANCELLED_GOODS_OUT = "cancelled_goods_out"
    CANCELLED = "cancelled"
    EXCHANGE = "exchange"
    BRANCH_SYNC = "branch_sync"
    FIX_BRANCH_STOCK = "fix_branch_stock"
    RETURNING = "returning"
    CANCELLED_BY_CUSTOMER = "cancelled_by_customer"
    CHANGE_REQUESTED = "change_requested"
    WRONG_NUMBER = "wrong_number"
    CALLBACK = "callback"
    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    TO_CONFIRM = "to_confirm"
    RECONFIRM = "reconfirm"
    PENDING = "pending"
    PACKED = "packed"
    PARTIAL = "partial"
    ATTEMPTED = "attempted"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"
    DONE = "done"
    UNFULFILLED = "unfulfilled"


class WorkQueue(StrEnum):
    """Lists of work. An order stands in every one in which something of it is to be done."""

    TO_CONFIRM = "to_confirm"
    CALLBACK_DUE = "callback_due"
    BRANCH_SYNC = "branch_sync"
    TO_PACK = "to_pack"
    TO_DISPATCH = "to_dispatch"
    WITH_COURIER = "with_courier"
    ATTEMPTED = "attempted"
    RETURNING = "returning"
    EXCHANGES = "exchanges"
    FIX_BRANCH_STOCK = "fix_branch_stock"
    DISCREPANCIES = "discrepancies"


class OrderFlag(StrEnum):
    """What to be careful about, known from the shop's own orders and the address alone."""

    DUPLICATE = "duplicate"
    REPEAT_REFUSER = "repeat_refuser"
    BAD_PHONE = "bad_phone"
    NO_PHONE = "no_phone"
    NO_ADDRESS = "no_address"
    FOREIGN_CURRENCY = "foreign_currency"


class Contact(Struct, frozen=True, kw_only=True):
    """Whom to call and where to send. `phone` is digits with country code when it could be normalised.

    Every field may be missing: Shopify hides customer data on some plans (A24).
    """

    name: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    address: str | None = None
    city: str | None = None


class ContactEdit(Struct, frozen=True, kw_only=True):
    """Where a part of the contact comes from when not from the store: who wrote it, and when (epoch ms)."""

    field: str
    by: StaffId
    at: int


class Attempt(Struct, frozen=True, kw_only=True):
    """One try to reach the customer; `at` by the device that recorded it, `next_at` when to call again (epoch ms)."""

    channel: Channel
    outcome: CallOutcome
    by: StaffId
    at: int
    next_at: int | None = None
    note: str | None = None


class Confirmation(Struct, frozen=True, kw_only=True):
    """Where asking the customer stands; `at` in epoch ms by the device that recorded it.

    `unanswered` counts the tries since somebody last answered. `attempts` are the latest tries, oldest first.
    """

    state: ConfirmationState
    by: StaffId | None = None
    at: int | None = None
    channel: Channel | None = None
    note: str | None = None
    checked: tuple[Checked, ...] = ()
    expected: str | None = None
    next_at: int | None = None
    unanswered: int = 0
    attempts: tuple[Attempt, ...] = ()


class OrderLine(Struct, frozen=True, kw_only=True):
    """One line. `ordered_units` is what was first bought, `current_units` what edits left of it.

    Counted over our shipments: `pending_units` are promised; `out_units` is the balance of the line's out account, of
    which `packed_units` still lie at a branch and `delivered_units` are with the customer; `shipped_units` is
    Σ shipped less voided over all workflows and branches, returns not subtracted; `given_back_units` the customer had
    and gave back. `shopify_return_units` are in returns that the store has open. `unit_paisa` is what the customer pays
    per unit after all discounts.
    """

    id: OrderLineId
    variant_id: VariantId | None
    title: str
    variant_title: str | None = None
    sku: str | None = None
    ordered_units: int
    current_units: int
    unit_paisa: int
    ships: bool = True
    shopify_fulfilled_units: int = 0
    shopify_return_units: int = 0
    pending_units: int = 0
    packed_units: int = 0
    out_units: int = 0
    delivered_units: int = 0
    shipped_units: int = 0
    given_back_units: int = 0


class Shipment(Struct, frozen=True, kw_only=True):
    """A fulfillment in one line, for those who see the order but not that branch's work."""

    fulfillment_id: FulfillmentId
    branch_id: BranchId
    workflow: Workflow
    state: FulfillmentState
    by: StaffId
    at: int
    collect_paisa: int = 0
    rider_id: StaffId | None = None
    return_branch_id: BranchId | None = None
    attempted: bool = False


class LineCount(Struct, frozen=True, kw_only=True):
    """Units of one order line, as the store counts them."""

    order_line_id: OrderLineId
    units: int


class StoreFulfillment(Struct, frozen=True, kw_only=True):
    """A fulfillment as the store shows it: `live` while it stands, `courier` and number as typed there (S14)."""

    gid: str
    live: bool
    at: int
    courier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    lines: tuple[LineCount, ...] = ()


class Order(Struct, frozen=True, kw_only=True):
    """An order with its lines and everything derived that a screen needs.

    Times are epoch ms. `cod` is true while money is to be collected on delivery. `shopify_updated_at` guards against
    old news: an older reading never overwrites a newer one. `branch_id` is the branch that was given the order.
    `needs_branch_since` is when goods were first seen to have left in the store without a branch; `sync_overdue` and
    `callback_due` are set by time alone, next at `wake_at`. `conflicts` are the open flags that put the order itself in
    doubt. `prepaid_paisa` was paid in the store before anything was paid here,
    `door_paisa` is the cash taken at the customer's door so far. `rev` counts the changes on the server.
    """

    id: OrderId
    name: str
    shopify_gid: str | None = None
    placed_at: int
    shopify_updated_at: int = 0
    cancelled_at: int | None = None
    financial_status: str = "unknown"
    cod: bool = False
    total_paisa: int = 0
    outstanding_paisa: int = 0
    currency: str = "PKR"
    contact: Contact
    store_contact: Contact = Contact()
    contact_edits: tuple[ContactEdit, ...] = ()
    note: str | None = None
    tags: tuple[str, ...] = ()
    branch_id: BranchId | None = None
    confirmation: Confirmation
    lines: tuple[OrderLine, ...]
    shipments: tuple[Shipment, ...] = ()
    store_fulfillments: tuple[StoreFulfillment, ...] = ()
    exchanges: tuple[ExchangeCase, ...] = ()
    settled_agreements: tuple[str, ...] = ()
    needs_branch_since: int | None = None
    sync_overdue: bool = False
    callback_due: bool = False
    wake_at: int | None = None
    conflicts: tuple[Code, ...] = ()
    flags: tuple[OrderFlag, ...] = ()
    duplicate_of: str | None = None
    refused_before: int = 0
    prepaid_paisa: int = 0
    door_paisa: int = 0
    status: SmartStatus = SmartStatus.UNFULFILLED
    queues: tuple[WorkQueue, ...] = ()
    rev: int = 0


def in_stock_logic(line: OrderLine) -> bool:
    """Gifts, tips, services and custom lines never touch stock (A26)."""
    return line.ships and line.variant_id is not None


def remaining_units(line: OrderLine) -> int:
    """Return what may still be put into a new fulfillment: current less pending less out, never below 0 (A11).

    What the customer gave back is not sent again, even while the store still lists it; what came back undelivered is.
    """
    if not in_stock_logic(line):
        return 0
    taken_off = max(0, line.ordered_units - line.current_units)
    unwanted = max(0, line.given_back_units - taken_off)
    return max(0, line.current_units - line.pending_units - line.out_units - unwanted)


def needs_branch_units(line: OrderLine) -> int:
    """Return the units that Shopify says have left and no branch has given yet."""
    if not in_stock_logic(line):
        return 0
    return max(0, line.shopify_fulfilled_units - line.shipped_units)


def expected_back_units(line: OrderLine) -> int:
    """Return the units that are out although the order no longer has them: edited away, or to be returned."""
    wanted = max(0, line.current_units - line.shopify_return_units)
    return max(0, line.out_units - wanted)


def entitled_units(line: OrderLine) -> int:
    """Return the most that can rightly be out: what was ever ordered on this line."""
    return max(line.ordered_units, line.current_units)


def still_due_paisa(order: Order) -> int:
    """Return what the customer has yet to pay at the door, in paisa.

    The store does not know of cash taken at the door until the order is marked as paid there, so that the smaller of
    its outstanding amount and our own reckoning counts. Nor does it know of an exchange fee.
    """
    by_hand = sum(s.paisa for case in order.exchanges for s in case.settlements if not s.at_door)
    fees = sum(case.fee_paisa for case in order.exchanges)
    case = open_exchange(order)
    fee_due = (
        0 if case is None else max(0, min(case.fee_paisa, case.due_paisa - case.settled_paisa))
    )
    reckoned = order.total_paisa + fees - order.prepaid_paisa - order.door_paisa - by_hand
    return max(0, min(order.outstanding_paisa + fee_due, reckoned))


def line_of(order: Order, line_id: OrderLineId) -> OrderLine | None:
    """Return the order's line of that id, or None."""
    return next((line for line in order.lines if line.id == line_id), None)


def live_shipments(order: Order) -> tuple[Shipment, ...]:
    """Return the shipments that were neither cancelled nor voided."""
    over = (FulfillmentState.CANCELLED, FulfillmentState.VOIDED)
    return tuple(s for s in order.shipments if s.state not in over)


def open_exchange(order: Order) -> ExchangeCase | None:
    """Return the case that is not closed, if there is one; an order has at most one."""
    return next((case for case in order.exchanges if case.closed_at is None), None)
