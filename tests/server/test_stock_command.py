"""`rawana stock` and `rawana history`: a branch's first stock from a spreadsheet, and the books read backwards."""

import json
from pathlib import Path

import pytest

from server.intake.opening_csv import read_opening_csv
from sync_protocol.ids import VariantId
from sync_protocol.shop import Variant
from tests.server.books import balances, findings
from tests.server.retail import KARACHI, KURTA, LAHORE, SHOE, Retail
from tests.server.test_commands import NOT_POSSIBLE, OK, USAGE, Commands

GOODS = [
    Variant(id=VariantId("1"), title="Kurta", sku="KRT-M", barcode="8961000000017"),
    Variant(id=VariantId("2"), title="Khussa", sku="KHS-39"),
    Variant(id=VariantId("3"), title="Shawl", sku="TWIN"),
    Variant(id=VariantId("4"), title="Scarf", sku="twin"),
]


@pytest.fixture
def run(database_address) -> Commands:
    return Commands({"RAWANA_DATABASE_URL": database_address.dsn})


def read(text: str):
    return read_opening_csv(text, GOODS)


@pytest.mark.parametrize(
    "text",
    [
        "sku,units\nKRT-M,5\nKHS-39,2\n",
        "\ufeffSKU,Title,Units\nkrt-m,Kurta,5\n khs-39 ,Khussa, 2 \n",
        "units,variant_id\n5,1\n2,2\n",
        "sku,qty\nKRT-M,5\n,\nKHS-39,2\nTWIN2,\n".replace("TWIN2,\n", ""),
        'barcode,quantity\n"8961000000017",5\n',
    ],
)
def test_a_file_names_items_by_sku_barcode_or_number_in_any_column(text):
    told = read(text)
    assert told.bad == ()
    assert told.units["1"] == 5


@pytest.mark.parametrize(
    ("text", "row", "why"),
    [
        ("", 1, "first row must name"),
        ("name,price\nKurta,5\n", 1, "first row must name"),
        ("sku,units\nKRT-XXL,5\n", 2, "no item 'KRT-XXL'"),
        ("sku,units\nKRT-M,five\n", 2, "'five' is no whole number"),
        ("sku,units\nKRT-M,-5\n", 2, "'-5' is no whole number"),
        ("sku,units\nKRT-M,1.5\n", 2, "'1.5' is no whole number"),
        ("sku,units\nKRT-M,\n", 2, "'' is no whole number"),
        ("sku,units\nKRT-M,999999999\n", 2, "more than"),
        ("sku,units\nKRT-M,5\nkrt-m,6\n", 3, "earlier row"),
        ("sku,units\nTWIN,5\n", 2, "names 2 items"),
    ],
)
def test_a_row_that_says_nothing_usable_is_named_with_its_number_and_the_reason(text, row, why):
    (bad,) = read(text).bad
    assert bad.row == row
    assert why in bad.why


async def test_a_branch_opens_with_a_file_and_the_same_file_again_counts_once(
    retail: Retail, run: Commands, tmp_path: Path
):
    file = tmp_path / "opening.csv"
    file.write_text(f"variant_id,units\n{KURTA},7\n{SHOE},0\n")
    words = ("stock", "open", "--shop", "acme", "--branch", KARACHI, "--by", "zainab", str(file))
    for _ in range(2):
        told = await run.json(*words)
        assert told == {"branch_id": KARACHI, "variants": 1, "units": 7, "ops": 1}
    assert (await balances(retail))[KARACHI, "sellable", KURTA] == 17
    assert await findings(retail) == []


async def test_a_file_with_one_bad_row_is_not_taken_in_at_all(
    retail: Retail, run: Commands, tmp_path: Path
):
    file = tmp_path / "opening.csv"
    file.write_text(f"variant_id,units\n{KURTA},7\n999,1\n")
    words = ("stock", "open", "--shop", "acme", "--branch", KARACHI, "--by", "zainab", str(file))
    code, said = await run.stopped(*words)
    assert code == NOT_POSSIBLE
    assert "row 3: no item '999'" in said
    assert (await balances(retail))[KARACHI, "sellable", KURTA] == 10


@pytest.mark.parametrize("person", ["amna", "hira", "nobody"])
async def test_only_head_office_opens_a_branch(retail, run, tmp_path, person):
    file = tmp_path / "opening.csv"
    file.write_text(f"variant_id,units\n{KURTA},7\n")
    words = ("stock", "open", "--shop", "acme", "--branch", LAHORE, "--by", person, str(file))
    assert (await run.stopped(*words))[0] == NOT_POSSIBLE


async def test_what_a_branch_held_is_printed_for_a_moment(retail: Retail, run: Commands):
    told = await run.json("stock", "at", "--shop", "acme", "--branch", LAHORE)
    assert {row["variant_id"]: row["sellable"] for row in told["stock"]}[KURTA] == 10
    long_ago = ("--at", "2020-01-01T00:00+05:00")
    told = await run.json("stock", "at", "--shop", "acme", "--branch", LAHORE, *long_ago)
    assert (told["version"], told["stock"]) == (0, [])
    for moment in ("yesterday", "2026-11-24T14:02"):
        words = ("stock", "at", "--shop", "acme", "--branch", LAHORE, "--at", moment)
        assert (await run.stopped(*words))[0] == USAGE


async def test_a_history_is_printed_for_a_person_and_for_a_program(retail: Retail, run: Commands):
    await retail.order("900", units=(1,))
    amna = await retail.device("amna")
    await amna.do("confirm", {"order_id": "900", "note": "after Maghrib"})
    result = await run("history", "--shop", "acme", "--of", "order/900")
    assert result.exit_code == OK
    assert "confirm by amna: applied – after Maghrib" in result.stdout
    result = await run("history", "--shop", "acme", "--by", "amna", "--json")
    (line,) = result.stdout.splitlines()
    assert json.loads(line)["kind"] == "confirm"
    assert (await run.stopped("history", "--shop", "acme"))[0] == USAGE
