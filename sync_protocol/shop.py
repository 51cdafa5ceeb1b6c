"""The retailer's own set-up: branches, people, policies, couriers, variants."""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import BranchId, StaffId, VariantId


class Role(StrEnum):
    """What a person is for; rights follow from the role × op table (product.md A21)."""

    OWNER = "owner"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    BRANCH = "branch"
    RECORDER = "recorder"
    RIDER = "rider"
    CALLER = "caller"
    VIEWER = "viewer"
    SHOPIFY = "shopify"


class ConfirmRequired(StrEnum):
    """Which orders must be confirmed with the customer before a shipment is made (A18)."""

    COD = "cod"
    ALL = "all"
    NONE = "none"


class Policy(Struct, frozen=True, kw_only=True):
    """How this shop wants to work.

    After `unreachable_after` unanswered tries a customer counts as unreachable; goods that left in the store without a
    branch become a case for Fix Branch Stock after `sync_fix_after_h` hours (A14); packing and dispatch are undone by
    the same person within `undo_window_min` minutes (A13). `low_stock_units` available or fewer are few.

    What begins with `tell_shopify` is more than a dispatch needs and off at first: deliveries and tries at the door, that
    an order is being packed, that a customer has confirmed, that the cash for it is in the till, and what moved on the
    shelves of a branch that has a location there (A1).
    """

    confirm_required: ConfirmRequired = ConfirmRequired.COD
    branch_sees_inbox: bool = True
    notify_customer: bool = True
    unreachable_after: int = 3
    sync_fix_after_h: int = 24
    undo_window_min: int = 30
    low_stock_units: int = 2
    duplicate_within_h: int = 24
    refuser_after: int = 2
    exchange_fee_paisa: int = 0
    tell_shopify_delivered: bool = False
    tell_shopify_packed: bool = False
    tell_shopify_confirmed: bool = False
    tell_shopify_paid: bool = False
    tell_shopify_stock: bool = False
    branch_asks_customers: bool = True
    branch_dispatches: bool = True


class Branch(Struct, frozen=True, kw_only=True):
    """A place that holds stock. `location_gid` is its location in Shopify, where it has one of its own."""

    id: BranchId
    name: str
    city: str = ""
    active: bool = True
    location_gid: str | None = None


class Staff(Struct, frozen=True, kw_only=True):
    """A person. `branch_ids` bounds branch-scoped rights; empty for those who act everywhere."""

    id: StaffId
    name: str
    role: Role
    branch_ids: tuple[BranchId, ...] = ()
    active: bool = True


class Courier(Struct, frozen=True, kw_only=True):
    """A courier as people pick it. `tracking_url` may hold `{number}`, where the tracking number goes."""

    code: str
    name: str
    tracking_url: str = ""


class Variant(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sellable thing, mirrored from Shopify."""

    id: VariantId
    title: str
    variant_title: str | None = None
    sku: str | None = None
    barcode: str | None = None
    price_paisa: int = 0
    image: str | None = None


COURIERS = (
    Courier(code="tcs", name="TCS", tracking_url="https://www.tcsexpress.com/track/{number}"),
    Courier(code="leopards", name="Leopards", tracking_url="https://www.leopardscourier.com/"),
    Courier(code="mnp", name="M&P", tracking_url="https://www.mulphilog.com/"),
    Courier(code="postex", name="PostEx", tracking_url="https://postex.pk/tracking?cn={number}"),
    Courier(code="trax", name="Trax", tracking_url="https://trax.pk/"),
    Courier(code="callcourier", name="Call Courier", tracking_url="https://callcourier.com.pk/"),
    Courier(code="rider", name="Own rider"),
    Courier(code="other", name="Other"),
)
"""What a new shop starts with. None is on Shopify's own carrier list, so the link is always sent along.

Only links on which several public sources agree carry the number; the others lead to the courier's own page, where
the number is pasted.
"""
