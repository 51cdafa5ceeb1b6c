"""A shelf is counted while the shop goes on: only the difference is posted, late facts are not counted twice (I18, §7)."""

import itertools

import pytest
from msgspec.structs import replace

from sync_protocol.decide.book import Moved
from sync_protocol.decide.clocks import server_time
from sync_protocol.decide.settling import decide_on_server
from tests.vectors.world import (
    AMNA,
    KURTA,
    LAHORE,
    MINUTE,
    OMAR,
    SAAD,
    SHOE,
    STORE,
    World,
    create,
    store_fulfilled,
    units,
)

SHELF = (LAHORE, KURTA)
KNOWN_CLOCK = [0, 1_000]
COUNTER, OTHER = "phone-count", "phone-other"


class Shop(World):
    """A world whose ledger is numbered, and whose server knows when each movement happened."""

    def __init__(self, **how: object) -> None:
        self.version = 0
        super().__init__(**how)  # type: ignore[arg-type]

    def record(
        self, kind: str, body: dict, *, device: str = OTHER, ago: int = 0, clock=KNOWN_CLOCK
    ):
        """Record what a device did `ago` minutes before the server hears of it."""
        at = self.now + MINUTE - ago * MINUTE
        staff = SAAD if kind == "branch_sync" else AMNA
        told = {"device": device, "at": at, "clock": clock}
        decision = self.do(kind, body, staff, decider=decide_on_server, **told)
        at, within = (at + clock[0], clock[1]) if clock else (at, 300_000)
        for posting in decision.postings:
            for variant in sorted({leg.variant_id for leg in posting.legs}):
                self.version += 1
                shelf = (posting.branch_id, variant)
                moved = sum(
                    x.units
                    for x in posting.legs
                    if (x.variant_id, x.account) == (variant, "sellable")
                )
                line = Moved(
                    version=self.version, device_id=device, at=at, within_ms=within, units=moved
                )
                self.book.history[shelf] = (*self.book.history.get(shelf, ()), line)
                held = self.book.stock_of(*shelf)
                self.book.stock[shelf] = replace(held, ledger_version=self.version)
        return decision

    def sell(self, count: int, **when):
        goods = [{"variant_id": KURTA, "units": count}]
        return self.record("counter_sale", {"branch_id": LAHORE, "lines": goods}, **when)

    def count(self, found: int, *, seen: int | None = None, device: str = COUNTER, **when):
        version = self.version if seen is None else seen
        line = {"variant_id": KURTA, "units": found, "seen_version": version}
        body = {"branch_id": LAHORE, "lines": [line]}
        return self.record("count", body, device=device, **when)


@pytest.mark.parametrize("found", [0, 3, 5, 8])
def test_a_count_posts_what_was_found_less_what_was_expected(found):
    shop = Shop()
    decision = shop.count(found)
    assert shop.sellable() == found
    assert [p.kind.value for p in decision.postings] == ["count_adjust"] * (found != 5)
    assert shop.book.stock_of(*SHELF).counted.units == found


def test_a_count_of_the_same_line_twice_takes_the_last():
    shop = Shop()
    lines = [{"variant_id": KURTA, "units": n} for n in (9, 4)]
    shop.record("count", {"branch_id": LAHORE, "lines": lines}, device=COUNTER)
    assert shop.sellable() == 4


def test_what_others_sold_after_the_count_is_not_erased_by_it():
    shop = Shop()
    seen = shop.version
    shop.sell(2, ago=0)
    shop.count(5, seen=seen, ago=30)
    assert shop.sellable() == 3, "five were there, then two went"


def test_what_others_sold_after_the_count_beyond_what_it_found_is_asked_about():
    shop = Shop()
    seen = shop.version
    shop.sell(2, ago=0)
    decision = shop.count(1, seen=seen, ago=30)
    assert (shop.sellable(), decision.code, shop.open_codes()) == (-1, "oversell", ["oversell"])
    shop.count(0)
    assert (shop.sellable(), shop.open_codes()) == (0, [])
    unclear = Shop()
    unclear.sell(2, ago=0, clock=None)
    decision = unclear.count(1, seen=0, ago=0)
    assert (unclear.sellable(), decision.code) == (-1, "count_ambiguous")
    assert unclear.open_codes() == ["count_ambiguous", "oversell"]


