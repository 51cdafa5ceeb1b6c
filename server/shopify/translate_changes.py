"""Agreements and returns of the store, in our words."""

from collections import Counter

from server.shopify.change_answers import Agreement, Changes, Return, Sale
from server.shopify.scalars import epoch_ms, numeric_id, signed_paisa
from sync_protocol.bodies.store_news import SeenAgreement, SeenReturn, SeenReturnLine, SeenSale
from sync_protocol.ids import OrderLineId
from sync_protocol.limits import LINES_MAX, UNITS_MAX

PLACED = "ORDER"
"""The reason of the agreement by which the order came about: no change, but where it began."""

TAKEN_OFF = "RETURN"
PUT_ON = "ORDER"


def seen_agreements(changes: Changes) -> tuple[SeenAgreement, ...] | None:
    """Return what was agreed after the order was placed, oldest first; None where the store did not show all of it.

    Half a list would be worse than none: without any, the order's lines tell what has changed.
    """
    told = changes.agreements
    if told is None or any(one.sales.page_info.has_next_page for one in told):
        return None
    later = [one for one in told if one.reason.upper() != PLACED]
    if len(later) > LINES_MAX or any(len(one.sales.nodes) > LINES_MAX for one in later):
        return None
    seen = [_seen_agreement(one) for one in later]
    return tuple(sorted(seen, key=lambda one: (one.happened_at, one.id)))


def _seen_agreement(one: Agreement) -> SeenAgreement:
    return SeenAgreement(
        id=one.id,
        happened_at=epoch_ms(one.happened_at) or 0,
        sales=tuple(_seen_sale(sale) for sale in one.sales.nodes),
    )


def _seen_sale(sale: Sale) -> SeenSale:
    """Return a sale with the sign that its action gives it, whatever sign the store wrote."""
    action = sale.action_type.upper()
    units, money = abs(sale.quantity or 0), signed_paisa(sale.total_amount)
    if action == TAKEN_OFF:
        units, money = -units, -abs(money)
    elif action == PUT_ON:
        money = abs(money)
    else:
        # A changed price, or an action that is newer than this code: no goods move by it.
        units = 0
    line = sale.line_item
    return SeenSale(
        order_line_id=None if line is None else OrderLineId(numeric_id(line.id)),
        units=max(-UNITS_MAX, min(units, UNITS_MAX)) if line is not None else 0,
        paisa=money,
    )


EXPECTED_BACK = frozenset({"OPEN"})
"""Only an open return is agreed upon: a requested one waits for the team's word, the others are over."""


def seen_returns(changes: Changes) -> tuple[SeenReturn, ...]:
    """Return the store's returns with the units that are still to come back."""
    return tuple(_seen_return(one) for one in (changes.returns or ())[:LINES_MAX])


def _seen_return(one: Return) -> SeenReturn:
    units: Counter[str] = Counter()
    for line in one.return_line_items.nodes:
        from_line = line.fulfillment_line_item
        if from_line is not None and from_line.line_item is not None:
            units[from_line.line_item.id] += max(0, line.unprocessed_quantity)
    return SeenReturn(
        gid=one.id,
        open=one.status.upper() in EXPECTED_BACK,
        lines=tuple(
            SeenReturnLine(order_line_id=OrderLineId(numeric_id(gid)), units=count)
            for gid, count in units.items()
            if count
        ),
    )
