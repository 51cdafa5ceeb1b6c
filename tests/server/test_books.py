"""The ledger: only ever added to, balanced, chained, and proven by `rawana verify`."""

import asyncpg
import msgspec
import pytest

from server.db import ledger
from sync_protocol.ledger import GENESIS_HASH, chain
from tests.server.books import balances, findings, rows_of
from tests.server.retail import KURTA, LAHORE, Retail


@pytest.fixture
async def worked(retail: Retail) -> Retail:
    """Two orders packed at Lahore, one of them unpacked again."""
    device = await retail.device("amna")
    for number in (900, 901):
        await retail.order(str(number), units=(1, 2))
        lines = [
            {"order_line_id": f"{number}0", "units": 1},
            {"order_line_id": f"{number}1", "units": 2},
        ]
        made = {"order_id": str(number), "branch_id": LAHORE, "lines": lines}
        await device.do("create_fulfillment", made | {"fulfillment_id": f"f{number}"})
        await device.do("pack", {"fulfillment_id": f"f{number}"})
    assert (await device.do("unpack", {"fulfillment_id": "f901"}))["status"] == "applied"
    assert await findings(retail) == []
    return retail


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET version = version",
        "UPDATE {} SET version = 9 WHERE false",
        "DELETE FROM {}",
        "DELETE FROM {} WHERE version = 2",
        "TRUNCATE {} CASCADE",
    ],
)
async def test_the_database_refuses_to_change_or_forget_a_ledger_row(worked, table, change):
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
        await rows_of(worked, change.format(table))


@pytest.mark.parametrize(
    "legs",
    [
        "('acme','lhr',9,0,'sellable','501',-1)",
        "('acme','lhr',9,0,'sellable','501',-1), ('acme','lhr',9,1,'out/1','502',1)",
        "('acme','lhr',9,0,'sellable','501',-1), ('acme','lhr',9,1,'out/1','501',2)",
        "('acme','lhr',9,0,'sellable','501',0)",
    ],
    ids=["one leg", "another variant", "another number", "nothing"],
)
async def test_the_database_refuses_legs_that_do_not_balance(worked, legs):
    await rows_of(
        worked,
        """
        INSERT INTO ledger_entry (shop_id, branch_id, version, id, kind, op_id, by_staff, device_id, at,
                                  recorded_at, hash)
        VALUES ('acme', 'lhr', 9, 'x', 'unpack', 'x', 'amna', 'd', 0, 0, '')
        """,
    )
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await rows_of(worked, f"INSERT INTO ledger_leg VALUES {legs}")


async def test_a_branchs_entries_are_numbered_densely_and_each_carries_the_hash_of_all_before(
    worked,
):
    async with worked.server.database.connection() as connection:
        entries = [pair async for pair in ledger.walk(connection, worked.id, LAHORE)]
        head = (await ledger.read_heads(connection, worked.id, [LAHORE]))[LAHORE]
    assert [entry.version for entry, _ in entries] == [1, 2, 3, 4]
    assert [entry.kind for entry, _ in entries] == [
        "opening",
        "ship_smart",
        "ship_smart",
        "unpack",
    ]
    previous = GENESIS_HASH
    for entry, stored in entries:
        assert chain(previous, entry) == stored
        previous = stored
    assert head == (4, previous)
    device = await worked.device("amna")
    assert (await device.pull())["ledger"] == {LAHORE: [4, previous]}


async def test_unpacking_is_the_exact_reverse_of_the_packing_it_names(worked):
    async with worked.server.database.connection() as connection:
        entries = [entry async for entry, _ in ledger.walk(connection, worked.id, LAHORE)]
    packed, unpacked = entries[2], entries[3]
    assert unpacked.reverses == packed.id
    assert [(leg.account, leg.variant_id, -leg.units) for leg in unpacked.legs] == [
        (leg.account, leg.variant_id, leg.units) for leg in packed.legs
    ]
    assert (await balances(worked))[LAHORE, "sellable", KURTA] == 9