def test_what_others_sold_before_the_count_but_synced_before_it_too_is_not_counted_twice():
    shop = Shop()
    seen = shop.version
    shop.sell(2, ago=60)
    shop.count(3, seen=seen, ago=0)
    assert shop.sellable() == 3, "the two were gone when somebody counted"


def test_the_counting_phones_own_earlier_work_is_in_what_it_expects():
    shop = Shop()
    seen = shop.version
    shop.sell(1, device=COUNTER)
    decision = shop.count(4, seen=seen)
    assert (shop.sellable(), decision.postings) == (4, ())


def test_what_happened_at_about_the_time_of_the_count_stands_and_is_counted_again():
    shop = Shop()
    seen = shop.version
    shop.sell(1, ago=1)
    decision = shop.count(5, seen=seen, ago=4)
    assert (decision.status.value, decision.code) == ("applied", None), "clearly after"
    unclear = Shop()
    unclear.sell(1, ago=0, clock=None)
    decision = unclear.count(5, seen=0, ago=0)
    assert (decision.status.value, decision.code) == ("flagged", "count_ambiguous")
    assert unclear.sellable() == 4
    unclear.count(4)
    assert unclear.open_codes() == []


FACTS = {
    "counter_sale": {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 1}]},
    "receive_stock": {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 1}]},
    "manual_fulfillment": create(lines=units("71", 1)),
    "transfer_send": {
        "transfer_id": "t",
        "branch_id": LAHORE,
        "to_branch_id": "khi",
        "lines": [{"variant_id": KURTA, "units": 1}],
    },
}


TWICE = {"lines": [{"variant_id": KURTA, "units": 2}]}


@pytest.mark.parametrize("kind", FACTS)
def test_a_late_fact_from_before_a_count_is_kept_and_cancelled_out(kind):
    shop = Shop()
    shop.count(5)
    decision = shop.record(kind, FACTS[kind], ago=60)
    assert (decision.status.value, decision.code) == ("applied", "counted_before")
    fact, contra = decision.postings
    assert (contra.kind.value, contra.reason) == ("count_contra", fact.id)
    assert [leg.account for leg in contra.legs] == ["sellable", "ext"]
    assert shop.sellable() == 5


@pytest.mark.parametrize("kind", FACTS)
def test_a_late_fact_from_after_a_count_is_normal(kind):
    shop = Shop()
    shop.count(5, ago=60)
    decision = shop.record(kind, FACTS[kind], ago=10)
    assert (decision.status.value, decision.code) == ("applied", None)
    assert shop.sellable() == (6 if kind == "receive_stock" else 4)


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_of_which_the_clocks_cannot_tell_stands_and_is_counted_again(kind):
    shop = Shop()
    shop.count(5)
    decision = shop.record(kind, FACTS[kind], ago=2, clock=None)
    assert (decision.status.value, decision.code) == ("flagged", "count_ambiguous")
    assert shop.sellable() != 5
    shop.count(shop.sellable())
    assert shop.open_codes() == []


def test_a_fact_of_the_counting_phone_itself_is_never_late():
    shop = Shop()
    shop.count(5, device=COUNTER)
    assert shop.sell(1, device=COUNTER, ago=60).code is None
    assert shop.sellable() == 4


def test_a_fact_from_before_a_count_does_not_oversell_a_shelf_that_was_counted_empty():
    shop = Shop()
    shop.sell(4)
    shop.count(0)
    decision = shop.record("manual_fulfillment", FACTS["manual_fulfillment"], ago=90)
    assert (decision.status.value, decision.code) == ("applied", "counted_before")
    assert (shop.sellable(), shop.open_codes()) == (0, [])


