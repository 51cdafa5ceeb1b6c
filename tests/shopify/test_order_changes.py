"""What an order went through, as the store accounts for it: to the last page, and with the signs that actions give."""

import pytest

from server.practice_store.commands_edits import BeginEdit, CommitEdit, SetEditQuantity
from server.shopify.answers import Money, Page, PageInfo, Ref, ShopMoney
from server.shopify.change_answers import Agreement, Changes, Return, ReturnedFrom, ReturnLine, Sale
from server.shopify.order_changes import read_changes, went_through_changes
from server.shopify.orders import read_order
from server.shopify.translate_changes import seen_agreements, seen_returns
from tests.shopify.practice import Clock, client_to, new_store, some_lines
from tests.shopify.test_client import answering, error

LINE = "gid://shopify/LineItem/71"


def sale(action: str, quantity: int | None, amount: str, *, line: str | None = LINE) -> Sale:
    money = ShopMoney(shop_money=Money(amount=amount, currency_code="PKR"))
    ref = None if line is None else Ref(id=line)
    return Sale(action_type=action, quantity=quantity, total_amount=money, line_item=ref)


def agreed(*sales: Sale, reason: str = "ORDER_EDIT", at: str = "2026-11-24T08:00:00Z", more=False):
    page = Page[Sale](nodes=sales, page_info=PageInfo(has_next_page=more))
    return Agreement(id=f"a-{at}", happened_at=at, reason=reason, sales=page)


async def test_every_page_of_agreements_is_read():
    clock = Clock()
    store = new_store(clock)
    order = store.place_order(some_lines(store, 1, quantity=40))
    for units in range(39, 12, -1):
        clock.pass_ms(1_000)
        edit = store.execute(BeginEdit(order=order.id))
        line = edit.line_items[0].id
        store.execute(SetEditQuantity(edit=edit.id, line=line, quantity=units))
        store.execute(CommitEdit(edit=edit.id))
    client = client_to(store)
    assert went_through_changes(await read_order(client, order.id))
    told = seen_agreements(await read_changes(client, order.id))
    assert len(told) == 27
    assert sum(one.units for agreement in told for one in agreement.sales) == -27
    assert [one.happened_at for one in told] == sorted(one.happened_at for one in told)


async def test_an_order_that_nobody_touched_has_nothing_to_ask_for():
    store = new_store()
    order = store.place_order(some_lines(store, 1))
    assert not went_through_changes(await read_order(client_to(store), order.id))


async def test_what_the_app_may_not_see_is_not_shown_and_no_error():
    denied = error("ACCESS_DENIED", "Access denied for agreements field.")
    nothing = await read_changes(answering({"data": {"order": None}, "errors": [denied]}), "gid")
    assert nothing == Changes(agreements=None, returns=None)
    half = {"order": {"agreements": {"nodes": []}, "returns": None}}
    seen = await read_changes(answering({"data": half, "errors": [denied]}), "gid")
    assert seen == Changes(agreements=(), returns=None)
    assert seen_returns(seen) == ()


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("quantity", [2, -2])
def test_what_is_taken_off_counts_down_whatever_sign_the_store_wrote(sign, quantity):
    (told,) = seen_agreements(
        Changes(agreements=(agreed(sale("RETURN", quantity, f"{sign}500.0")),))
    )
    (one,) = told.sales
    assert (one.units, one.paisa, one.order_line_id) == (-2, -50_000, "71")


def test_a_changed_price_moves_no_goods_and_a_fee_has_no_line():
    changes = Changes(
        agreements=(agreed(sale("UPDATE", 2, "-50.5"), sale("ORDER", None, "200.0", line=None)),)
    )
    (told,) = seen_agreements(changes)
    assert [(one.units, one.paisa, one.order_line_id) for one in told.sales] == [
        (0, -5_050, "71"),
        (0, 20_000, None),
    ]


def test_the_order_itself_is_no_change_and_later_ones_come_oldest_first():
    changes = Changes(
        agreements=(
            agreed(sale("ORDER", 1, "1.0"), reason="ORDER", at="2026-11-20T08:00:00Z"),
            agreed(sale("RETURN", 1, "1.0"), reason="REFUND", at="2026-11-24T08:00:00Z"),
            agreed(sale("ORDER", 1, "1.0"), at="2026-11-22T08:00:00Z"),
            agreed(sale("ORDER", 1, "1.0"), reason="NEXT_YEARS", at="2026-11-23T08:00:00Z"),
        )
    )
    told = seen_agreements(changes)
    assert [one.id for one in told] == [
        "a-2026-11-22T08:00:00Z",
        "a-2026-11-23T08:00:00Z",
        "a-2026-11-24T08:00:00Z",
    ]


def test_half_a_list_is_not_shown_at_all():
    assert seen_agreements(Changes(agreements=(agreed(more=True),))) is None


@pytest.mark.parametrize(
    ("status", "expected"),
    [("OPEN", True), ("REQUESTED", False), ("CLOSED", False), ("CANCELED", False), ("LOST", False)],
)
def test_only_an_open_return_is_expected_back(status, expected):
    line = ReturnLine(
        unprocessed_quantity=2, fulfillment_line_item=ReturnedFrom(line_item=Ref(id=LINE))
    )
    nowhere = ReturnLine(unprocessed_quantity=1)
    back = Return(
        id="gid://shopify/Return/5",
        status=status,
        return_line_items=Page[ReturnLine](nodes=(line, line, nowhere)),
    )
    (seen,) = seen_returns(Changes(returns=(back,)))
    assert seen.open is expected
    assert [(one.order_line_id, one.units) for one in seen.lines] == [("71", 4)]