TAMPERINGS = {
    "a changed leg": (
        "UPDATE ledger_leg SET units = units * 2 WHERE branch_id = 'lhr' AND version = 2",
        "entry 2 is not what was chained",
    ),
    "a leg moved to another account": (
        "UPDATE ledger_leg SET account = 'lost' WHERE version = 3 AND units > 0",
        "entry 3 is not what was chained",
    ),
    "an unbalanced leg": (
        "UPDATE ledger_leg SET units = 7 WHERE version = 2 AND place = 0 AND branch_id = 'lhr'",
        "entry 2 does not sum to zero",
    ),
    "a leg that is gone with its fellow": (
        "DELETE FROM ledger_leg WHERE version = 2 AND variant_id = '501' AND branch_id = 'lhr'",
        "entry 2 is not what was chained",
    ),
    "a changed name": (
        "UPDATE ledger_entry SET by_staff = 'bilal' WHERE version = 3",
        "entry 3 is not what was chained",
    ),
    "a changed time": (
        "UPDATE ledger_entry SET at = at + 1 WHERE version = 3",
        "entry 3 is not what was chained",
    ),
    "a deleted entry": (
        "DELETE FROM ledger_leg WHERE version = 3; DELETE FROM ledger_entry WHERE version = 3",
        "version 4 stands where 3 must",
    ),
    "a deleted tail": (
        "DELETE FROM ledger_leg WHERE version = 4; DELETE FROM ledger_entry WHERE version = 4",
        "the head says version 4, the ledger ends at 3",
    ),
    "a changed hash": (
        "UPDATE ledger_entry SET hash = 'x' WHERE version = 2",
        "entry 2 is not what was chained",
    ),
    "a changed stock": (
        "UPDATE stock SET sellable = sellable + 1 WHERE variant_id = '501' AND branch_id = 'lhr'",
        "variant 501: stock says (10, 0, 0), the ledger (9, 0, 0)",
    ),
    "a stock out of nothing": (
        "INSERT INTO stock VALUES ('acme', 'lhr', '999', 4, 0, 0, 1)",
        "variant 999: stock says (4, 0, 0), the ledger (0, 0, 0)",
    ),
    "a deleted stock": (
        "DELETE FROM stock WHERE variant_id = '503' AND branch_id = 'khi'",
        "variant 503: stock says None, the ledger (10, 0, 0)",
    ),
    "a changed out_units": (
        """UPDATE customer_order SET body = jsonb_set(body, '{lines,0,out_units}', '0')
           WHERE id = '900'""",
        "order #900, line 9000: 0 out, the ledger says 1",
    ),
    "a deleted order": (
        "DELETE FROM fulfillment WHERE order_id = '900'; DELETE FROM customer_order WHERE id = '900'",
        "9000",
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_verify_finds(worked, name):
    change, said = TAMPERINGS[name]
    async with worked.server.database.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(change)
    found = await findings(worked)
    assert any(said in what for what in found), found


async def test_every_leg_of_an_oversell_is_posted_and_the_desk_is_asked(worked):
    for number in range(910, 922):
        await worked.order(str(number))
    device = await worked.device("amna")
    results = []
    for number in range(910, 922):
        made = {
            "fulfillment_id": f"f{number}",
            "order_id": str(number),
            "branch_id": LAHORE,
            "lines": [{"order_line_id": f"{number}0", "units": 1}],
        }
        await device.do("create_fulfillment", made)
        results.append(await device.do("pack", {"fulfillment_id": f"f{number}"}))
    assert [r.get("code") for r in results] == [None] * 9 + ["oversell"] * 3
    assert (await balances(worked))[LAHORE, "sellable", KURTA] == -3
    assert await findings(worked) == []
    owner = await worked.device("zainab")
    lines = [{"variant_id": KURTA, "units": 3}]
    await owner.do("opening_stock", {"branch_id": LAHORE, "lines": lines})
    rows = await rows_of(worked, "SELECT body::text, closed_at FROM discrepancy")
    assert len(rows) == 3
    assert all(row["closed_at"] is not None for row in rows)
    assert msgspec.json.decode(rows[0]["body"])["closed_by_op"]
