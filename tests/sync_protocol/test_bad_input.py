"""Whatever a phone sends, it gets a named answer, and nothing changes that should not.

The cases are made from the shapes of the bodies: every field of every kind, at every depth, meets every bad value.
"""

import copy
import functools

import msgspec
import pytest
from msgspec.inspect import (
    BoolType,
    EnumType,
    IntType,
    StrType,
    StructType,
    UnionType,
    VarTupleType,
    type_info,
)

from sync_protocol.codes import Code
from sync_protocol.decide.deciding import decide
from sync_protocol.decide.settling import decide_on_server
from sync_protocol.limits import ID_MAX, LINES_MAX, TEXT_MAX, UNITS_MAX
from sync_protocol.ops import KINDS, OpClass, OpKind
from sync_protocol.outcomes import ResultStatus
from tests.sync_protocol.one_of_each import BODIES, lahores_world
from tests.vectors.world import KARACHI, KURTA, LAHORE, RAFIQ, SAAD, STORE

KNOWN = {
    "order_line_id": "72",
    "variant_id": KURTA,
    "came_variant_id": KURTA,
    "branch_id": LAHORE,
    "return_branch_id": KARACHI,
    "to_branch_id": KARACHI,
}
HUGE = (2**53, 10**30)
WRONG_TYPES = {
    StrType: (5, True, [], {}, 1.5),
    IntType: ("5", True, [], {}, 1.5),
    BoolType: ("yes", 1, []),
    EnumType: ("no such word", 5, [], ""),
    VarTupleType: ("x", 5, {}, [None], [5]),
}
MISSING = object()
OUR_OWN_WORDS = ("shopify_order", "shopify_outcome", "store_contact", "server_finding")
"""News that only the server tells, which cuts texts before it does."""


def told(type_):
    """The type of a field that may be left out, or the type itself."""
    if isinstance(type_, UnionType):
        return next(t for t in type_.types if type(t).__name__ != "NoneType")
    return type_


def may_be_null(type_) -> bool:
    return isinstance(type_, UnionType) and any(type(t).__name__ == "NoneType" for t in type_.types)


def sample(name: str, type_):
    """Return a small value of a type, of things that are known in the shop."""
    match told(type_):
        case StrType():
            return KNOWN.get(name, "x")
        case IntType(ge=least):
            return max(1, least or 0)
        case BoolType():
            return True
        case EnumType(cls=cls):
            return next(iter(cls)).value
        case VarTupleType(item_type=item):
            return [sample(name, item)]
        case StructType(fields=fields):
            return {f.encode_name: sample(f.encode_name, f.type) for f in fields if f.required}


def fields_of(type_, path=()):
    """Yield every field as (path, type, whether it must be there); an item of a list is named 0."""
    match told(type_):
        case StructType(fields=fields):
            for field in fields:
                here = (*path, field.encode_name)
                yield here, field.type, field.required
                yield from fields_of(field.type, here)
        case VarTupleType(item_type=item):
            yield from fields_of(item, (*path, 0))


ALL_FIELDS = [
    (kind.value, path, type_, required)
    for kind in OpKind
    for path, type_, required in fields_of(type_info(KINDS[kind].body))
]


def named(case) -> str:
    return f"{case[0]}.{'.'.join(map(str, case[1]))}"


def with_value(kind: str, path: tuple, value: object) -> dict:
    """Return the body of a kind with another value at the path; what is missing on the way is made up."""
    body = copy.deepcopy(BODIES[kind])
    here: object = body
    type_ = type_info(KINDS[OpKind(kind)].body)
    for step in path[:-1]:
        if step == 0:
            type_ = told(type_).item_type
            here = here[0]
            continue
        field = next(f for f in told(type_).fields if f.encode_name == step)
        if not here.get(step):
            here[step] = sample(step, field.type)
        type_, here = field.type, here[step]
    if value is MISSING:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    return body


@functools.cache
def shop():
    """One shop for all cases: deciding does not change it, which `answered` proves each time."""
    return lahores_world()


def answered(kind: str, body: dict):
    """Decide, and check what holds of every answer to anything."""
    world, rule = shop(), KINDS[OpKind(kind)]
    act = world.act(kind, body, STORE if rule.op_class is OpClass.NEWS else SAAD)
    before = world.snapshot()
    decision = decide(world.book, act)
    decide_on_server(world.book, act)
    assert world.snapshot() == before
    assert decision.status in ResultStatus
    assert decision.status is ResultStatus.APPLIED or isinstance(decision.code, Code)
    if rule.op_class is OpClass.FACT:
        assert decision.status is not ResultStatus.REFUSED, "facts are never refused"
    if rule.op_class is OpClass.CLAIM:
        assert (decision.status, decision.code) != (ResultStatus.PARKED, Code.INVALID)
    if decision.status in (ResultStatus.PARKED, ResultStatus.REFUSED, ResultStatus.NOOP):
        assert decision.orders == decision.postings == decision.runs == decision.transfers == ()
        assert decision.effects == decision.discrepancies == decision.counted == ()
        assert all(f.refused for f in decision.fulfillments)
    return decision


def is_invalid(kind: str, decision) -> bool:
    wanted = "refused" if KINDS[OpKind(kind)].op_class is OpClass.CLAIM else "parked"
    return (decision.status.value, decision.code) == (wanted, "invalid")


@pytest.mark.parametrize("kind", BODIES)
def test_the_body_from_which_the_cases_are_made_is_understood(kind):
    assert answered(kind, BODIES[kind]).code not in ("invalid", "unknown_reference", "authority")


