"""A practice store that was killed comes back as the same store."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    CreateEvent,
    CreateFulfillment,
    EditContact,
    MarkPaid,
    Parcel,
    ShipGroup,
    Subscribe,
    UpdateTracking,
)
from server.practice_store.commands_refunds import CloseOrder
from server.practice_store.control_views import order_view
from server.practice_store.deliveries import WebhookSender
from server.practice_store.journal import JournalMismatchError
from server.practice_store.store import PracticeStore
from tests.practice_store.order_steps import asked, exchanged, handle_work, take_back
from tests.practice_store.receiver import Receiver
from tests.shopify.practice import HOOK, START_MS, Clock, new_store, some_lines
from tests.shopify.shopify_data import CHECKOUT


@pytest.fixture
def opened() -> Iterator[Callable[..., PracticeStore]]:
    """Opens stores, and closes them after the test."""
    with contextlib.ExitStack() as stack:

        def open_store(clock: Clock | None = None, **settings) -> PracticeStore:
            return stack.enter_context(contextlib.closing(new_store(clock, **settings)))

        yield open_store


def picture(store) -> bytes:
    """Everything of the store that anybody could see."""
    state = store.state
    return msgspec.json.encode(
        {
            "orders": [order_view(one) for one in state.orders.values()],
            "work": [(one.id, one.status, one.remaining_units) for one in state.work.values()],
            "variants": [
                (one.id, one.sku, one.barcode, str(one.price)) for one in state.variants.values()
            ],
            "customers": [
                (one.id, one.display_name, one.number_of_orders) for one in state.customers.values()
            ],
            "subscriptions": [(one.id, one.topic, one.uri) for one in state.subscriptions.values()],
            "notifications": state.notifications,
            "next": [state.numbers.take(), state.next_order_number],
        }
    )


def live(store, clock: Clock) -> None:
    """A morning in the store, with every kind of command."""
    store.execute(
        Subscribe(topic="ORDERS_CREATE", uri="https://rawana.example/hook", name="created")
    )
    orders = []
    for _ in range(5):
        clock.pass_ms(700)
        orders.append(store.place_order())
    clock.pass_ms(10_000)
    first, second, third = orders[:3]
    group = ShipGroup(fulfillment_order=first.work[0].id)
    parcel = Parcel(company="TCS", numbers=("1",))
    sent = store.execute(CreateFulfillment(groups=(group,), parcel=parcel, notify_customer=True))
    store.execute(UpdateTracking(fulfillment=sent.id, parcel=Parcel(numbers=("2",))))
    store.execute(CreateEvent(fulfillment=sent.id, status="DELIVERED", happened_at_ms=clock()))
    store.execute(CancelFulfillment(fulfillment=sent.id))
    store.execute(EditContact(order=second.number, phone="0300 7654321", tags=("vip",)))
    if second.can_mark_as_paid:
        store.execute(MarkPaid(order=second.number))
    store.execute(CancelOrder(order=third.number, notify_customer=True))
    store.execute(CancelOrder(order=third.number))  # refused: it leaves no trace
    exchanged(store, orders[3], list(store.state.variants)[5])
    store.routing_ms = (0, 0)
    take_back(store)
    handle_work(store)
    store.execute(CloseOrder(order=orders[4].id))


def test_a_store_read_back_from_its_journal_is_the_same_store(tmp_path, opened):
    clock, path = Clock(), tmp_path / "store" / "journal.jsonl"
    store = opened(clock, journal=path, routing_ms=(300, 3000))
    live(store, clock)
    again = opened(Clock(clock()), journal=path, routing_ms=(300, 3000))
    assert picture(again) == picture(store)


def test_a_journal_of_before_there_were_edits_and_returns_gives_the_same_ids(tmp_path, opened):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(Path(__file__).with_name("journal_before_edits.jsonl").read_bytes())
    store = opened(Clock(START_MS + 60_000), journal=path)
    # What the program of then made of it.
    part_shipped, cancelled, taken_back = store.state.orders.values()
    assert [
        (order.number, order.display_financial_status, order.display_fulfillment_status)
        for order in store.state.orders.values()
    ] == [
        (5632032964608, "PAID", "PARTIALLY_FULFILLED"),
        (5632033259520, "PAID", "UNFULFILLED"),
        (5632033488896, "PENDING", "UNFULFILLED"),
    ]
    assert [(work.number, work.status, work.remaining_units) for work in part_shipped.work] == [
        (5632033128448, "IN_PROGRESS", 3)
    ]
    assert [one.number for one in part_shipped.payments] == [5632033095680, 5632033816576]
    assert (cancelled.work[0].status, cancelled.work[0].remaining_units) == ("CLOSED", 0)
    assert [(work.number, work.status, work.remaining_units) for work in taken_back.work] == [
        (5632033619968, "CLOSED", 1),
        (5632033914880, "OPEN", 1),
    ]
    assert list(store.state.shipments) == [5632033718272, 5632033849344]
    assert store.state.numbers.take() == 5632033980416


def test_a_refund_given_before_a_restart_is_not_given_again_after_it(tmp_path, opened):
    path = tmp_path / "journal.jsonl"
    store = opened(journal=path)
    order = store.place_order(some_lines(store, 1))
    store.execute(MarkPaid(order=order.number))
    money = {
        "amount": "5",
        "gateway": "manual",
        "kind": "REFUND",
        "orderId": order.id,
        "parentId": order.payments[-1].id,
    }
    wanted = {"orderId": order.id, "transactions": [money]}
    first = asked(store, "refund_create", input=wanted, idempotencyKey="k")
    store.close()
    again = opened(journal=path)
    assert asked(again, "refund_create", input=wanted, idempotencyKey="k") == first
    assert again.state.orders[order.number].given_back == 5


def test_orders_after_a_restart_go_on_as_they_would_have(tmp_path, opened):
    clock, path = Clock(), tmp_path / "journal.jsonl"
    store = opened(clock, journal=path)
    live(store, clock)
    again = opened(Clock(clock()), journal=path)
    drawn = again.place_order()
    assert order_view(drawn) == order_view(store.place_order())


@pytest.mark.parametrize("cut", [1, 7, 40])
def test_a_last_line_cut_short_by_a_crash_is_dropped_and_written_over(tmp_path, opened, cut):
    path = tmp_path / "journal.jsonl"
    store = opened(journal=path)
    store.place_order()
    store.close()
    before = picture(opened(journal=path))
    torn = opened(journal=path)
    torn.place_order()
    torn.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = opened(journal=path)
    assert picture(again) == before
    again.place_order()
    again.close()
    assert len(opened(journal=path).state.orders) == 2


def test_a_whole_last_line_that_this_version_cannot_read_is_not_quietly_dropped(tmp_path, opened):
    path = tmp_path / "store.jsonl"
    opened(journal=path).close()
    with path.open("ab") as file:
        file.write(b'{"line":"command","at_ms":1,"command":{"kind":"teleport"}}\n')
    with pytest.raises(JournalMismatchError):
        opened(journal=path)


def test_an_order_refused_is_not_in_the_journal(tmp_path, opened):
    path = tmp_path / "journal.jsonl"
    store = opened(journal=path)
    size = path.stat().st_size
    store.execute(CancelOrder(order=1))
    assert path.stat().st_size == size


@pytest.mark.parametrize("other", [{"seed": 8}, {"domain": "other.myshopify.com"}])
def test_another_stores_journal_is_refused(tmp_path, opened, other):
    path = tmp_path / "journal.jsonl"
    opened(journal=path).close()
    with pytest.raises(JournalMismatchError):
        opened(journal=path, **other)


def test_a_journal_damaged_in_the_middle_is_refused_and_left_alone(tmp_path, opened):
    path = tmp_path / "journal.jsonl"
    store = opened(journal=path)
    store.place_order()
    store.close()
    damaged = path.read_bytes().replace(b"seedcatalogue", b"seed\xffatalogue")
    path.write_bytes(damaged)
    with pytest.raises(JournalMismatchError):
        opened(journal=path)
    assert path.read_bytes() == damaged


async def test_webhooks_delivered_before_a_crash_are_not_sent_again_and_the_others_are(
    tmp_path, opened
):
    path = tmp_path / "journal.jsonl"
    settings = {"journal": path, "webhook_uri": HOOK, "webhook_topics": ("ORDERS_CREATE",)}
    store, receiver = opened(**settings), Receiver()
    store.place_order()
    await WebhookSender(store, receiver.http).deliver_due()
    store.place_order()
    waiting = store.webhooks.waiting[0]
    again, later = opened(**settings), Receiver()
    await WebhookSender(again, later.http).deliver_due()
    assert later.ids == [waiting.webhook_id]
    assert later.got[0].content == waiting.body
    assert later.got[0].headers["X-Shopify-Event-Id"] == waiting.event_id


PLACES_ORDERS = """
import sys
from pathlib import Path
from tests.shopify.practice import new_store
store = new_store(journal=Path(sys.argv[1]))
while True:
    print(store.place_order().id, flush=True)
"""


def test_every_order_that_a_killed_process_answered_for_is_there(tmp_path, opened):
    path = tmp_path / "journal.jsonl"
    answered = []
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", PLACES_ORDERS, str(path)],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            text=True,
        )
        answered += [process.stdout.readline().strip() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate()
        answered += [line for line in rest.split("\n")[:-1] if line]
    store = opened(journal=path)
    assert set(answered) <= {order.id for order in store.state.orders.values()}
    assert len(answered) == len(set(answered)) >= 60
