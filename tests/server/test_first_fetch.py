"""What a fresh phone has to fetch before it is of use, in a shop of 5,000 things and 600 open orders."""

import random

import brotli
import msgspec

from server.db import shops
from sync_protocol.orders import Contact
from sync_protocol.shop import Variant
from tests.server.retail import LAHORE, START_MS, Retail

USABLE_BYTES_MAX = 130_000
THINGS, ORDERS = 5_000, 600
NAMES = ["Ayesha", "Bilal", "Sana", "Hamza", "Fatima", "Usman", "Zara", "Ahmed", "Hira", "Imran"]
FAMILIES = ["Khan", "Malik", "Butt", "Sheikh", "Qureshi", "Raza", "Siddiqui", "Mirza"]
PLACES = ["Gulberg III", "DHA Phase 5", "Model Town", "Johar Town", "Saddar", "Gulshan-e-Iqbal"]


def things(chance: random.Random) -> list[Variant]:
    return [
        Variant(
            id=str(44_100_000_000_000 + place * 32_768 + chance.randrange(32_768)),
            title=f"{chance.choice(['Kurta', 'Shalwar', 'Khussa'])} {place // 6}",
            sku=f"KRT-{place // 6:04}-{'SML'[place % 3]}",
        )
        for place in range(THINGS)
    ]


def contact(chance: random.Random) -> Contact:
    return Contact(
        name=f"{chance.choice(NAMES)} {chance.choice(FAMILIES)}",
        phone=f"923{chance.randrange(10**9):09}",
        phone_raw=f"+923{chance.randrange(10**9):09}",
        address=f"House {chance.randrange(400)}, Street {chance.randrange(40)}, {chance.choice(PLACES)}",
        city=chance.choice(["Lahore", "Karachi", "Multan"]),
    )


async def open_for_work(retail: Retail) -> None:
    """Fill the shelves of Lahore and let 600 confirmed orders wait to be packed there."""
    chance = random.Random(11)
    goods = things(chance)
    async with retail.server.database.transaction() as connection:
        await shops.store_variants(connection, retail.id, goods, retail.server.clock())
    owner, hira = await retail.device("zainab"), await retail.device("hira")
    for start in range(0, THINGS, 200):
        shelf = goods[start : start + 200]
        lines = [{"variant_id": v.id, "units": chance.randint(1, 40)} for v in shelf]
        await owner.do("opening_stock", {"branch_id": LAHORE, "lines": lines})
    for number in range(ORDERS):
        order = str(5_632_000_000_000 + number * 32_768 + chance.randrange(32_768))
        units = tuple([1] * chance.choice([1, 1, 2, 3]))
        placed = {"name": f"#PK{10_000 + number}", "placed_at": START_MS - number * 311_000}
        await retail.order(order, units=units, cod=True, contact=contact(chance), **placed)
        lines = [{"order_line_id": f"{order}{place}", "units": 1} for place in range(len(units))]
        named = {"fulfillment_id": f"01a2{number:04x}-7abc-8def-9012-{chance.getrandbits(48):012x}"}
        hira.add("confirm", {"order_id": order})
        hira.add(
            "create_fulfillment", named | {"order_id": order, "branch_id": LAHORE, "lines": lines}
        )
        if number % 40 == 39:
            assert {r["status"] for r in await hira.push()} == {"applied"}


async def test_a_fresh_phone_is_usable_after_130_kilobytes(retail):
    """Work and stock come first (R10); the catalogue follows. Counted are the bytes of the answers' bodies on the wire."""
    await open_for_work(retail)
    amna = await retail.device("amna")
    cursors: dict[str, int] = {}
    rows: dict[str, int] = {}
    wire_bytes = 0
    while rows.get("branch/lhr/stock", 0) < THINGS:
        request = retail.server.http.build_request(
            "POST",
            "/sync/pull",
            json={"cursors": cursors},
            headers={"Authorization": f"Bearer {amna.token}", "Accept-Encoding": "br"},
        )
        answer = await retail.server.http.send(request, stream=True)
        raw = b"".join([part async for part in answer.aiter_raw()])
        told = msgspec.json.decode(brotli.decompress(raw))
        assert told["more"] or rows
        for patch in told["patches"]:
            rows[patch["stream"]] = rows.get(patch["stream"], 0) + len(patch["rows"])
            cursors[patch["stream"]] = patch["to"]
        wire_bytes += len(raw)
    assert rows["branch/lhr/work"] == 2 * ORDERS
    print(f"usable after {wire_bytes} bytes; rows {rows}")
    assert wire_bytes <= USABLE_BYTES_MAX
