"""Reading a store in bulk: the first time, and after a long silence."""

import msgspec
import pytest

from server.db.store_imports import ImportKind
from server.intake import importing, sweeping
from server.intake.importing import advance_imports, want_import
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelOrder, Parcel
from tests.server.books import rows_of
from tests.server.outside import Outside

PARCEL = Parcel(company="TCS", numbers=("1",))
DAY_MS = 86_400_000


@pytest.fixture
def few_are_many(monkeypatch):
    """A handful of orders is read in bulk, a few at a time."""
    monkeypatch.setattr(sweeping, "BULK_ABOVE", 3)
    monkeypatch.setattr(importing, "ORDERS_A_STEP", 2)


async def names(outside: Outside) -> list[str]:
    rows = await rows_of(outside.retail, "SELECT name FROM customer_order ORDER BY name")
    return [row["name"] for row in rows]


async def import_of(outside: Outside, kind: ImportKind):
    return next(one for one in await outside.imports() if one.kind is kind)


async def test_the_first_sweep_of_a_store_brings_in_its_catalogue_and_its_orders(
    outside, few_are_many
):
    orders = [outside.place() for _ in range(7)]
    await outside.sweep()
    assert await names(outside) == []
    ended = await outside.import_all()
    assert {(one.kind, one.state, one.error) for one in ended} == {
        (ImportKind.ORDERS, "done", None),
        (ImportKind.VARIANTS, "done", None),
    }
    assert await names(outside) == [order.name for order in orders]
    variants = {row["id"] for row in await rows_of(outside.retail, "SELECT id FROM variant")}
    assert variants >= {str(number) for number in outside.store.state.variants}
    orders_import = await import_of(outside, ImportKind.ORDERS)
    assert (orders_import.taken, orders_import.left_out) == (7, 0)


async def test_an_order_read_in_bulk_is_what_a_reading_of_its_own_makes_of_it(
    outside, few_are_many
):
    orders = [outside.place(2, paid=False, note='He said "call"\n<b>first</b>') for _ in range(5)]
    await outside.sweep()
    await outside.import_all()
    before = await rows_of(outside.retail, "SELECT id, body FROM customer_order ORDER BY id")
    for order in orders:
        await outside.take_over(order)
    assert before == await rows_of(
        outside.retail, "SELECT id, body FROM customer_order ORDER BY id"
    )
    news = await rows_of(outside.retail, "SELECT FROM op WHERE kind = 'shopify_order'")
    assert len(news) == len(orders)


async def test_an_order_of_which_bulk_does_not_show_all_is_read_by_itself(outside, few_are_many):
    outside.retail.server.clock.pass_ms(1_000)
    plain = [outside.place() for _ in range(4)]
    await outside.sweep()
    await outside.import_all()
    sent = outside.place()
    outside.retail.server.clock.pass_ms(10_000)
    fulfill_by_hand(outside.store, sent, None, PARCEL, notify_customer=False)
    await want_import(outside.reader, await outside.connected(), ImportKind.ORDERS, 0)
    await outside.import_all()
    assert await names(outside) == [order.name for order in plain]
    while await outside.read():
        pass
    row = (await rows_of(outside.retail, "SELECT body FROM customer_order ORDER BY name DESC"))[0]
    assert len(msgspec.json.decode(row["body"])["store_fulfillments"]) == 1


async def test_orders_that_were_over_before_the_store_was_connected_are_left_alone_until_they_change(
    outside, few_are_many
):
    clock = outside.retail.server.clock
    sent, cancelled, *open_ones = [outside.place() for _ in range(5)]
    fulfill_by_hand(outside.store, sent, None, PARCEL, notify_customer=False)
    outside.store.execute(CancelOrder(order=cancelled.number))
    clock.pass_ms(DAY_MS)
    await outside.sweep()
    await outside.import_all()
    assert await names(outside) == [order.name for order in open_ones]
    assert (await import_of(outside, ImportKind.ORDERS)).left_out == 2
    clock.pass_ms(DAY_MS)
    await outside.sweep()
    assert sent.name not in await names(outside)
    await outside.take_over(sent)
    assert sent.name in await names(outside)


async def test_an_import_that_was_cut_off_goes_on_where_it_stood(
    outside, few_are_many, monkeypatch
):
    for _ in range(7):
        outside.place()
    await outside.sweep()
    told = importing.tell_reading
    left = 3

    async def cut_off(*given):
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionError("the machine went away")
        await told(*given)

    monkeypatch.setattr(importing, "tell_reading", cut_off)
    for _ in range(6):
        await advance_imports(outside.reader)
        outside.retail.server.clock.pass_ms(5_000)
    stands = await import_of(outside, ImportKind.ORDERS)
    assert (stands.state, stands.taken) == ("reading", 2)
    monkeypatch.setattr(importing, "tell_reading", told)
    outside.retail.server.clock.pass_ms(importing.LEASE_MS)
    await outside.import_all()
    assert len(await names(outside)) == 7
    news = await rows_of(outside.retail, "SELECT FROM op WHERE kind = 'shopify_order'")
    assert len(news) == 7


async def test_a_webhook_says_that_the_store_is_through_and_the_import_looks_at_once(
    outside, few_are_many
):
    for _ in range(5):
        outside.place()
    await outside.sweep()
    await advance_imports(outside.reader)
    begun = await import_of(outside, ImportKind.ORDERS)
    assert begun.state == "running"
    assert begun.run_at > outside.retail.server.clock()
    body = msgspec.json.encode({"admin_graphql_api_id": begun.operation_gid, "status": "completed"})
    answer = await outside.webhook(body, "bulk_operations/finish")
    assert answer.status_code == 200
    await outside.read()
    assert (await import_of(outside, ImportKind.ORDERS)).run_at <= outside.retail.server.clock()


async def test_a_result_whose_address_has_ended_is_asked_for_anew(outside, few_are_many):
    for _ in range(5):
        outside.place()
    await outside.sweep()
    for _ in range(10):
        await advance_imports(outside.reader)
        if (await import_of(outside, ImportKind.ORDERS)).state == "reading":
            break
        outside.retail.server.clock.pass_ms(5_000)
    outside.retail.server.clock.pass_ms(8 * DAY_MS)
    await outside.import_all(80)
    assert len(await names(outside)) == 5


async def test_a_store_that_is_away_is_asked_again_and_the_trouble_is_visible(
    outside, few_are_many
):
    for _ in range(5):
        outside.place()
    await outside.sweep()
    outside.fault("http_500", None, 4)
    await advance_imports(outside.reader)
    troubled = await import_of(outside, ImportKind.ORDERS)
    assert troubled.state == "wanted"
    assert "500" in troubled.error
    await outside.import_all(80)
    assert len(await names(outside)) == 5


async def test_what_cannot_be_read_in_bulk_is_read_one_by_one(outside, few_are_many):
    orders = [outside.place() for _ in range(5)]
    await outside.sweep()
    async with outside.retail.server.database.connection() as connection:
        await connection.execute(
            "UPDATE store_import SET state = 'failed', error = 'denied' WHERE kind = 'orders'"
        )
    outside.retail.server.clock.pass_ms(600_000)
    assert await outside.sweep() == 5
    assert await names(outside) == [order.name for order in orders]
    assert (await import_of(outside, ImportKind.ORDERS)).state == "done"