def test_a_late_receipt_that_was_counted_already_leaves_the_question_of_the_shelf_open():
    shop = Shop()
    shop.count(0)
    shop.sell(2)
    assert (shop.sellable(), shop.open_codes()) == (-2, ["oversell"])
    decision = shop.record("receive_stock", FACTS["receive_stock"] | TWICE, ago=60)
    assert (decision.status.value, decision.code) == ("applied", "counted_before")
    assert (shop.sellable(), shop.open_codes()) == (-2, ["oversell"])


def test_a_branch_sync_after_a_count_is_placed_where_the_store_said_that_the_goods_left():
    shop = Shop()
    shop.do("shopify_order", store_fulfilled(), STORE)
    shop.now += 60 * MINUTE
    shop.count(4)
    decision = shop.record("branch_sync", create())
    assert decision.code == "counted_before"
    assert shop.sellable() == 4
    assert shop.sellable(LAHORE, SHOE) == 3, "the shoes were not counted"


def test_corrections_at_the_desk_are_never_late_facts():
    shop = Shop()
    shop.count(5)
    body = {"branch_id": LAHORE, "lines": [{"variant_id": KURTA, "units": 2}]}
    told = {"at": shop.now - 90 * MINUTE, "clock": KNOWN_CLOCK, "device": OTHER}
    decision = shop.do("opening_stock", body, SAAD, decider=decide_on_server, **told)
    assert (decision.code, shop.sellable()) == (None, 7)


def test_a_count_that_finds_what_was_oversold_closes_the_question():
    shop = Shop(sellable=0)
    shop.record("manual_fulfillment", FACTS["manual_fulfillment"])
    assert shop.open_codes() == ["oversell"]
    shop.count(0)
    assert (shop.open_codes(), shop.sellable()) == ([], 0)


@pytest.mark.parametrize(
    "arrival", list(itertools.permutations(["early", "late", "count"])), ids="-".join
)
def test_in_whatever_order_a_sale_before_a_count_and_one_after_it_arrive_the_shelf_is_right(
    arrival,
):
    shop = Shop()
    doing = {
        "early": lambda: shop.sell(2, ago=120, device="phone-a"),
        "late": lambda: shop.sell(1, ago=10, device="phone-b"),
        "count": lambda: shop.count(3, seen=0, ago=60),
    }
    for what in arrival:
        doing[what]()
    assert shop.sellable() == 2, "three were counted, then one went"
    assert shop.open_codes() == []


@pytest.mark.parametrize(("offset", "wrong"), [(0, False), (299_000, False), (-400_000, True)])
def test_a_clock_that_is_wrong_is_asked_about_once_and_never_refused(offset, wrong):
    shop = Shop()
    for _ in range(2):
        decision = shop.sell(1, clock=[offset, 100])
        assert decision.status.value in ("applied", "flagged")
    assert shop.open_codes() == ["clock_doubtful"] * wrong
    shop.sell(1)
    assert shop.open_codes() == []


def test_a_clock_that_runs_ahead_is_doubtful_even_where_nobody_compared_it():
    shop = Shop()
    assert shop.sell(1, ago=-30, clock=None).code == "clock_doubtful"
    act = shop.act("confirm", {"order_id": "900"}, OMAR, clock=None)
    assert server_time(act.read.op)[1] == 300_000


def test_the_number_of_one_parcel_typed_for_another_is_noticed():
    world = World(units=1).steps(
        ("confirm", {"order_id": "900"}),
        ("create_fulfillment", create("f-1", lines=units("71", 1))),
        ("create_fulfillment", create("f-2", lines=units("72", 2))),
        ("pack", {"fulfillment_id": "f-1"}),
        ("pack", {"fulfillment_id": "f-2"}),
    )
    sent = {"courier": "tcs", "tracking_number": "7712"}
    world.do("dispatch", {"fulfillment_id": "f-1"} | sent, decider=decide_on_server)
    twice = world.do("dispatch", {"fulfillment_id": "f-2"} | sent, decider=decide_on_server)
    assert (twice.status.value, twice.code) == ("flagged", "duplicate_tracking")
    assert world.parcel("f-2").state == "dispatched"
