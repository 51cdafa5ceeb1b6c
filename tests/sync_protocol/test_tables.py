"""The tables are whole: every cell is decided, and the wire and the generated files follow them."""

import enum
import hashlib
import itertools
import pathlib
from typing import get_args

import msgspec
import pytest
from msgspec import Struct

from sync_protocol import limits, typescript
from sync_protocol.fulfillments import (
    GOODS_OUT,
    TRANSITIONS,
    FulfillmentAction,
    FulfillmentState,
    next_state,
)
from sync_protocol.ids import BranchId, DeviceId, StaffId
from sync_protocol.ops import KINDS, OpKind
from sync_protocol.permissions import RIGHTS, Reach, may_record, streams_for
from sync_protocol.shop import Branch, Policy, Role, Staff
from sync_protocol.version import WIRE_FINGERPRINT

ROOT = pathlib.Path(__file__).parents[2]
STAFF_ROLES = [role for role in Role if role is not Role.SHOPIFY]


def test_every_shipment_state_has_a_row_of_steps():
    assert set(TRANSITIONS) == set(FulfillmentState)


MOVES_GOODS = {
    FulfillmentAction.PACK,
    FulfillmentAction.UNPACK,
    FulfillmentAction.RECEIVE,
    FulfillmentAction.LOSE,
    FulfillmentAction.VOID,
}
"""Only these take goods out of a branch's stock, or out of what is out (§1.1)."""


def test_goods_are_out_exactly_between_packing_and_their_return():
    for state, action in itertools.product(FulfillmentState, FulfillmentAction):
        after = next_state(state, action)
        if after is None:
            continue
        moved = (state in GOODS_OUT) != (after in GOODS_OUT)
        assert moved == (action in MOVES_GOODS), (state, action)


def test_every_kind_has_a_class_and_a_body():
    assert set(KINDS) == set(OpKind)


def test_every_role_has_a_right_or_none_for_every_kind():
    for role in Role:
        assert set(RIGHTS[role]) == set(OpKind), role


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_nobody_may_speak_for_the_store(role):
    staff = Staff(id=StaffId("x"), name="X", role=role)
    assert not may_record(staff, OpKind.SHOPIFY_ORDER, None)
    assert not may_record(staff, OpKind.SHOPIFY_OUTCOME, None)


@pytest.mark.parametrize("role", STAFF_ROLES)
@pytest.mark.parametrize("kind", OpKind)
def test_a_branch_bound_right_ends_at_the_branch(role, kind):
    staff = Staff(id=StaffId("x"), name="X", role=role, branch_ids=(BranchId("lhr"),))
    here, elsewhere = (may_record(staff, kind, BranchId(b)) for b in ("lhr", "khi"))
    match RIGHTS[role][kind]:
        case Reach.SHOP:
            assert here
            assert elsewhere
        case Reach.BRANCH:
            assert here
            assert not elsewhere
        case Reach.OWN:
            assert not here
            assert not elsewhere
            assert may_record(staff, kind, BranchId("khi"), staff.id)
            assert not may_record(staff, kind, BranchId("lhr"), StaffId("another"))
        case Reach.NONE:
            assert not here
            assert not elsewhere


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_who_has_left_may_do_nothing_and_sees_nothing(role):
    gone = Staff(id=StaffId("x"), name="X", role=role, active=False)
    branches = (Branch(id=BranchId("lhr"), name="Lahore"),)
    assert not any(may_record(gone, kind, None) for kind in OpKind)
    assert streams_for(gone, DeviceId("d"), branches, Policy()) == ()


@pytest.mark.parametrize("role", STAFF_ROLES)
def test_a_device_is_given_its_own_notices_and_no_other_branch(role):
    staff = Staff(id=StaffId("x"), name="X", role=role, branch_ids=(BranchId("lhr"),))
    branches = tuple(Branch(id=BranchId(b), name=b) for b in ("lhr", "khi"))
    granted = streams_for(staff, DeviceId("d"), branches, Policy())
    assert "device/d" in granted
    if role not in (Role.OWNER, Role.SUPERVISOR, Role.OPERATOR):
        assert not [name for name in granted if "khi" in name]
        assert "desk" not in granted


def test_the_generated_typescript_is_what_the_structs_say():
    written = (ROOT / "pwa/src/protocol/generated.ts").read_text()
    assert written == typescript.render(), "run `make generate`"


def bounds_of(annotation: object) -> list[str]:
    return [repr(m) for m in get_args(annotation) if isinstance(m, msgspec.Meta)]


def wire_fingerprint() -> str:
    """Hash every shape, table and bound that both sides must share; words about them do not count."""
    named = {
        name: cls
        for module in typescript.MODULES
        for name, cls in vars(module).items()
        if getattr(cls, "__module__", "") == module.__name__
    }
    shapes: dict[str, object] = {}
    for name, cls in named.items():
        if not isinstance(cls, type) or name in typescript.SERVER_ONLY:
            continue
        if issubclass(cls, Struct):
            fields = msgspec.structs.fields(cls)
            shapes[name] = [
                (f.encode_name, typescript._type(f.type), bounds_of(f.type), f.required)
                for f in fields
            ]
        elif issubclass(cls, enum.StrEnum):
            shapes[name] = list(cls)
    bounds = {name: value for name, value in vars(limits).items() if name.isupper()}
    shared = [shapes, TRANSITIONS, RIGHTS, sorted(GOODS_OUT), bounds]
    return hashlib.sha256(msgspec.json.encode(shared, order="sorted")).hexdigest()[:16]


def test_a_changed_shape_needs_a_deliberate_look_at_the_protocol_version():
    assert wire_fingerprint() == WIRE_FINGERPRINT, (
        "A shape on the wire changed. Can phones of the last release still read it and be read? If not, raise "
        f"PROTOCOL. Then set WIRE_FINGERPRINT = {wire_fingerprint()!r}."
    )


def test_the_fingerprint_sees_a_new_field_another_bound_and_another_right(monkeypatch):
    class Branch2(Branch, frozen=True, kw_only=True):
        phone: str = ""

    Branch2.__module__ = "sync_protocol.shop"
    with monkeypatch.context() as planted:
        planted.setattr("sync_protocol.shop.Branch", Branch2)
        assert wire_fingerprint() != WIRE_FINGERPRINT
    with monkeypatch.context() as planted:
        planted.setattr(limits, "UNITS_MAX", 5)
        assert wire_fingerprint() != WIRE_FINGERPRINT
    with monkeypatch.context() as planted:
        planted.setitem(RIGHTS[Role.RIDER], OpKind.PACK, Reach.SHOP)
        assert wire_fingerprint() != WIRE_FINGERPRINT
    assert wire_fingerprint() == WIRE_FINGERPRINT
