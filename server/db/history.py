"""Reading the op log and the ledgers backwards: who did what, when, and what it moved."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from server.db.connections import Connection
from sync_protocol.changes import Change
from sync_protocol.ids import BranchId, DeviceId, LedgerEntryId, OpId, ShopId, StaffId, VariantId
from sync_protocol.ledger import BRANCH_ACCOUNTS

_changes = msgspec.json.Decoder(tuple[Change, ...])


class Why(Struct, frozen=True, kw_only=True):
    """The fields of any body in which a person says why."""

    reason: str | None = None
    note: str | None = None
    override_reason: str | None = None
    shortage_reason: str | None = None
    no_tracking_reason: str | None = None
    reference: str | None = None

    @property
    def said(self) -> str | None:
        """The reason that was given, if any was."""
        return (
            self.reason
            or self.override_reason
            or self.shortage_reason
            or self.no_tracking_reason
            or self.reference
            or self.note
        )


class _Sent(Struct, frozen=True):
    body: Why = Why()


class Movement(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Units that an entry moved on an account, with the balance of that account before and after.

    For accounts outside the branch (`out/…`, `transit/…`, `lost`, `ext`) the balance is what the branch's own ledger
    says of them.
    """

    entry_id: LedgerEntryId
    branch_id: BranchId
    version: int
    entry_kind: str
    account: str
    variant_id: VariantId
    units: int
    before: int
    after: int


