"""What the team does to an order in Shopify, by edit, return, refund or cancel, becomes what Rawana guides people by."""

import msgspec
import pytest

from server.intake import reading
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelFulfillment, CancelOrder, Parcel
from server.practice_store.commands_edits import (
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.commands_refunds import CreateRefund, RefundedLine
from server.practice_store.commands_returns import (
    CancelReturn,
    CloseReturn,
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.shopify.change_answers import Changes
from tests.server.books import rows_of
from tests.server.outside import Outside

PARCEL = Parcel(company="TCS", numbers=("1",))


class Shopper:
    """An order in the store and what Rawana makes of it, read after every change as webhooks have it read."""

    def __init__(self, outside: Outside, order) -> None:
        self.outside = outside
        self.order = order
        self.variants = list(outside.store.state.variants.values())

    async def row(self) -> dict:
        self.outside.retail.server.clock.pass_ms(2_000)
        await self.outside.take_over(self.order)
        (found,) = await rows_of(
            self.outside.retail,
            "SELECT body::text FROM customer_order WHERE id = $1",
            str(self.order.number),
        )
        return msgspec.json.decode(found["body"])

    async def case(self) -> dict:
        return (await self.row())["exchanges"][-1]

    def edit(self, line: int, units: int, *added) -> None:
        store = self.outside.store
        edit = store.execute(BeginEdit(order=self.order.id))
        gid = edit.line_items[line].id
        assert not isinstance(
            store.execute(SetEditQuantity(edit=edit.id, line=gid, quantity=units)), list
        )
        for variant in added:
            made = store.execute(AddEditVariant(edit=edit.id, variant=variant.id, quantity=1))
            assert not isinstance(made, list), made
        assert not isinstance(store.execute(CommitEdit(edit=edit.id)), list)

    def ship_all(self):
        return fulfill_by_hand(self.outside.store, self.order, None, PARCEL, notify_customer=False)

    def send_back(self, *instead):
        """The team opens a return of one unit of what was shipped, with something else instead."""
        shipped = self.order.shipments[0].fulfillment_line_items[0]
        made = self.outside.store.execute(
            OpenReturn(
                order=self.order.id,
                lines=(
                    WantedReturnLine(fulfillment_line=shipped.id, quantity=1, reason="UNWANTED"),
                ),
                exchange=tuple(WantedExchangeLine(variant=one.id, quantity=1) for one in instead),
            )
        )
        assert not isinstance(made, list), made
        return made


@pytest.fixture
async def shopper(outside: Outside) -> Shopper:
    made = Shopper(outside, outside.place(2, paid=False))
    await made.row()
    return made


def dearer(shopper: Shopper, *, than):
    return next(v for v in shopper.variants if v.price > than.price and v.product != than.product)


def cheaper(shopper: Shopper, *, than):
    return next(v for v in shopper.variants if v.price < than.price and v.product != than.product)


@pytest.mark.parametrize("choose", [dearer, cheaper])
async def test_an_edit_before_shipping_is_an_exchange_with_the_stores_own_difference(
    shopper, choose
):
    was = shopper.order.line_items[0].variant
    now = choose(shopper, than=was)
    shopper.edit(0, 1, now)
    case = await shopper.case()
    assert (case["kind"], case["from_agreements"]) == ("exchange", True)
    assert [item["units"] for item in case["originals"]] == [1]
    assert [item["variant_id"] for item in case["replacements"]] == [str(now.number)]
    assert case["delta_paisa"] == int((now.price - was.price) * 100)
    assert case["goods"] == "none_out"


async def test_an_edit_of_the_edit_is_a_new_revision_and_undoing_it_cancels_the_case(shopper):
    now = dearer(shopper, than=shopper.order.line_items[0].variant)
    shopper.edit(0, 1, now)
    first = await shopper.case()
    assert (first["kind"], first["revision"]) == ("exchange", 1)
    shopper.edit(0, 0)
    second = await shopper.case()
    assert (second["id"], second["revision"]) == (first["id"], 2)
    assert [item["units"] for item in second["originals"]] == [2]
    shopper.edit(1, 0)
    shopper.edit(0, 2)
    undone = await shopper.case()
    assert (undone["id"], undone["kind"]) == (first["id"], "cancelled")


async def test_a_return_with_an_exchange_after_delivery_waits_for_the_goods_and_names_the_difference(
    shopper,
):
    shopper.ship_all()
    await shopper.row()
    was = shopper.order.line_items[0].variant
    now = dearer(shopper, than=was)
    back = shopper.send_back(now)
    row = await shopper.row()
    case = row["exchanges"][-1]
    assert case["kind"] == "exchange"
    assert case["delta_paisa"] == int((now.price - was.price) * 100)
    assert [item["units"] for item in case["originals"]] == [1]
    assert row["lines"][0]["shopify_return_units"] == 1
    line = back.return_line_items[0]
    done = shopper.outside.store.execute(
        ProcessReturn(of_return=back.id, lines=(ProcessedLine(line=line.id, quantity=1),))
    )
    assert not isinstance(done, list), done
    shopper.outside.store.execute(CloseReturn(of_return=back.id))
    row = await shopper.row()
    assert row["lines"][0]["shopify_return_units"] == 0
    again = row["exchanges"][-1]
    assert (again["id"], again["delta_paisa"]) == (case["id"], case["delta_paisa"])
    assert [item["units"] for item in again["originals"]] == [1]


async def test_a_return_that_is_cancelled_in_the_store_expects_nothing_any_more(shopper):
    shopper.ship_all()
    await shopper.row()
    back = shopper.send_back()
    assert (await shopper.row())["lines"][0]["shopify_return_units"] == 1
    assert not isinstance(shopper.outside.store.execute(CancelReturn(of_return=back.id)), list)
    assert (await shopper.row())["lines"][0]["shopify_return_units"] == 0


async def test_units_that_are_refunded_before_shipping_are_a_removal(shopper):
    line = shopper.order.line_items[0]
    made = shopper.outside.store.execute(
        CreateRefund(
            order=shopper.order.id,
            lines=(RefundedLine(line=line.id, quantity=1, restock="CANCEL"),),
        )
    )
    assert not isinstance(made, list), made
    case = await shopper.case()
    assert case["kind"] in ("removal", "quantity")
    assert case["delta_paisa"] == -int(line.price * 100)
    assert (await shopper.row())["lines"][0]["current_units"] == 1


async def test_an_order_that_never_changed_costs_one_call_and_one_that_did_costs_two(shopper):
    asked = len(shopper.outside.calls("OrderChanges"))
    await shopper.row()
    assert len(shopper.outside.calls("OrderChanges")) == asked
    shopper.edit(0, 1)
    await shopper.row()
    assert len(shopper.outside.calls("OrderChanges")) == asked + 1


async def test_where_returns_and_agreements_are_hidden_the_lines_tell_what_changed(
    shopper, monkeypatch
):
    async def hidden(client, gid):
        return Changes(agreements=None, returns=None)

    monkeypatch.setattr(reading, "read_changes", hidden)
    was = shopper.order.line_items[0].variant
    now = dearer(shopper, than=was)
    shopper.edit(0, 1, now)
    case = await shopper.case()
    assert (case["kind"], case["from_agreements"]) == ("exchange", False)
    assert case["delta_paisa"] == int((now.price - was.price) * 100)


async def test_a_fulfillment_that_is_cancelled_in_the_store_is_asked_about(shopper):
    (made,) = shopper.ship_all()
    row = await shopper.row()
    assert row["status"] == "branch_sync"
    shopper.outside.store.execute(CancelFulfillment(fulfillment=made.id))
    row = await shopper.row()
    assert row["status"] != "branch_sync"
    assert [one["live"] for one in row["store_fulfillments"]] == [False]


async def test_an_order_cancelled_in_the_store_keeps_its_lines_for_what_is_out(shopper):
    await shopper.outside.dispatched(shopper.order)
    shopper.outside.store.execute(
        CancelOrder(order=shopper.order.number, reason="CUSTOMER", notify_customer=False)
    )
    row = await shopper.row()
    assert row["cancelled_at"] is not None
    flags = await rows_of(
        shopper.outside.retail, "SELECT code FROM discrepancy WHERE closed_at IS NULL"
    )
    assert "dispatched_cancelled" in {flag["code"] for flag in flags}
