"""What the customer said is folded from the tries and the edits; a yes lets a shipment be made (product.md §2.3)."""

import pytest

from sync_protocol.orders import CallOutcome, ConfirmationState
from sync_protocol.shop import Policy
from tests.vectors.world import CONFIRMED, HOUR, MINUTE, OMAR, STORE, World, create

ORDER = {"order_id": "900"}


def tried(outcome: str, **more: object):
    return "call_attempt", ORDER | {"outcome": outcome} | more


MOVED = ("edit_contact", ORDER | {"address": "House 9, Model Town"})
ASKED = {
    "not_required": [],
    "pending": [],
    "confirmed": CONFIRMED,
    "no_answer": [tried("no_answer")],
    "unreachable": [tried("no_answer"), tried("busy"), tried("no_answer")],
    "callback": [tried("callback", next_at=9)],
    "wrong_number": [tried("wrong_number")],
    "change_requested": [tried("change_requested")],
    "cancelled_by_customer": [tried("cancelled")],
    "reconfirm": [*CONFIRMED, MOVED],
}
YES, NO = "confirmed", "cancelled_by_customer"
STEPS = {
    # what each try leads to, in the order of ASKED ("=": it stays as it is)
    "no_answer": ["=", "no_answer", "=", "=", "=", *["no_answer"] * 3, "=", "no_answer"],
    "busy": ["=", "no_answer", "=", "=", "=", *["no_answer"] * 3, "=", "no_answer"],
    "callback": ["=", "callback", "=", *["callback"] * 5, "=", "callback"],
    "wrong_number": ["=", "wrong_number", "=", *["wrong_number"] * 5, "=", "wrong_number"],
    "change_requested": ["change_requested"] * 10,
    "cancelled": [NO] * 10,
    "confirmed": [YES, YES, "=", *[YES] * 5, "=", YES],
}


def asked(state: str) -> World:
    world = World(cod=state != "not_required").steps(*ASKED[state])
    assert world.order.confirmation.state.value == state
    return world


def test_the_table_of_asking_is_whole():
    assert list(ASKED) == [state.value for state in ConfirmationState]
    assert set(STEPS) == {outcome.value for outcome in CallOutcome}
    assert all(len(row) == len(ASKED) for row in STEPS.values())


@pytest.mark.parametrize("outcome", STEPS)
@pytest.mark.parametrize("state", ASKED)
def test_a_try_leads_only_where_the_product_says(state, outcome):
    world = asked(state)
    tries = len(world.order.confirmation.attempts)
    decision = world.do(*tried(outcome, note=None))
    after = STEPS[outcome][list(ASKED).index(state)]
    assert world.order.confirmation.state.value == (state if after == "=" else after)
    if outcome == "confirmed" and state in (YES, NO):
        assert decision.status.value == ("noop" if state == YES else "refused")
    else:
        assert len(world.order.confirmation.attempts) == tries + 1, "both of two tries are kept"
    new_no = outcome == "cancelled" and state != NO
    assert decision.status.value == "flagged" or not new_no
    assert ("customer_cancelled" in world.open_codes()) == (NO in (state, after) and after != YES)


@pytest.mark.parametrize("state", ASKED)
def test_a_yes_confirms_and_only_a_no_before_it_wants_a_reason(state):
    world = asked(state)
    decision = world.do("confirm", ORDER)
    if state == "confirmed":
        assert (decision.status.value, decision.by) == ("noop", "amna")
    elif state == NO:
        assert (decision.status.value, decision.code) == ("refused", "needs_reason")
        assert (
            world.do("confirm", ORDER | {"note": "rang back, wants it"}).status.value == "applied"
        )
        assert world.open_codes() == []
    assert world.order.confirmation.state.value == "confirmed"


@pytest.mark.parametrize("state", ASKED)
def test_a_shipment_is_made_only_when_nobody_has_to_be_asked(state):
    world = asked(state)
    free = state in ("not_required", "confirmed")
    decision = world.do("create_fulfillment", create())
    assert (decision.status.value, decision.code) == (
        ("applied", None) if free else ("refused", "not_confirmed")
    )


def test_the_third_unanswered_call_makes_a_customer_unreachable_and_an_answer_starts_anew():
    world = World(policy=Policy(unreachable_after=2)).steps(tried("busy"))
    assert world.order.confirmation.state.value == "no_answer"
    world.steps(tried("no_answer"))
    assert world.order.confirmation.state.value == "unreachable"
    world.steps(tried("callback", next_at=world.now + HOUR), tried("no_answer"))
    assert world.order.confirmation.state.value == "no_answer"
    assert world.order.confirmation.unanswered == 1


def test_nothing_cancels_an_order_by_itself_because_nobody_answered():
    world = World().steps(*[tried("no_answer")] * 9)
    assert world.order.cancelled_at is None
    assert "to_confirm" in world.order.queues


def test_a_callback_falls_due_at_its_hour_and_the_next_call_ends_that():
    world = World()
    at = world.now + 30 * MINUTE
    world.do(*tried("callback", next_at=at))
    assert world.order.wake_at == at
    assert world.do("time_passed", ORDER, STORE).status.value == "noop"
    world.now = at
    world.do("time_passed", ORDER, STORE)
    assert world.order.callback_due
    assert "callback_due" in world.order.queues
    assert world.order.wake_at is None
    world.do("confirm", ORDER)
    assert not world.order.callback_due


@pytest.mark.parametrize(
    "change",
    [
        {"current": {"72": 1}},
        {"total_paisa": 1},
        {"contact": {"address": "elsewhere", "city": "Lahore"}},
        {"contact": {"address": "Street 2", "city": "Multan"}},
    ],
    ids=["items", "total", "address", "city"],
)
def test_what_was_agreed_is_asked_again_when_it_changes(change):
    world = asked("confirmed")
    world.news(world.reading(updated_at=world.now, **change))
    assert world.order.confirmation.state.value == "reconfirm"


def test_a_new_name_alone_does_not_ask_again():
    world = asked("confirmed")
    world.do("edit_contact", ORDER | {"name": "Ayesha K."})
    assert world.order.confirmation.state.value == "confirmed"


def test_going_ahead_without_a_yes_needs_a_reason_from_who_may():
    world = World()
    overridden = create(override_reason="paid at the counter")
    assert world.do("create_fulfillment", overridden).code == "not_confirmed"
    assert world.do("create_fulfillment", create("f-2"), OMAR).code == "not_confirmed"
    overridden = create("f-3", override_reason="paid at the counter")
    assert world.do("create_fulfillment", overridden, OMAR).status.value == "applied"


def test_a_yes_to_an_order_that_was_cancelled_in_the_store_is_refused():
    world = World()
    world.news(world.reading(updated_at=world.now, cancelled_at=world.now))
    assert world.do("confirm", ORDER).code == "order_cancelled"
    assert world.do(*tried("no_answer")).status.value == "applied", "the try is kept"