class Payment(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Paisa that an entry moved on a cash account."""

    entry_id: LedgerEntryId
    branch_id: BranchId
    version: int
    account: str
    paisa: int


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One op in a history: who, on which device, when by the device (`at`) and by the server, what and why."""

    op_id: OpId
    kind: str
    by: StaffId
    device_id: DeviceId
    at: int
    recorded_at: int
    status: str
    code: str | None = None
    why: str | None = None
    changes: tuple[Change, ...] = ()
    movements: tuple[Movement, ...] = ()
    payments: tuple[Payment, ...] = ()


class Cursor(Struct, frozen=True):
    """Where a page of a history ended; the next one is older."""

    recorded_at: int
    op_id: OpId


async def read_events(
    connection: Connection,
    shop_id: ShopId,
    *,
    thing: str | None,
    by: StaffId | None,
    before: Cursor | None,
    most: int,
) -> list[Event]:
    """Return the ops that touched `thing` (`order/900`) and that `by` recorded, newest first; None leaves it open."""
    rows = await connection.fetch(
        """
        SELECT id, kind, by_staff, device_id, at, recorded_at, status, code, sent, changes::text AS changes
        FROM op
        WHERE shop_id = $1 AND ($2::text IS NULL OR touched @> ARRAY[$2])
          AND ($3::text IS NULL OR by_staff = $3)
          AND ($4::bigint IS NULL OR (recorded_at, id) < ($4, $5::text))
        ORDER BY recorded_at DESC, id DESC LIMIT $6
        """,
        shop_id,
        thing,
        by,
        None if before is None else before.recorded_at,
        None if before is None else before.op_id,
        most,
    )
    ops = [row["id"] for row in rows]
    movements = await _movements_of(connection, shop_id, ops)
    payments = await _payments_of(connection, shop_id, ops)
    return [
        Event(
            op_id=OpId(row["id"]),
            kind=row["kind"],
            by=StaffId(row["by_staff"]),
            device_id=DeviceId(row["device_id"]),
            at=row["at"],
            recorded_at=row["recorded_at"],
            status=row["status"],
            code=row["code"],
            why=_why(row["sent"]),
            changes=_changes.decode(row["changes"]),
            movements=tuple(movements.get(row["id"], ())),
            payments=tuple(payments.get(row["id"], ())),
        )
        for row in rows
    ]


def _why(sent: bytes) -> str | None:
    """Return the reason in an op as it came; one that nobody can read gave none."""
    try:
        return msgspec.json.decode(sent, type=_Sent).body.said
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


async def _movements_of(
    connection: Connection, shop_id: ShopId, ops: Sequence[str]
) -> dict[str, list[Movement]]:
    rows = await connection.fetch(
        """
        SELECT e.op_id, e.id, e.branch_id, e.version, e.kind, l.account, l.variant_id, l.units,
               (SELECT sum(p.units)::bigint FROM ledger_leg p
                WHERE p.shop_id = $1 AND p.branch_id = l.branch_id AND p.variant_id = l.variant_id
                  AND p.account = l.account
                  AND (p.version < l.version OR (p.version = l.version AND p.place <= l.place))) AS after
        FROM ledger_entry e JOIN ledger_leg l USING (shop_id, branch_id, version)
        WHERE e.shop_id = $1 AND e.op_id = any($2::text[])
        ORDER BY e.branch_id, e.version, l.place
        """,
        shop_id,
        list(ops),
    )
    found: dict[str, list[Movement]] = {}
    for row in rows:
        found.setdefault(row["op_id"], []).append(
            Movement(
                entry_id=LedgerEntryId(row["id"]),
                branch_id=BranchId(row["branch_id"]),
                version=row["version"],
                entry_kind=row["kind"],
                account=row["account"],
                variant_id=VariantId(row["variant_id"]),
                units=row["units"],
                before=row["after"] - row["units"],
                after=row["after"],
            )
        )
    return found


async def _payments_of(
    connection: Connection, shop_id: ShopId, ops: Sequence[str]
) -> dict[str, list[Payment]]:
    rows = await connection.fetch(
        """
        SELECT e.op_id, e.id, e.branch_id, e.version, c.account, c.paisa
        FROM ledger_entry e JOIN cash_leg c USING (shop_id, branch_id, version)
        WHERE e.shop_id = $1 AND e.op_id = any($2::text[])
        ORDER BY e.branch_id, e.version, c.place
        """,
        shop_id,
        list(ops),
    )
    found: dict[str, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["op_id"], []).append(
            Payment(
                entry_id=LedgerEntryId(row["id"]),
                branch_id=BranchId(row["branch_id"]),
                version=row["version"],
                account=row["account"],
                paisa=row["paisa"],
            )
        )
    return found


class PastStock(Struct, frozen=True, kw_only=True):
    """What a branch held of a variant at a moment, by the ledger's word."""

    variant_id: VariantId
    sellable: int
    damaged: int
    quarantine: int


async def read_stock_at(
    connection: Connection, shop_id: ShopId, branch_id: BranchId, at: int
) -> tuple[int, list[PastStock]]:
    """Return the branch ledger's version at the server's moment `at` (epoch ms), and what the branch held then."""
    version: int = await connection.fetchval(
        """
        SELECT coalesce(max(version), 0) FROM ledger_entry
        WHERE shop_id = $1 AND branch_id = $2 AND recorded_at <= $3
        """,
        shop_id,
        branch_id,
        at,
    )
    rows = await connection.fetch(
        """
        SELECT variant_id,
               coalesce(sum(units) FILTER (WHERE account = 'sellable'), 0)::bigint AS sellable,
               coalesce(sum(units) FILTER (WHERE account = 'damaged'), 0)::bigint AS damaged,
               coalesce(sum(units) FILTER (WHERE account = 'quarantine'), 0)::bigint AS quarantine
        FROM ledger_leg
        WHERE shop_id = $1 AND branch_id = $2 AND version <= $3 AND account = any($4::text[])
        GROUP BY variant_id ORDER BY variant_id
        """,
        shop_id,
        branch_id,
        version,
        list(BRANCH_ACCOUNTS),
    )
    return version, [PastStock(**dict(row)) for row in rows]


async def read_cash(connection: Connection, shop_id: ShopId) -> dict[str, int]:
    """Return the balance of every cash account, in paisa."""
    rows = await connection.fetch(
        """
        SELECT account, sum(paisa)::bigint AS paisa FROM cash_leg WHERE shop_id = $1
        GROUP BY account ORDER BY account
        """,
        shop_id,
    )
    return {row["account"]: row["paisa"] for row in rows}
