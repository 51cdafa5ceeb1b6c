"""A Shopify order as Rawana sees it, and the arithmetic of its lines."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.fulfillments import GOODS_OUT, FulfillmentState, Workflow
from sync_protocol.ids import BranchId, FulfillmentId, OrderId, OrderLineId, StaffId, VariantId


class ConfirmationState(StrEnum):
    """What the customer said. Folded from attempts and edits, never typed in."""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    CONFIRMED = "confirmed"
    RECONFIRM = "reconfirm"


class Channel(StrEnum):
    """How the customer was asked."""

    CALL = "call"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    IN_PERSON = "in_person"


class SmartStatus(StrEnum):
    """The headline of an order: the first that is true, in this order (product.md §2.4)."""

    CANCELLED_GOODS_OUT = "cancelled_goods_out"
    CANCELLED = "cancelled"
    BRANCH_SYNC = "branch_sync"
    TO_CONFIRM = "to_confirm"
    RECONFIRM = "reconfirm"
    PENDING = "pending"
    PACKED = "packed"
    PARTIAL = "partial"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"
    DONE = "done"
    UNFULFILLED = "unfulfilled"


class Contact(Struct, frozen=True, kw_only=True):
    """Whom to call and where to send. `phone` is digits with country code when it could be normalised.

    Every field may be missing: Shopify hides customer data on some plans (A24).
    """

    name: str | None = None
    phone: str | None = None
    phone_raw: str | None = None
    address: str | None = None
    city: str | None = None


class Confirmation(Struct, frozen=True, kw_only=True):
    """Where asking the customer stands; `at` in epoch ms by the device that recorded it."""

    state: ConfirmationState
    by: StaffId | None = None
    at: int | None = None
    channel: Channel | None = None
    note: str | None = None


class OrderLine(Struct, frozen=True, kw_only=True):
    """One line. `ordered_units` is what was first bought, `current_units` what edits left of it.

    `pending_units` are in pending fulfillments, `out_units` is the balance of the line's out account,
    `shipped_units` is Σ shipped less voided over all workflows and branches, returns not subtracted.
    `unit_paisa` is what the customer pays per unit after all discounts.
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
    pending_units: int = 0
    out_units: int = 0
    shipped_units: int = 0


class Shipment(Struct, frozen=True, kw_only=True):
    """A fulfillment in one line, for those who see the order but not that branch's work."""

    fulfillment_id: FulfillmentId
    branch_id: BranchId
    workflow: Workflow
    state: FulfillmentState
    by: StaffId
    at: int


class Order(Struct, frozen=True, kw_only=True):
    """An order with its lines and everything derived that a screen needs.

    Times are epoch ms. `cod` is true while money is to be collected on delivery. `shopify_updated_at` guards against
    old news: an older reading never overwrites a newer one. `rev` counts the changes of this order on the server.
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
    note: str | None = None
    tags: tuple[str, ...] = ()
    confirmation: Confirmation
    lines: tuple[OrderLine, ...]
    shipments: tuple[Shipment, ...] = ()
    status: SmartStatus = SmartStatus.UNFULFILLED
    rev: int = 0


def in_stock_logic(line: OrderLine) -> bool:
    """Gifts, tips, services and custom lines never touch stock (A26)."""
    return line.ships and line.variant_id is not None


def remaining_units(line: OrderLine) -> int:
    """Return what may still be put into a new fulfillment: current less pending less out, never below 0 (A11)."""
    if not in_stock_logic(line):
        return 0
    return max(0, line.current_units - line.pending_units - line.out_units)


def needs_branch_units(line: OrderLine) -> int:
    """Return the units that Shopify says have left and no branch has given yet."""
    if not in_stock_logic(line):
        return 0
    return max(0, line.shopify_fulfilled_units - line.shipped_units)


def entitled_units(line: OrderLine) -> int:
    """Return the most that can rightly be out: what was ever ordered on this line."""
    return max(line.ordered_units, line.current_units)


def line_of(order: Order, line_id: OrderLineId) -> OrderLine | None:
    """Return the order's line of that id, or None."""
    return next((line for line in order.lines if line.id == line_id), None)


def live_shipments(order: Order) -> tuple[Shipment, ...]:
    """Return the shipments that were not cancelled."""
    return tuple(s for s in order.shipments if s.state is not FulfillmentState.CANCELLED)


def smart_status(order: Order) -> SmartStatus:
    """Return the headline status: the first condition that holds."""
    states = {s.state for s in live_shipments(order)}
    if order.cancelled_at is not None:
        out = any(line.out_units > 0 for line in order.lines)
        return SmartStatus.CANCELLED_GOODS_OUT if out else SmartStatus.CANCELLED
    if any(needs_branch_units(line) > 0 for line in order.lines):
        return SmartStatus.BRANCH_SYNC
    if not states & GOODS_OUT:
        if order.confirmation.state is ConfirmationState.PENDING:
            return SmartStatus.TO_CONFIRM
        if order.confirmation.state is ConfirmationState.RECONFIRM:
            return SmartStatus.RECONFIRM
    return _shipping_status(order, states)


def _shipping_status(order: Order, states: set[FulfillmentState]) -> SmartStatus:
    if FulfillmentState.PENDING in states:
        return SmartStatus.PENDING
    if FulfillmentState.PACKED in states:
        return SmartStatus.PACKED
    if not states:
        return SmartStatus.UNFULFILLED
    if any(remaining_units(line) > 0 for line in order.lines):
        return SmartStatus.PARTIAL
    if FulfillmentState.DISPATCHED in states:
        return SmartStatus.DISPATCHED
    if states == {FulfillmentState.DELIVERED}:
        return SmartStatus.DELIVERED
    return SmartStatus.DONE


def with_status(order: Order) -> Order:
    """Return the order with its headline derived anew; call it after every change."""
    return replace(order, status=smart_status(order))
