"""The practice retailer: its branches, its people, and what its shelves hold at the start."""

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from server.command.practice import DOMAIN
from server.db.shops import Shop
from sync_protocol.bodies.keeping import OpeningStock
from sync_protocol.bodies.parts import VariantUnits
from sync_protocol.ids import BranchId, ShopId, StaffId, VariantId
from sync_protocol.ops import OpKind
from sync_protocol.reading import read_op
from sync_protocol.server_session import Incoming
from sync_protocol.shop import Branch, Policy, Role, Staff

SHOP = Shop(id=ShopId("practice"), name="Rawana Practice Store", domain=DOMAIN, policy=Policy())

GULBERG, CLIFTON, SADDAR = BranchId("gulberg"), BranchId("clifton"), BranchId("saddar")
BRANCHES = (
    Branch(id=GULBERG, name="Gulberg", city="Lahore"),
    Branch(id=CLIFTON, name="Clifton", city="Karachi"),
    Branch(id=SADDAR, name="Saddar", city="Rawalpindi"),
)

SUPERVISOR_LOGIN = "supervisor"
LINES_PER_OP = 100


class Person(Struct, frozen=True, kw_only=True):
    """Somebody of the demo; `login` for those who sign in at a desk."""

    staff: Staff
    login: str | None = None


def _person(name: str, role: Role, *branches: BranchId, login: str | None = None) -> Person:
    return Person(
        staff=Staff(id=StaffId(name.lower()), name=name, role=role, branch_ids=branches),
        login=login,
    )


OWNER = _person("Zainab", Role.OWNER)
PEOPLE = (
    OWNER,
    _person("Saad", Role.SUPERVISOR, login=SUPERVISOR_LOGIN),
    _person("Hira", Role.OPERATOR),
    _person("Amna", Role.BRANCH, GULBERG),
    _person("Bilal", Role.BRANCH, CLIFTON),
    _person("Kamran", Role.BRANCH, SADDAR),
    _person("Nasreen", Role.RECORDER, GULBERG),
    _person("Imran", Role.RIDER, GULBERG),
    _person("Maryam", Role.CALLER),
    _person("Usman", Role.VIEWER),
)


def opening_stock_ops(variants: Sequence[VariantId]) -> Iterator[list[Incoming]]:
    """Yield one batch per branch: the first counts of its shelves, the same at every start."""
    n = 0
    for branch in BRANCHES:
        batch = []
        for start in range(0, len(variants), LINES_PER_OP):
            n += 1
            part = variants[start : start + LINES_PER_OP]
            body = OpeningStock(
                branch_id=branch.id,
                lines=tuple(
                    VariantUnits(variant_id=v, units=units)
                    for v in part
                    if (units := _first_count(branch.id, v))
                ),
            )
            raw = msgspec.json.encode(
                {
                    "id": f"opening-{branch.id}-{start}",
                    "n": n,
                    "kind": OpKind.OPENING_STOCK,
                    "by": OWNER.staff.id,
                    "body": body,
                }
            )
            batch.append(Incoming(raw=raw, read=read_op(raw)))
        yield batch


def _first_count(branch_id: BranchId, variant_id: VariantId) -> int:
    """Return 0 to 14 units, different per branch, with an empty shelf now and then."""
    return hashlib.sha256(f"{branch_id}/{variant_id}".encode()).digest()[0] % 15
