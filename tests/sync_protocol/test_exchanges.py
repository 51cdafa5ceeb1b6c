"""What a customer swapped: the case opens by itself, guides through its tracks, and ends when all of them have (§2.5)."""

import itertools

import pytest

from tests.vectors.world import (
    BEFORE,
    F1,
    KARACHI,
    LAHORE,
    ONE,
    R1,
    SAAD,
    SHAWL,
    World,
    came,
    create,
    dispatch,
    receive,
    swapped,
    units,
)

CASE = {"order_id": "900", "exchange_id": "900.x1"}
KURTA_PAISA = 250_000


def agreement(name: str, *sales: tuple[str, int, int]):
    told = [{"order_line_id": i, "units": n, "paisa": paisa} for i, n, paisa in sales]
    return {"id": name, "happened_at": 1, "sales": told}


def swap(paisa: int = 300_000):
    return agreement("a1", ("71", -1, -KURTA_PAISA), ("74", 1, paisa))


def edited(state: str, paisa: int = 300_000, *, agreements: bool = True, **world_of) -> World:
    """The kurta was edited into a shawl of that price when the order stood in that state."""
    world = World(**world_of).steps(*BEFORE[state])
    told = [swap(paisa)] if agreements else None
    world.news(swapped(world.now, shawl_paisa=paisa, agreements=told, cod=world.cod))
    return world


def case_of(world: World):
    return world.order.exchanges[-1]


TRACKS = {
    # where the parcel with the original stood: what becomes of the original, and what is to be done first
    "confirmed": ("none_out", "create_replacement"),
    "pending": ("none_out", "create_replacement"),
    "packed": ("unpack_needed", "unpack_original"),
    "dispatched": ("return_expected", "expect_original"),
    "delivered": ("return_expected", "expect_original"),
    "recorded": ("return_expected", "expect_original"),
    "returned": ("none_out", "create_replacement"),
}


@pytest.mark.parametrize("agreements", [True, False])
@pytest.mark.parametrize("state", TRACKS)
def test_an_edit_opens_a_case_that_names_originals_replacements_and_the_first_step(
    state, agreements
):
    world = edited(state, agreements=agreements)
    case = case_of(world)
    goods, first = TRACKS[state]
    assert (case.kind, case.goods, case.replacement) == ("exchange", goods, "to_fulfill")
    assert case.next_steps[0] == first
    assert [(x.order_line_id, x.units) for x in case.originals] == [("71", 1)]
    assert [(x.order_line_id, x.variant_id) for x in case.replacements] == [("74", SHAWL)]
    assert case.delta_paisa == 300_000 - KURTA_PAISA
    assert case.from_agreements == agreements
    assert world.order.status == "exchange"
    assert "exchanges" in world.order.queues


@pytest.mark.parametrize("state", TRACKS)
def test_an_edit_by_itself_moves_no_stock(state):
    world = World().steps(*BEFORE[state])
    shelves = {key: (s.sellable, s.damaged) for key, s in world.book.stock.items()}
    decision = world.news(swapped(world.now, agreements=[swap()]))
    assert decision.postings == ()
    assert {key: (s.sellable, s.damaged) for key, s in world.book.stock.items()} == shelves


def test_before_packing_the_original_is_released_and_never_comes_back():
    world = edited("pending")
    assert [(x.order_line_id, x.units) for x in world.parcel().lines] == [("72", 2)]
    assert world.book.stock_of(LAHORE, "501").reserved == 0
    assert world.do("return_receive", receive(came("71", 1))).code == "unknown_reference"
    assert world.do("initiate_return", R1 | {"lines": ONE}).code == "not_out"
    assert world.sellable() == 5


def test_a_packed_original_comes_out_of_the_parcel_and_only_the_rest_is_promised_again():
    world = edited("packed")
    assert world.sellable() == 4
    world.do("unpack", F1)
    assert world.sellable() == 5
    assert [(x.order_line_id, x.units) for x in world.parcel().lines] == [("72", 2)]
    assert case_of(world).goods == "none_out"


def test_a_packed_original_may_be_unpacked_late_because_it_has_to_come_out():
    world = World().steps(*BEFORE["packed"])
    world.now += 9 * 3_600_000
    world.news(swapped(world.now, agreements=[swap()]))
    assert world.do("unpack", F1).status.value == "applied"


@pytest.mark.parametrize("branch", [LAHORE, KARACHI])
def test_a_delivered_original_comes_back_where_it_is_brought_and_once(branch):
    world = edited("delivered")
    brought = receive(came("71", 1), branch=branch, return_kind="exchange")
    world.do("initiate_return", R1 | {"return_kind": "exchange", "lines": ONE})
    assert case_of(world).next_steps[0] == "receive_original"
    world.do("return_receive", brought, SAAD)
    assert case_of(world).goods == "back"
    assert world.sellable(branch) == (5 if branch == LAHORE else 6)
    again = world.do("return_receive", brought | {"lines": [came("71", 1)]}, SAAD)
    assert (again.code, again.postings) == ("return_excess", ())


