"""Where an exchange stands: three tracks derived from the order's counters, each with one next step.

Nothing here is stored by hand, so that a re-edit, an unpacking or a receipt can never leave a track behind.
"""

from msgspec.structs import replace

from sync_protocol.exchanges import (
    ChangeKind,
    ExchangeCase,
    ExchangeItem,
    ExchangeStep,
    GoodsTrack,
    MoneyTrack,
    ReplacementTrack,
)
from sync_protocol.orders import (
    Order,
    OrderLine,
    expected_back_units,
    in_stock_logic,
    line_of,
    open_exchange,
)

_SLOWEST_FIRST = tuple(ReplacementTrack)[1:]

_GOODS_STEP = {
    GoodsTrack.UNPACK_NEEDED: ExchangeStep.UNPACK_ORIGINAL,
    GoodsTrack.RETURN_EXPECTED: ExchangeStep.RECEIVE_ORIGINAL,
}
_REPLACEMENT_STEP = {
    ReplacementTrack.TO_FULFILL: ExchangeStep.CREATE_REPLACEMENT,
    ReplacementTrack.PENDING: ExchangeStep.PACK_REPLACEMENT,
    ReplacementTrack.PACKED: ExchangeStep.DISPATCH_REPLACEMENT,
    ReplacementTrack.DISPATCHED: ExchangeStep.DELIVER_REPLACEMENT,
}
_MONEY_STEP = {
    MoneyTrack.COLLECT: ExchangeStep.COLLECT_DIFFERENCE,
    MoneyTrack.REFUND: ExchangeStep.REFUND_DIFFERENCE,
}


def with_tracks(order: Order) -> Order:
    """Return the order with its open case's tracks as they stand now."""
    case = open_exchange(order)
    if case is None:
        return order
    tracked = _tracked(order, case)
    return replace(
        order, exchanges=tuple(tracked if c.id == case.id else c for c in order.exchanges)
    )


def is_settled_case(case: ExchangeCase) -> bool:
    """Whether all three tracks have come to their end, so that the case can close."""
    goods = case.goods in (GoodsTrack.NONE_OUT, GoodsTrack.BACK)
    replacement = case.replacement in (ReplacementTrack.NONE, ReplacementTrack.DELIVERED)
    if case.kind is not ChangeKind.EXCHANGE:
        # An addition or a removal goes the order's own way: only goods to come back and money keep it open.
        return goods and case.money not in (MoneyTrack.COLLECT, MoneyTrack.REFUND)
    money = case.money in (MoneyTrack.EVEN, MoneyTrack.SETTLED)
    return goods and replacement and money


def _tracked(order: Order, case: ExchangeCase) -> ExchangeCase:
    goods = _goods(order, case)
    replacement = _replacement(order, case)
    left = case.due_paisa - case.settled_paisa
    money = _money(order, case, left)
    wanted = _GOODS_STEP.get(goods)
    if wanted is ExchangeStep.RECEIVE_ORIGINAL and not any(
        s.return_branch_id is not None for s in order.shipments
    ):
        wanted = ExchangeStep.EXPECT_ORIGINAL
    steps = (wanted, _REPLACEMENT_STEP.get(replacement), _MONEY_STEP.get(money))
    return replace(
        case,
        goods=goods,
        replacement=replacement,
        money=money,
        to_collect_paisa=max(0, left),
        to_refund_paisa=max(0, -left),
        next_steps=tuple(step for step in steps if step is not None),
    )


def _goods(order: Order, case: ExchangeCase) -> GoodsTrack:
    """Only what is out can come back: nothing is returned that had not left (A8)."""
    lines = [line for item in case.originals if (line := _line(order, item)) is not None]
    back = [line for line in lines if expected_back_units(line) > 0]
    if any(line.packed_units > 0 for line in back):
        return GoodsTrack.UNPACK_NEEDED
    if back:
        return GoodsTrack.RETURN_EXPECTED
    if any(line.given_back_units > 0 for line in lines):
        return GoodsTrack.BACK
    return GoodsTrack.NONE_OUT


def _replacement(order: Order, case: ExchangeCase) -> ReplacementTrack:
    lines = [line for item in case.replacements if (line := _line(order, item)) is not None]
    tracks = [_line_track(line) for line in lines if in_stock_logic(line)]
    return next((track for track in _SLOWEST_FIRST if track in tracks), ReplacementTrack.NONE)


def _line_track(line: OrderLine) -> ReplacementTrack:
    if line.current_units > line.pending_units + line.out_units + line.given_back_units:
        return ReplacementTrack.TO_FULFILL
    if line.pending_units > 0:
        return ReplacementTrack.PENDING
    if line.packed_units > 0:
        return ReplacementTrack.PACKED
    if line.delivered_units < line.out_units:
        return ReplacementTrack.DISPATCHED
    return ReplacementTrack.DELIVERED


def _money(order: Order, case: ExchangeCase, left: int) -> MoneyTrack:
    if left == 0:
        return MoneyTrack.SETTLED if case.settlements else MoneyTrack.EVEN
    if order.cod and case.with_parcel and not case.settlements:
        return MoneyTrack.WITH_PARCEL
    return MoneyTrack.COLLECT if left > 0 else MoneyTrack.REFUND


def _line(order: Order, item: ExchangeItem) -> OrderLine | None:
    return line_of(order, item.order_line_id)
