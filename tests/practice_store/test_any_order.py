"""Whatever is done with an order, in whatever order: its units, its money and what was agreed stay in step."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    CreateFulfillment,
    MarkPaid,
    ShipGroup,
)
from server.practice_store.commands_edits import (
    AddEditCustomItem,
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.commands_refunds import (
    CreateRefund,
    RecordPayment,
    RefundedLine,
    RefundedMoney,
)
from server.practice_store.commands_returns import (
    OpenReturn,
    ProcessedLine,
    ProcessReturn,
    Units,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.commands_work import HoldWork, MoveWork, ReleaseHold
from tests.shopify.practice import custom_line, new_store, some_lines

CLOSED = {"CLOSED", "CANCELLED"}


def edit(store, order, which: int, quantity: int):
    begun = store.execute(BeginEdit(order=order.id))
    if isinstance(begun, list):
        return
    line = begun.lines[which % len(begun.lines)]
    store.execute(SetEditQuantity(edit=begun.id, line=line.id, quantity=quantity))
    if which % 2:
        variant = list(store.state.variants.values())[which]
        store.execute(AddEditVariant(edit=begun.id, variant=variant.id, quantity=quantity))
    else:
        store.execute(
            AddEditCustomItem(
                edit=begun.id,
                title="Wrap",
                quantity=quantity,
                price=Decimal(7),
                currency=order.currency_code,
            )
        )
    store.execute(CommitEdit(edit=begun.id))


def take_back(store, order, which: int, quantity: int):
    parts = [part for one in order.shipments for part in one.fulfillment_line_items]
    if not parts:
        return
    variant = list(store.state.variants.values())[which]
    wanted = WantedReturnLine(
        fulfillment_line=parts[which % len(parts)].id, quantity=quantity, reason="UNWANTED"
    )
    exchange = (WantedExchangeLine(variant=variant.id, quantity=quantity),) if which % 2 else ()
    store.execute(
        OpenReturn(
            order=order.id, lines=(wanted,), exchange=exchange, unprocessed=bool(which % 4 // 2)
        )
    )


def process(store, order, which: int, quantity: int):
    if not order.returned:
        return
    made = order.returned[which % len(order.returned)]
    lines = tuple(ProcessedLine(line=one.id, quantity=quantity) for one in made.return_line_items)
    exchange = tuple(
        Units(line=one.id, quantity=one.unprocessed_quantity)
        for one in made.exchange_line_items
        if one.unprocessed_quantity
    )
    money = money_of(order, quantity) if which % 2 else ()
    store.execute(ProcessReturn(of_return=made.id, lines=lines, exchange=exchange, money=money))


def money_of(order, amount: int):
    payment = next((one.id for one in order.payments if one.pays), None)
    return (RefundedMoney(amount=Decimal(amount), parent=payment),) if payment and amount else ()


def refund(store, order, which: int, quantity: int):
    line = order.line_items[which % len(order.line_items)]
    restock = ("CANCEL", "RETURN", "NO_RESTOCK")[which % 3]
    wanted = (RefundedLine(line=line.id, quantity=quantity, restock=restock),) if quantity else ()
    store.execute(
        CreateRefund(
            order=order.id,
            lines=wanted,
            money=money_of(order, which),
            shipping=Decimal(which * 10),
        )
    )


def work_step(store, order, which: int, quantity: int):
    work = order.work[which % len(order.work)]
    place = list(store.state.locations.values())[quantity % 3]
    group = ShipGroup(fulfillment_order=work.id)
    store.execute(
        (
            HoldWork(work=work.id, reason="OTHER"),
            ReleaseHold(work=work.id),
            MoveWork(work=work.id, location=place.id),
            CreateFulfillment(groups=(group,)),
            CreateFulfillment(groups=(group,)),
        )[quantity]
    )


def take_shipment_back(store, order, which: int, quantity: int):
    """Not once something of it came back: what then becomes of the units is not recorded."""
    del quantity
    if order.shipments and not order.returned:
        shipment = order.shipments[which % len(order.shipments)]
        store.execute(CancelFulfillment(fulfillment=shipment.id))


DEEDS = {
    "edit": edit,
    "work": work_step,
    "take shipment back": take_shipment_back,
    "return": take_back,
    "process": process,
    "refund": refund,
    "pay": lambda store, order, *_: store.execute(MarkPaid(order=order.number)),
    "pay a part": lambda store, order, which, _: store.execute(
        RecordPayment(order=order.id, amount=Decimal(which + 1))
    ),
    "cancel": lambda store, order, which, _: store.execute(
        CancelOrder(order=order.number, refund=bool(which % 2))
    ),
}


def check_order(order):
    sales = [sale for one in order.agreed for sale in one.sales]
    assert len({sale.id for sale in sales}) == len(sales)
    assert round(sum(sale.amount for sale in sales), 6) == round(order.total, 6)
    assert order.outstanding + order.net_payment == order.total
    for line in order.line_items:
        agreed = sum(sale.quantity for sale in sales if getattr(sale, "line_item", None) is line)
        assert agreed == line.current_quantity >= 0
        waiting = sum(
            part.remaining_quantity
            for work in order.work
            if work.status not in CLOSED
            for part in work.line_items
            if part.line_item is line
        )
        assert waiting == line.unfulfilled_quantity >= 0
        assert 0 <= line.fulfillable_quantity <= waiting


@settings(max_examples=150, deadline=None)
@given(
    quantities=st.lists(st.integers(1, 3), min_size=1, max_size=2),
    steps=st.lists(
        st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 8), st.integers(0, 4)),
        max_size=12,
    ),
)
def test_units_money_and_agreements_stay_in_step_whatever_is_done(quantities, steps):
    store = new_store()
    lines = [custom_line("Kurta", count, "100", discount=Decimal(9)) for count in quantities]
    order = store.place_order([*lines, *some_lines(store, 1, quantity=2)])
    for name, which, quantity in steps:
        DEEDS[name](store, order, which, quantity)
        check_order(order)
