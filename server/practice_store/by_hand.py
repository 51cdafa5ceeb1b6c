"""What the team does by hand in the store, in the words a person uses: an order's name, a SKU, some units."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from server.practice_store.commands import (
    CreateFulfillment,
    LineDraft,
    Parcel,
    ShipGroup,
    ShipLine,
    UserError,
)
from server.practice_store.fulfillment import SHIPPABLE, Fulfillment
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a variant, by SKU or number; both may be missing for a custom item with a title and price."""

    sku: str | None = None
    variant: int | None = None
    title: str | None = None
    price: str | None = None
    quantity: int = 1


class ShippedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Units of an order's line, by the line's gid or SKU."""

    line: str
    quantity: int


def lines_of(store: PracticeStore, wanted: Sequence[WantedLine]) -> list[LineDraft]:
    """Return the lines to order.

    Raises:
        ValueError: no variant has that SKU.
    """
    by_sku = {variant.sku: variant.number for variant in store.state.variants.values()}
    lines = []
    for one in wanted:
        if one.sku is not None and one.title is None and one.sku not in by_sku:
            raise ValueError(f"no variant has the SKU {one.sku}")
        number = one.variant if one.variant is not None else by_sku.get(one.sku or "")
        fields = {"variant": number, "quantity": one.quantity, "title": one.title, "sku": one.sku}
        lines.append(msgspec.convert({**fields, "price": one.price}, LineDraft, strict=False))
    return lines


def fulfill_by_hand(
    store: PracticeStore,
    order: Order,
    lines: Sequence[ShippedLine] | None,
    parcel: Parcel,
    *,
    notify_customer: bool,
) -> list[Fulfillment] | list[UserError]:
    """Ship from the store's own pages: `lines`, or all that remains; one fulfillment for each location involved."""
    store.settle()
    groups = _groups(order, lines)
    if isinstance(groups, UserError):
        return [groups]
    made: list[Fulfillment] = []
    for group in groups:
        command = CreateFulfillment(
            groups=(group,), parcel=parcel, notify_customer=notify_customer, by="staff"
        )
        result = store.execute(command)
        if not isinstance(result, Fulfillment):
            assert isinstance(result, list)
            return result
        made.append(result)
    return made


def _groups(order: Order, lines: Sequence[ShippedLine] | None) -> list[ShipGroup] | UserError:
    open_work = [work for work in order.fulfillment_orders if work.status in SHIPPABLE]
    if not open_work:
        return UserError(message="Nothing of this order is left to ship.")
    if lines is None:
        return [ShipGroup(fulfillment_order=work.id) for work in open_work]
    left = {index: one.quantity for index, one in enumerate(lines)}
    groups = []
    for work in open_work:
        taken: list[ShipLine] = []
        for part in work.line_items:
            for index, one in enumerate(lines):
                units = min(left[index], part.remaining_quantity)
                if units > 0 and one.line in {part.line_item.id, part.line_item.sku}:
                    taken.append(ShipLine(id=part.id, quantity=units))
                    left[index] -= units
        if taken:
            groups.append(ShipGroup(fulfillment_order=work.id, lines=tuple(taken)))
    if any(left.values()):
        return UserError(
            message="The order does not have that many units of the line left to ship."
        )
    return groups