@pytest.mark.parametrize("case", ALL_FIELDS, ids=named)
def test_a_value_of_another_type_is_invalid(case):
    kind, path, type_, _ = case
    values = WRONG_TYPES.get(type(told(type_)), ("x", 5, []))
    for value in (*values, *HUGE):
        if value == ["x"] and path[-1] == "tags":
            continue
        assert is_invalid(kind, answered(kind, with_value(kind, path, value))), value
    null = answered(kind, with_value(kind, path, None))
    assert is_invalid(kind, null) == (not may_be_null(type_))


@pytest.mark.parametrize("case", ALL_FIELDS, ids=named)
def test_what_must_be_said_is_invalid_when_it_is_missing_and_nothing_else_is(case):
    kind, path, _, required = case
    assert is_invalid(kind, answered(kind, with_value(kind, path, MISSING))) == required


def from_store(case) -> bool:
    """What the server itself has read out of the store's fulfillments is bounded where it is read."""
    return named(case).startswith("shopify_order.fulfillments.")


NUMBERS = [c for c in ALL_FIELDS if isinstance(told(c[2]), IntType) and not from_store(c)]
SIGNED = {"shopify_order.agreements.0.sales.0.units", "shopify_order.agreements.0.sales.0.paisa"}
ONE_AT_LEAST = ".units"
COUNTED_FROM_NOUGHT = ("count.", "set_low_stock.", "fix_branch_stock.", "shopify_order.")


@pytest.mark.parametrize("case", NUMBERS, ids=named)
def test_less_than_nothing_and_more_than_a_shop_has_are_invalid(case):
    kind, path, _, _ = case
    name = named(case)
    assert is_invalid(kind, answered(kind, with_value(kind, path, -1))) == (name not in SIGNED)
    nothing = answered(kind, with_value(kind, path, 0))
    counts = name.endswith(ONE_AT_LEAST) and not name.startswith(COUNTED_FROM_NOUGHT)
    assert is_invalid(kind, nothing) == counts
    if name.endswith("units"):
        assert is_invalid(kind, answered(kind, with_value(kind, path, UNITS_MAX + 1)))
        assert not is_invalid(kind, answered(kind, with_value(kind, path, UNITS_MAX)))
    if name.endswith("paisa"):
        assert is_invalid(kind, answered(kind, with_value(kind, path, 10**12)))


TEXTS = [c for c in ALL_FIELDS if isinstance(told(c[2]), StrType) and not from_store(c)]


@pytest.mark.parametrize("case", TEXTS, ids=named)
def test_text_that_cannot_be_kept_is_invalid(case):
    kind, path, _, _ = case
    is_id = path[-1] == "id" or str(path[-1]).endswith("_id")
    assert is_invalid(kind, answered(kind, with_value(kind, path, "a\x00b")))
    if kind not in OUR_OWN_WORDS or (is_id and path[0] != "agreements"):
        longest = ID_MAX if is_id else TEXT_MAX
        assert is_invalid(kind, answered(kind, with_value(kind, path, "x" * (longest + 1))))
        assert is_invalid(kind, answered(kind, with_value(kind, path, ""))) >= is_id
    answered(kind, with_value(kind, path, "اردو 🚚 \u2028"))


LISTS = [c for c in ALL_FIELDS if isinstance(told(c[2]), VarTupleType) and not from_store(c)]
MAY_BE_EMPTY = {
    "confirm.checked",
    "edit_fulfillment.lines",
    "pack.lines",
    "deliver.lines",
    "initiate_return.lines",
}


@pytest.mark.parametrize("case", LISTS, ids=named)
def test_a_list_is_neither_empty_where_it_must_say_something_nor_endless(case):
    kind, path, type_, _ = case
    empty = answered(kind, with_value(kind, path, []))
    assert is_invalid(kind, empty) == (named(case) not in MAY_BE_EMPTY and kind != "shopify_order")
    item = sample(str(path[-1]), told(type_).item_type)
    if path[-1] != "tags":
        many = answered(kind, with_value(kind, path, [item] * (LINES_MAX + 1)))
        assert is_invalid(kind, many)
    twice = answered(kind, with_value(kind, path, [item, item]))
    assert not is_invalid(kind, twice)


# What an op makes has a new name; a discrepancy that is not open was closed by somebody.
MADE = {
    "create_fulfillment.fulfillment_id": "applied",
    "manual_fulfillment.fulfillment_id": None,
    "branch_sync.fulfillment_id": "noop",
    "initiate_return.return_id": "applied",
    "return_receive.return_id": None,
    "transfer_send.transfer_id": "applied",
    "create_run.run_id": "applied",
    "resolve.discrepancy_id": "noop",
    "shopify_order.id": "applied",
}
IDS = [c for c in TEXTS if c[1][-1] == "id" or str(c[1][-1]).endswith("_id")]


@pytest.mark.parametrize("case", IDS, ids=named)
def test_what_nobody_knows_is_parked_until_somebody_does(case):
    kind, path, _, _ = case
    decision = answered(kind, with_value(kind, path, "404"))
    name = named(case)
    if name in MADE:
        assert MADE[name] in (None, decision.status.value)
    elif kind == "shopify_order":
        assert decision.status.value in ("applied", "flagged"), "the store makes its own names"
    else:
        assert (decision.status.value, decision.code) == ("parked", "unknown_reference")


def test_every_kind_has_met_every_kind_of_bad_value():
    assert {case[0] for case in ALL_FIELDS} == set(BODIES)
    assert len(ALL_FIELDS) > 200
    assert RAFIQ.id in {p.id for p in shop().book.people.values()}
    assert msgspec.json.encode(BODIES)
