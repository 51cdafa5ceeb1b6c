"""Steps of an order's life that several tests of the practice store take."""

from decimal import Decimal

from server.practice_store.commands import CreateFulfillment, MarkPaid, ShipGroup, ShipLine
from server.practice_store.commands_edits import (
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.commands_refunds import CreateRefund, RefundedLine, RefundedMoney
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    RemoveFromReturn,
    ReopenReturn,
    RequestReturn,
    Units,
    WantedDisposition,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.commands_work import (
    CancelWork,
    HoldWork,
    MoveWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
    SplitWork,
    WantedSplit,
)
from server.practice_store.subset_schema import HERE
from tests.practice_store.asking import ask
from tests.shopify.practice import some_lines

DOCUMENTS = HERE / "also_answered"


def asked(store, name: str, **variables):
    """Ask one of the documents that the store answers beside Rawana's own."""
    answer = ask(store, (DOCUMENTS / f"{name}.graphql").read_text("utf-8"), **variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def message(result) -> str:
    """The words of a refusal."""
    assert isinstance(result, list), result
    return result[0].message


def shipped(store, lines):
    """An order that is shipped in full."""
    order = store.place_order(lines)
    ship(store, order)
    return order


def ship(store, order):
    """Ship all that is open."""
    return [
        store.execute(CreateFulfillment(groups=(ShipGroup(fulfillment_order=work.id),)))
        for work in order.work
        if work.status == "OPEN"
    ]


def exchanged(store, order, variant: int):
    """Edit the first line out and a variant in."""
    edit = store.execute(BeginEdit(order=order.id))
    store.execute(SetEditQuantity(edit=edit.id, line=edit.line_items[0].id, quantity=0))
    gid = f"gid://shopify/ProductVariant/{variant}"
    store.execute(AddEditVariant(edit=edit.id, variant=gid, quantity=1))
    return store.execute(CommitEdit(edit=edit.id))


def wanted_back(order, *quantities: int, reason: str = "UNWANTED", note: str = ""):
    """Units of the order's first shipment to return, line by line."""
    parts = order.shipments[0].fulfillment_line_items
    return tuple(
        WantedReturnLine(fulfillment_line=part.id, quantity=units, reason=reason, note=note)
        for part, units in zip(parts, quantities, strict=False)
    )


def opened(store, order, *quantities: int, **more):
    """A return that the team opened."""
    return store.execute(OpenReturn(order=order.id, lines=wanted_back(order, *quantities), **more))


def take_back(store):
    """An order that is returned in every way there is: asked for and declined, cancelled, exchanged, refunded."""
    order = shipped(store, some_lines(store, 1, quantity=5))
    store.execute(MarkPaid(order=order.number))
    payment = next(one for one in order.payments if one.pays)
    for_one = RefundedLine(line=order.line_items[0].id, quantity=1)
    a_rupee = (RefundedMoney(amount=Decimal(1), parent=payment.id),)
    store.execute(CreateRefund(order=order.id, lines=(for_one,), money=a_rupee))
    declined, cancelled, back = (
        store.execute(RequestReturn(order=order.id, lines=wanted_back(order, 1))) for _ in range(3)
    )
    store.execute(DeclineReturn(of_return=declined.id, reason="OTHER", note="Worn"))
    store.execute(CancelReturn(of_return=cancelled.id))
    store.execute(ApproveReturn(of_return=back.id))
    variant = list(store.state.variants.values())[5]
    swapped = (WantedExchangeLine(variant=variant.id, quantity=1),)
    opened(store, order, 1, exchange=swapped)
    fewer = opened(store, order, 2)
    units = (Units(line=fewer.return_line_items[0].id, quantity=1),)
    store.execute(RemoveFromReturn(of_return=fewer.id, lines=units))
    place = next(iter(store.state.locations.values()))
    shelf = WantedDisposition(
        line=back.reverse_fulfillment_orders[0].line_items[0].id,
        quantity=1,
        type="RESTOCKED",
        location=place.id,
    )
    line = ProcessedLine(line=back.return_line_items[0].id, quantity=1, dispositions=(shelf,))
    money = (RefundedMoney(amount=order.line_items[0].price, parent=payment.id),)
    store.execute(ProcessReturn(of_return=back.id, lines=(line,), money=money))
    store.execute(CloseReturn(of_return=back.id))
    store.execute(ReopenReturn(of_return=back.id))
    return order


def handle_work(store):
    """An order whose work is held in part, released, reported, opened, split, moved and given back."""
    order = store.place_order(some_lines(store, 1, quantity=4))
    [work] = order.work

    def units(quantity: int):
        return (ShipLine(id=work.line_items[0].id, quantity=quantity),)

    store.execute(HoldWork(work=work.id, reason="OTHER", notes="COD", handle="a", lines=units(2)))
    store.execute(ReleaseHold(work=work.id))
    store.execute(ReportProgress(work=work.id, notes="packing"))
    store.execute(OpenWork(work=work.id))
    store.execute(SplitWork(splits=(WantedSplit(work=work.id, lines=units(1)),)))
    place = list(store.state.locations.values())[1]
    store.execute(MoveWork(work=work.id, location=place.id, lines=units(1)))
    store.execute(CancelWork(work=work.id))
    return order