def test_the_shoes_that_stay_with_the_customer_keep_the_parcel_delivered():
    world = edited("delivered")
    world.do("return_receive", receive(came("71", 1), return_kind="exchange"))
    assert world.parcel().state == "delivered"
    line = world.order.lines[0]
    assert (line.out_units, line.given_back_units) == (0, 1)


def replacement(branch: str = KARACHI):
    return [
        ("confirm", {"order_id": "900"}, SAAD),
        ("create_fulfillment", create("f-2", branch, units("74", 1)), SAAD),
        ("pack", {"fulfillment_id": "f-2"}, SAAD),
        ("dispatch", dispatch("f-2", "LE-2"), SAAD),
    ]


def test_the_replacement_leaves_the_branch_that_sends_it():
    world = edited("delivered")
    tracks = []
    for step in [*replacement(), ("deliver", {"fulfillment_id": "f-2"}, SAAD)]:
        world.do(*step)
        tracks.append(case_of(world).replacement.value)
    assert tracks == ["to_fulfill", "pending", "packed", "dispatched", "delivered"]
    assert (world.sellable(KARACHI, SHAWL), world.sellable(LAHORE, SHAWL)) == (4, 5)


ENDS = {
    "replacement": ("deliver", {"fulfillment_id": "f-2", "cash_paisa": 0}, SAAD),
    "goods": ("return_receive", receive(came("71", 1), return_kind="exchange"), SAAD),
    "money": (
        "settle_exchange",
        CASE | {"branch_id": LAHORE, "paisa": 50_000, "method": "bank"},
        SAAD,
    ),
}


@pytest.mark.parametrize("order", list(itertools.permutations(ENDS)), ids="-".join)
def test_a_case_closes_only_when_all_three_tracks_have_ended(order):
    world = edited("delivered").steps(*replacement())
    for end in order:
        assert case_of(world).closed_at is None
        world.do(*ENDS[end])
    assert case_of(world).closed_at == world.now
    assert world.order.status == "done" or world.order.status == "delivered"
    assert "exchanges" not in world.order.queues


def test_the_next_reading_after_a_closed_case_opens_no_other():
    world = edited("delivered").steps(*replacement(), *ENDS.values())
    world.news(swapped(world.now, agreements=[swap()]))
    assert len(world.order.exchanges) == 1


def test_an_edit_of_the_edit_is_a_new_revision_and_is_not_added_up():
    world = edited("pending")
    fewer = {"current": {"71": 0, "72": 1}}
    second = agreement("a2", ("72", -1, -100_000))
    for _ in range(3):
        world.news(swapped(world.now, agreements=[swap(), second], **fewer))
    case = case_of(world)
    assert (len(world.order.exchanges), case.revision) == (1, 2)
    assert case.delta_paisa == 300_000 - KURTA_PAISA - 100_000
    assert [(x.order_line_id, x.units) for x in case.originals] == [("71", 1), ("72", 1)]


def test_an_edit_of_the_edit_is_not_added_up_where_the_store_hides_its_agreements():
    world = edited("pending", agreements=False)
    for _ in range(3):
        world.news(swapped(world.now, current={"71": 0, "72": 1}))
    case = case_of(world)
    assert (len(world.order.exchanges), case.revision) == (1, 2)
    assert case.delta_paisa == 300_000 - KURTA_PAISA - 100_000


@pytest.mark.parametrize("agreements", [True, False])
def test_an_undone_edit_cancels_its_case_and_opens_no_other(agreements):
    world = edited("pending", agreements=agreements)
    undo = agreement("a2", ("71", 1, KURTA_PAISA), ("74", -1, -300_000))
    told = [swap(), undo] if agreements else None
    for _ in range(3):
        world.news(world.reading(updated_at=world.now, agreements=told))
    assert [(c.kind.value, c.closed_at is None) for c in world.order.exchanges] == [
        ("cancelled", False)
    ]
    assert world.order.status != "exchange"


def test_a_second_exchange_after_an_undone_one_is_a_case_of_its_own():
    world = edited("pending")
    undo = agreement("a2", ("71", 1, KURTA_PAISA), ("74", -1, -300_000))
    world.news(world.reading(updated_at=world.now, agreements=[swap(), undo]))
    again = agreement("a3", ("71", -1, -KURTA_PAISA), ("74", 1, 400_000))
    world.news(swapped(world.now, shawl_paisa=400_000, agreements=[swap(), undo, again]))
    assert [c.kind.value for c in world.order.exchanges] == ["cancelled", "exchange"]
    assert case_of(world).delta_paisa == 400_000 - KURTA_PAISA


