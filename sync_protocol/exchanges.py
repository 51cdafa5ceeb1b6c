"""What a customer swapped: the case that an order edit, or a return with exchange lines, opens.

A case is recomputed from the store's agreements at every reading, never added to: an edit of the edit is a new revision
of the same case (A10, I12).
"""

from enum import StrEnum

from msgspec import Struct

from sync_protocol.ids import BranchId, ExchangeId, OrderLineId, StaffId, VariantId


class ChangeKind(StrEnum):
    """What an edit amounts to. `cancelled`: it was undone, nothing is different any more."""

    EXCHANGE = "exchange"
    ADDITION = "addition"
    REMOVAL = "removal"
    QUANTITY = "quantity"
    CANCELLED = "cancelled"


class GoodsTrack(StrEnum):
    """The originals: never left, to be unpacked, expected back, or back."""

    NONE_OUT = "none_out"
    UNPACK_NEEDED = "unpack_needed"
    RETURN_EXPECTED = "return_expected"
    BACK = "back"


class ReplacementTrack(StrEnum):
    """The replacements, as far as the slowest of them."""

    NONE = "none"
    TO_FULFILL = "to_fulfill"
    PENDING = "pending"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    DELIVERED = "delivered"


class MoneyTrack(StrEnum):
    """The difference. `with_parcel`: nothing was paid yet, so the parcel's amount to collect has it in it."""

    EVEN = "even"
    WITH_PARCEL = "with_parcel"
    COLLECT = "collect"
    REFUND = "refund"
    SETTLED = "settled"


class ExchangeStep(StrEnum):
    """What somebody must do next for a case; one per track at most."""

    UNPACK_ORIGINAL = "unpack_original"
    EXPECT_ORIGINAL = "expect_original"
    RECEIVE_ORIGINAL = "receive_original"
    CREATE_REPLACEMENT = "create_replacement"
    PACK_REPLACEMENT = "pack_replacement"
    DISPATCH_REPLACEMENT = "dispatch_replacement"
    DELIVER_REPLACEMENT = "deliver_replacement"
    COLLECT_DIFFERENCE = "collect_difference"
    REFUND_DIFFERENCE = "refund_difference"


class ReturnVia(StrEnum):
    """How the original comes back (A8)."""

    BRANCH = "branch"
    REVERSE_PICKUP = "reverse_pickup"
    COURIER_SWAP = "courier_swap"
    RIDER_SWAP = "rider_swap"


class SettleMethod(StrEnum):
    """How the difference was paid or given back."""

    CASH = "cash"
    BANK = "bank"
    WALLET = "wallet"
    STORE_CREDIT = "store_credit"


class ExchangeItem(Struct, frozen=True, kw_only=True):
    """Units of one order line that were taken off, or put on."""

    order_line_id: OrderLineId
    variant_id: VariantId | None
    title: str
    variant_title: str | None = None
    units: int
    unit_paisa: int


class Settlement(Struct, frozen=True, kw_only=True):
    """Money that changed hands for a case: positive collected, negative given back.

    `at_door`: it was part of what a parcel collected, and is counted there.
    """

    paisa: int
    at_door: bool = False
    method: SettleMethod
    reference: str | None = None
    by: StaffId
    at: int


class ExchangeCase(Struct, frozen=True, kw_only=True):
    """One case: originals and replacements side by side, the difference, and where its three tracks stand.

    `delta_paisa` is replacement less original, after discount and tax, as the store's agreements have it
    (`from_agreements`) or, where those are hidden, from the lines' prices. `to_collect_paisa` and `to_refund_paisa` are
    what is still open: at most one of them is above 0. `with_parcel`: nothing had been paid when the order changed, so
    that its parcels collect the new amount. `agreements` names what was counted.
    """

    id: ExchangeId
    kind: ChangeKind
    relabelled_by: StaffId | None = None
    revision: int = 1
    originals: tuple[ExchangeItem, ...]
    replacements: tuple[ExchangeItem, ...]
    delta_paisa: int
    from_agreements: bool = True
    fee_paisa: int = 0
    with_parcel: bool = False
    agreements: tuple[str, ...] = ()
    return_via: ReturnVia | None = None
    return_branch_id: BranchId | None = None
    settlements: tuple[Settlement, ...] = ()
    goods: GoodsTrack = GoodsTrack.NONE_OUT
    replacement: ReplacementTrack = ReplacementTrack.NONE
    money: MoneyTrack = MoneyTrack.EVEN
    to_collect_paisa: int = 0
    to_refund_paisa: int = 0
    next_steps: tuple[ExchangeStep, ...] = ()
    detected_at: int
    closed_at: int | None = None

    @property
    def due_paisa(self) -> int:
        """Difference and exchange fee together: positive is the customer's to pay."""
        return self.delta_paisa + self.fee_paisa

    @property
    def settled_paisa(self) -> int:
        """What changed hands so far: positive was collected."""
        return sum(s.paisa for s in self.settlements)
