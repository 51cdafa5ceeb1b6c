"""What must be true at the end of every story, whatever was told."""

from collections import Counter

import msgspec
from msgspec.structs import replace

from sync_protocol.fulfillments import NEVER_LEFT, Fulfillment, FulfillmentState
from sync_protocol.ops import OpClass, kind_rule
from sync_protocol.orders import Contact, Order
from sync_protocol.outcomes import Discrepancy
from sync_protocol.replica import Replica
from sync_protocol.runs import RiderRun
from sync_protocol.statuses import derived
from sync_protocol.transfers import Transfer
from tests.scenarios.people import Person
from tests.scenarios.stage import Stage
from tests.server.books import findings
from tests.server.retail import Device
from tests.server.test_pulling import catch_up

_S = FulfillmentState

UNBALANCED = """
    SELECT branch_id, version FROM ledger_leg WHERE shop_id = $1
    GROUP BY branch_id, version, variant_id HAVING sum(units) <> 0
    UNION ALL
    SELECT branch_id, version FROM cash_leg WHERE shop_id = $1
    GROUP BY branch_id, version HAVING sum(paisa) <> 0
"""
BELOW_ZERO = """
    SELECT account FROM ledger_leg WHERE shop_id = $1 AND (account LIKE 'out/%' OR account LIKE 'transit/%')
    GROUP BY account, variant_id HAVING sum(units) < 0
"""
WRONG_EFFECTS = """
    SELECT o.key FROM outbox o JOIN fulfillment f ON f.shop_id = o.shop_id AND f.id = o.fulfillment_id
    WHERE o.shop_id = $1 AND f.body ->> 'workflow' <> 'smart'
"""


async def close_books(stage: Stage) -> None:
    """Let everybody sync, and prove the books, the rows and the screens."""
    for person in stage.people:
        await person.is_back()
    for person in stage.people:
        await person.syncs()
    assert await findings(stage.retail) == []
    assert await stage.rows(UNBALANCED) == []
    assert await stage.rows(BELOW_ZERO) == []
    assert await stage.rows(WRONG_EFFECTS) == []
    await _check_answers(stage)
    tables = await Tables.read(stage)
    tables.check_orders()
    for person in stage.people:
        await _check_phone(stage, person, tables)


async def _check_answers(stage: Stage) -> None:
    """No fact was refused, no rule broke, and no odd answer went by unnoticed."""
    for row in await stage.rows("SELECT kind, status, code, result FROM op WHERE shop_id = $1"):
        rule = kind_rule(row["kind"])
        assert row["code"] != "failed", row
        assert row["status"] != "refused" or rule is None or rule.op_class is not OpClass.FACT, row
    for said in stage.said:
        was_read, answer = said.was_read, said.answer
        assert was_read or answer.status == "applied", (said.person.name, said.kind, answer)


class Tables(msgspec.Struct):
    """The server's own state, one body per thing."""

    orders: dict[str, Order]
    fulfillments: dict[str, Fulfillment]
    runs: dict[str, RiderRun]
    transfers: dict[str, Transfer]
    open: dict[str, Discrepancy]
    stock: dict[tuple[str, str], tuple]

    @staticmethod
    async def read(stage: Stage) -> "Tables":
        async def bodies(table: str, shape: type, where: str = "") -> dict:
            sql = f"SELECT id, body::text FROM {table} WHERE shop_id = $1 {where}"
            rows = await stage.rows(sql)
            return {r["id"]: msgspec.json.decode(r["body"], type=shape) for r in rows}

        shelves = await stage.rows("SELECT * FROM stock WHERE shop_id = $1")
        return Tables(
            orders=await bodies("customer_order", Order),
            fulfillments=await bodies("fulfillment", Fulfillment),
            runs=await bodies("rider_run", RiderRun),
            transfers=await bodies("transfer", Transfer),
            open=await bodies("discrepancy", Discrepancy, "AND closed_at IS NULL"),
            stock={
                (r["branch_id"], r["variant_id"]): tuple(r[name] for name in SHELF) for r in shelves
            },
        )

    def check_orders(self) -> None:
        """Each line counts what the shipments hold, and the headline follows from the order."""
        for order in self.orders.values():
            mine = [f for f in self.fulfillments.values() if f.order_id == order.id]
            counted = _counted(mine)
            for line in order.lines:
                told = tuple(getattr(line, name) for name in COUNTERS)
                assert told == tuple(counted[line.id, name] for name in COUNTERS), (
                    order.name,
                    line,
                )
            assert derived(order) == order

    def reserved(self) -> Counter[tuple[str, str]]:
        units: Counter[tuple[str, str]] = Counter()
        for shipment in self.fulfillments.values():
            for line in shipment.lines if shipment.reserves else ():
                units[shipment.branch_id, line.variant_id] += line.units
        return units


SHELF = ("sellable", "damaged", "quarantine", "ledger_version", "low_units")
COUNTERS = (
    "pending_units",
    "packed_units",
    "out_units",
    "delivered_units",
    "shipped_units",
    "given_back_units",
)


def _counted(shipments: list[Fulfillment]) -> Counter[tuple[str, str]]:
    units: Counter[tuple[str, str]] = Counter()
    for shipment in shipments:
        back_in_store = shipment.shopify_cancelled and not shipment.goods_out
        for line in shipment.lines:
            gone = line.units - line.returned_units - line.lost_units
            for name, counts, number in (
                ("pending_units", shipment.state is _S.PENDING, line.units),
                ("packed_units", shipment.state is _S.PACKED, gone),
                ("out_units", shipment.goods_out, gone),
                ("delivered_units", shipment.state is _S.DELIVERED, gone),
                (
                    "shipped_units",
                    shipment.state not in NEVER_LEFT and not back_in_store,
                    line.units,
                ),
                ("given_back_units", True, line.given_back_units),
            ):
                units[line.order_line_id, name] += number if counts else 0
    return units


def as_phones_see(thing: object) -> object:
    """What the store last showed of a customer stays on the server."""
    return replace(thing, store_contact=Contact()) if isinstance(thing, Order) else thing


async def _check_phone(stage: Stage, person: Person, tables: Tables) -> None:
    """The phone shows what the server has, and has what a new phone of the same person would be given."""
    memory = person.held.phone.memory
    assert list(memory.overlay()) == [], person.name
    shown = person.held.phone.look()
    for name in ("orders", "fulfillments", "runs", "transfers", "open"):
        rows = getattr(tables, name)
        for key, body in getattr(shown, name).items():
            assert body == as_phones_see(rows.get(key)), (person.name, name, key)
    reserved = tables.reserved()
    for place, held in shown.stock.items():
        assert tuple(getattr(held, name) for name in SHELF) == tables.stock[place], place
        assert held.reserved == reserved[place], (person.name, place)
    anew = Replica(cursors={}, rows={})
    await catch_up(Device(stage.retail.server, "", person.held.token, ""), anew)
    assert memory.replica == anew, person.name
