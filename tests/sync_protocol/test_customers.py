"""Whom to call and what to be careful about, from the shop's own orders (A24, I23)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_protocol.decide.book import PastOrder
from tests.vectors.world import CONFIRMED, HOUR, KURTA, SHAWL, T0, World

ORDER = {"order_id": "900"}
PHONE = "923001234567"


def edit(world: World, **fields):
    return world.do("edit_contact", ORDER | fields)


def past(name: str = "899", *, ago: int = HOUR, variant=KURTA, **more) -> PastOrder:
    told = {"cancelled": False, "refused": False} | more
    return PastOrder(id=name, placed_at=T0 - ago, variants=(variant,), **told)


def with_past(*orders: PastOrder) -> World:
    world = World()
    world.book.past = {PHONE: orders}
    world.news(world.reading(updated_at=world.now))
    return world


TWINS = {
    "the same thing an hour ago": (past(), True),
    "the same thing at the same moment, made before": (past(ago=0), True),
    "the same thing under a shorter number": (past("99"), True),
    "the same thing at the same moment, made after": (past("901", ago=0), False),
    "the same thing later": (past(ago=-HOUR), False),
    "the same thing two days ago": (past(ago=48 * HOUR), False),
    "another thing": (past(variant=SHAWL), False),
    "the same thing, cancelled": (past(cancelled=True), False),
    "itself": (past("900", ago=0), False),
}


@pytest.mark.parametrize("what", TWINS)
def test_the_same_order_twice_is_flagged_on_the_later_one(what):
    twin, flagged = TWINS[what]
    order = with_past(twin).order
    assert ("duplicate" in order.flags) == flagged
    assert order.duplicate_of == (twin.id if flagged else None)


@pytest.mark.parametrize("refusals", [0, 1, 2, 3])
def test_who_refused_parcels_before_is_flagged_from_the_second_on(refusals):
    before = [past(str(i), ago=99 * HOUR, refused=True) for i in range(refusals)]
    order = with_past(*before).order
    assert order.refused_before == refusals
    assert ("repeat_refuser" in order.flags) == (refusals >= 2)


CONTACTS = {
    "no_phone": {"name": "A", "address": "x", "city": "y"},
    "bad_phone": {"phone_raw": "12", "address": "x"},
    "no_address": {"phone": PHONE, "phone_raw": PHONE},
}


@pytest.mark.parametrize("flag", CONTACTS)
def test_what_is_missing_from_a_contact_is_flagged_until_somebody_writes_it_down(flag):
    world = World()
    del world.book.orders["900"]
    world.news(world.reading(contact=CONTACTS[flag]))
    assert flag in world.order.flags
    edit(world, phone="0300 1234567", address="House 1")
    assert world.order.flags == ()


def test_another_currency_is_flagged():
    world = World()
    world.news(world.reading(updated_at=world.now, currency="USD"))
    assert world.order.flags == ("foreign_currency",)


def test_a_flag_decides_nothing():
    world = with_past(past())
    assert world.do("confirm", ORDER).status.value == "applied"


FIELDS = ["name", "address", "city"]


@pytest.mark.parametrize("field", FIELDS)
def test_what_was_written_down_stays_until_the_store_shows_something_new(field):
    world = World()
    edit(world, **{field: "typed here"})
    [kept] = world.order.contact_edits
    assert (kept.field, kept.by) == (field, "amna")
    shown = world.reading()["contact"]
    for seen in (shown, {}, shown | {field: None}, shown):
        world.news(world.reading(updated_at=world.now, contact=seen))
        assert getattr(world.order.contact, field) == "typed here"
    world.news(world.reading(updated_at=world.now, contact=shown | {field: "new in the store"}))
    assert getattr(world.order.contact, field) == "new in the store"


def test_a_phone_that_was_written_down_outlives_a_hidden_one():
    world = World()
    edit(world, phone="0321-7654321")
    assert world.order.contact.phone == "923217654321"
    world.news(world.reading(updated_at=world.now, contact={"name": "Ayesha"}))
    assert world.order.contact.phone == "923217654321"


def test_the_same_contact_again_is_nothing_new():
    world = World()
    edit(world, city="Multan")
    assert edit(world, city="Multan").status.value == "noop"
    assert edit(world, name="   ").status.value == "noop"


def test_another_address_asks_a_confirmed_customer_again():
    world = World().steps(*CONFIRMED)
    edit(world, name="Ayesha K.")
    assert world.order.confirmation.state == "confirmed"
    edit(world, city="Multan")
    assert world.order.confirmation.state == "reconfirm"


seen_contacts = st.fixed_dictionaries(
    {}, optional={f: st.sampled_from([None, "a", "b"]) for f in [*FIELDS, "phone_raw"]}
)


@given(st.lists(seen_contacts, max_size=6))
@settings(max_examples=100, deadline=None)
def test_nothing_that_was_ever_known_is_erased_by_what_the_store_hides(readings):
    world = World()
    for contact in readings:
        before = world.order.contact
        world.news(world.reading(updated_at=world.now, contact=contact))
        after = world.order.contact
        for field in [*FIELDS, "phone_raw"]:
            assert getattr(after, field) is not None
            if contact.get(field) is None:
                assert getattr(after, field) == getattr(before, field)


def test_the_same_reading_again_changes_nothing():
    world = World()
    seen = world.reading(updated_at=world.now, contact={"city": "Multan"})
    world.news(seen)
    assert world.news(seen).status.value == "noop"


def test_an_older_reading_changes_nothing():
    for arrival in itertools.permutations([1, 2, 3]):
        world = World()
        for at in arrival:
            told = {"contact": {"city": f"city {at}"}, "note": f"note {at}"}
            world.news(world.reading(updated_at=T0 + at, **told))
        assert world.order.note == "note 3"