def test_a_return_with_exchange_lines_is_the_same_case_before_and_after_the_store_took_it_back():
    world = World().steps(*BEFORE["delivered"])
    back = {"gid": "gid://shopify/Return/1", "lines": [{"order_line_id": "71", "units": 1}]}
    swap_in = agreement("a1", ("74", 1, 300_000))
    opened = {"returns": [back | {"open": True}], "agreements": [swap_in]}
    world.news(swapped(world.now, current={}, **opened))
    before = case_of(world)
    assert (before.kind, before.goods, before.delta_paisa) == (
        "exchange",
        "return_expected",
        50_000,
    )
    taken = agreement("a2", ("71", -1, -KURTA_PAISA))
    closed = {"returns": [back | {"open": False}], "agreements": [swap_in, taken]}
    world.news(swapped(world.now, **closed))
    after = case_of(world)
    assert len(world.order.exchanges) == 1
    assert (after.delta_paisa, after.originals) == (before.delta_paisa, before.originals)


CHANGES = {
    "exchange": {"current": {"71": 0}, "shawl": 1},
    "addition": {"shawl": 1},
    "removal": {"current": {"71": 0}},
    "quantity": {"current": {"72": 1}},
}


@pytest.mark.parametrize("kind", CHANGES)
def test_not_every_edit_is_an_exchange_and_the_others_of_an_unpaid_order_want_nobody(kind):
    world = World()
    world.news(world.reading(updated_at=world.now, **CHANGES[kind]))
    assert case_of(world).kind.value == kind
    assert (world.order.status == "exchange") == (kind == "exchange")
    assert (case_of(world).closed_at is None) == (kind == "exchange")


@pytest.mark.parametrize(("kind", "step"), [("addition", "collect"), ("removal", "refund")])
def test_an_edit_of_a_paid_order_stays_open_until_the_money_is_right(kind, step):
    world = World(cod=False)
    world.news(world.reading(updated_at=world.now, **CHANGES[kind]))
    assert case_of(world).next_steps[-1] == f"{step}_difference"
    paisa = 300_000 if kind == "addition" else KURTA_PAISA
    told = CASE | {"branch_id": LAHORE, "paisa": paisa, "refund": kind == "removal"}
    world.do("settle_exchange", told, SAAD)
    assert case_of(world).closed_at == world.now


def test_a_persons_word_for_a_change_outlives_the_next_reading():
    world = edited("delivered")
    named = CASE | {"change_kind": "quantity"}
    assert world.do("classify_exchange", named, SAAD).status.value == "applied"
    assert world.do("classify_exchange", named, SAAD).status.value == "noop"
    world.news(swapped(world.now, agreements=[swap()], current={"71": 0, "72": 1}))
    assert case_of(world).kind == "quantity"


CASE_STEPS = {
    # op: what it answers while the case is open, and when it is closed
    ("classify_exchange", "addition"): ("applied", "refused exchange_closed"),
    ("plan_exchange", "branch"): ("applied", "refused exchange_closed"),
    ("settle_exchange", ""): ("applied", "flagged settled_otherwise"),
}
CASE_BODIES = {
    "classify_exchange": CASE | {"change_kind": "addition"},
    "plan_exchange": CASE | {"return_via": "branch", "return_branch_id": KARACHI},
    "settle_exchange": CASE | {"branch_id": LAHORE, "paisa": 50_000, "method": "wallet"},
}


@pytest.mark.parametrize(("kind", "_word"), CASE_STEPS)
def test_a_closed_case_takes_no_more_plans_but_money_that_changed_hands_is_kept(kind, _word):
    for closed, expected in enumerate(CASE_STEPS[kind, _word]):
        world = edited("delivered").steps(*replacement())
        if closed:
            world.steps(*ENDS.values())
        decision = world.do(kind, CASE_BODIES[kind], SAAD)
        code = "" if decision.code is None else f" {decision.code.value}"
        assert decision.status.value + code == expected


def test_what_was_agreed_before_the_order_was_first_seen_is_no_change():
    world = World()
    del world.book.orders["900"]
    world.news(swapped(world.now, agreements=[swap()]))
    world.news(swapped(world.now, agreements=[swap()]))
    assert world.order.exchanges == ()


def test_many_exchanges_over_two_branches_the_same_day_leave_both_shelves_right():
    world = edited("delivered").steps(*replacement(KARACHI), *ENDS.values())
    assert world.sellable(LAHORE) == 5
    assert world.sellable(KARACHI, SHAWL) == 4
    assert world.units_at["", "out/71", "501"] == 0
    assert world.units_at["", "out/74", SHAWL] == 1
