"""Bad input: one bad op never takes its neighbours with it, and nobody is answered 500."""

import gzip
import random

import httpx
import msgspec
import pytest

from tests.server.books import balances, findings, rows_of
from tests.server.retail import KURTA, LAHORE, Device, Retail

LONG = random.Random(7).randbytes(6_000).hex()
"""12,000 characters that do not compress: more than an index of PostgreSQL can hold."""


def op(**fields: object) -> bytes:
    """An op as `amna` would send it; its number is put in later."""
    made = {"id": "bad", "n": "N", "kind": "pack", "by": "amna", "body": {"fulfillment_id": "f1"}}
    return msgspec.json.encode({k: v for k, v in (made | fields).items() if v is not ...})


def deep(count: int, opening: str = "[", closing: str = "]") -> bytes:
    return opening.encode() * count + closing.encode() * count


def pack(**body: object) -> bytes:
    return op(body={"fulfillment_id": "f1"} | body)


def units(count: object) -> bytes:
    return pack(lines=[{"order_line_id": "9000", "units": count}])


def with_text(text: bytes, kind: str = "unpack") -> bytes:
    """An op whose reason is exactly these bytes."""
    return op(kind=kind, body={"fulfillment_id": "f1", "reason": "TEXT"}).replace(b"TEXT", text)


POISON = {
    "a NUL in a text": with_text(rb"a\u0000b"),
    "a NUL in the id": op(id="bad\x00"),
    "a NUL in the kind": op(kind="pa\x00ck"),
    "a NUL in a name": op(by="am\x00na"),
    "a NUL in a key": pack(**{"no\x00te": 1}),
    "a NUL in what it depends on": op(deps=["x\x00"]),
    "a raw NUL byte": with_text(b"a\x00b"),
    "10,000 brackets as its body": op(body="DEEP").replace(b'"DEEP"', deep(7_000)),
    "10,000 brackets in a field": with_text(b"x").replace(b'"x"', deep(7_000)),
    "2,000 braces": op(body="DEEP").replace(b'"DEEP"', b'{"a":' * 2_000 + b"1" + b"}" * 2_000),
    "a brace that closes nothing": op(body="DEEP").replace(b'"DEEP"', b'{"a":}'),
    "only brackets": deep(10_000),
    "brackets in the id": op(id="DEEP").replace(b'"DEEP"', deep(5_000)),
    "units beyond 64 bits": units(2**70),
    "units beyond any bits": pack(lines="U").replace(b'"U"', b"9" * 5_000),
    "a time beyond 64 bits": op(at=2**70),
    "a number beyond 64 bits": op(n=2**70),
    "a version beyond 64 bits": op(v=2**70),
    "a float beyond range": units("F").replace(b'"F"', b"1e999"),
    "minus infinity": units("F").replace(b'"F"', b"-1e999"),
    "not a number": units("F").replace(b'"F"', b"NaN"),
    "a lone surrogate": with_text(rb"a\ud800b"),
    "half a surrogate at the end": with_text(rb"a\udc00"),
    "broken UTF-8": with_text(b"a\xff\xfeb"),
    "no units": units(0),
    "negative units": units(-1),
    "too many units": units(100_001),
    "units as a text": units("1"),
    "units as a truth": units(True),
    "half a unit": units(1.5),
    "units of nothing": units(None),
    "lines as a text": pack(lines="all"),
    "251 lines": pack(lines=[{"order_line_id": "9000", "units": 1}] * 251),
    "a line without units": pack(lines=[{"order_line_id": "9000"}]),
    "no body": op(body=...),
    "a body of nothing": op(body=None),
    "a list as its body": op(body=[]),
    "a text as its body": op(body="pack it"),
    "no kind": op(kind=...),
    "a number as its kind": op(kind=7),
    "an empty kind": op(kind=""),
    "no id": op(id=...),
    "an empty id": op(id=""),
    "a number as its id": op(id=7),
    "a long id": op(id="x" * 65),
    "no number": op(n=...),
    "a text as its number": op(n="one"),
    "number 0": op(n=0),
    "a negative number": op(n=-4),
    "a text as its clock": op(clock="late"),
    "a number as what it depends on": op(deps=7),
    "a list as what was seen": op(seen=[]),
    "version 0": op(v=0),
    "a version of tomorrow": op(v=2),
    "a kind of tomorrow": op(kind="teleport"),
    "the store's own news": op(
        kind="shopify_outcome", body={"fulfillment_id": "f1", "state": "failed"}
    ),
    "an unknown shipment": op(body={"fulfillment_id": "nobody-knows"}),
    "an empty shipment": op(body={"fulfillment_id": ""}),
    "an unknown line": pack(lines=[{"order_line_id": "77", "units": 1}]),
    "a shipment with an endless name": op(body={"fulfillment_id": LONG}),
    "a new shipment with an endless name": op(
        kind="create_fulfillment",
        body={
            "fulfillment_id": LONG,
            "order_id": "900",
            "branch_id": "lhr",
            "lines": [{"order_line_id": "9000", "units": 1}],
        },
    ),
    "an order with an endless name": op(kind="confirm", body={"order_id": LONG}),
    "an unknown variant": op(
        kind="opening_stock",
        body={"branch_id": "lhr", "lines": [{"variant_id": "999", "units": 1}]},
    ),
    "16 KiB and one byte": op(body={"fulfillment_id": "f1", "note": "x" * 16_384}),
    "a whole number in its place": b"7",
    "nothing in its place": b"null",
    "a text in its place": b'"pack"',
    "a list in its place": b"[]",
    "an empty object": b"{}",
    "an object of strangers": b'{"__proto__":{"id":"x"},"constructor":1}',
    "the same field twice": op().replace(b'"kind"', b'"kind":"unpack","kind"'),
}


@pytest.fixture
async def busy(retail: Retail) -> Retail:
    """A shop with one shipment `f1`, not packed yet, and two more orders."""
    for number in ("900", "901", "902"):
        await retail.order(number)
    return retail


async def test_a_bad_op_is_answered_and_its_neighbours_apply(busy):
    device = await busy.device("amna")
    wrong = {}
    for place, (name, poison) in enumerate(POISON.items()):
        device.incarnation, device.n, device.prev = f"k{place}", 0, None
        why = await _wrong_around(device, poison.replace(b'"bad', b'"bad-%d' % place))
        if why is not None:
            wrong[name] = why
    assert not wrong, "\n".join(f"{name}: {why}" for name, why in wrong.items())
    assert (await balances(busy))["lhr", "sellable", KURTA] == 10
    assert await findings(busy) == []


async def _wrong_around(device: Device, poison: bytes) -> str | None:
    """Push a bad op between two good ones, twice; return what was not as it must be."""
    numbered = b'"N"' in poison
    ops = [
        device.op("confirm", {"order_id": "901"}),
        poison.replace(b'"N"', b"2"),
        device.op("confirm", {"order_id": "902"}, n=3 if numbered else 2, prev=None),
    ]
    first, second = [await device.post("/sync/push", device.body(ops)) for _ in range(2)]
    if first.status_code != 200:
        return first.text
    good, bad, neighbour = first.json()["results"]
    if {good["status"], neighbour["status"]} - {"applied", "noop"}:
        return f"neighbours: {good}, {neighbour}"
    if bad["status"] not in ("parked", "refused") or not bad.get("code"):
        return f"answered {bad}"
    return None if raw_results(first) == raw_results(second) else f"then {second.text}"


def raw_results(answer: httpx.Response) -> list[bytes]:
    results = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])["results"]
    return [bytes(raw) for raw in msgspec.json.decode(results, type=list[msgspec.Raw])]


async def test_every_bad_op_in_one_push_and_the_good_ones_between_them_apply(busy):
    device = await busy.device("amna")
    await device.do("confirm", {"order_id": "900"})
    small = [p for p in POISON.values() if len(p) < 3_000]
    n = 1
    ops = []
    for place, poison in enumerate(small):
        if b'"N"' in poison:
            n += 1
        ops.append(poison.replace(b'"N"', str(n).encode()).replace(b'"bad', b'"bad%d' % place))
        n += 1
        ops.append(device.op("confirm", {"order_id": "901"}, n=n, prev=None))
    for start in range(0, len(ops), 50):
        answer = await device.post("/sync/push", device.body(ops[start : start + 50]))
        assert answer.status_code == 200, answer.text
        good = answer.json()["results"][1::2]
        assert {r["status"] for r in good} <= {"applied", "noop"}
    (order,) = await rows_of(busy, "SELECT body::text FROM customer_order WHERE id = '901'")
    assert '"confirmed"' in order["body"]


async def test_goods_orders_and_branches_of_another_shop_are_as_unknown_as_none(server, busy):
    other = Retail(server, "rival")
    await other.set_up()
    await other.order("777")
    rival = await other.device("amna")
    made = {"order_id": "777", "branch_id": "lhr", "lines": [{"order_line_id": "7770", "units": 1}]}
    assert (await rival.do("create_fulfillment", made | {"fulfillment_id": "theirs"}))[
        "status"
    ] == ("applied")
    device = await busy.device("amna")
    answers = []
    for shipment, order in (("theirs", "777"), ("nobodys", "778")):
        device.incarnation, device.n, device.prev = f"life-{shipment}", 0, None
        device.add("pack", {"fulfillment_id": shipment})
        device.add("confirm", {"order_id": order})
        results = await device.push()
        answers.append([(r["status"], r["code"]) for r in results])
    assert answers[0] == answers[1] == [("parked", "unknown_reference")] * 2


async def test_a_shipment_with_the_name_of_another_shops_is_a_thing_of_its_own(server, busy):
    other = Retail(server, "rival")
    await other.set_up()
    await other.order("900")
    made = {
        "fulfillment_id": "f1",
        "order_id": "900",
        "branch_id": LAHORE,
        "lines": [{"order_line_id": "9000", "units": 1}],
    }
    for shop in (busy, other):
        device = await shop.device("amna")
        assert (await device.do("create_fulfillment", made, id="same-id"))["status"] == "applied"
    assert (await device.do("pack", {"fulfillment_id": "f1"}))["status"] == "applied"
    assert (await balances(busy))["lhr", "sellable", KURTA] == 10
    assert (await balances(other))["lhr", "sellable", KURTA] == 9


PATHS = ("/sync/hello", "/sync/push", "/sync/pull", "/sync/offer", "/auth/enrol", "/auth/login")
MOST = {"/auth/enrol": 4_096, "/auth/login": 4_096}
"""Bodies in bytes."""

BODIES = {
    "nothing at all": b"",
    "no JSON": b"pack it",
    "half of it": b'{"ops":[',
    "a list": b"[]",
    "10,000 brackets": deep(10_000),
    "10,000 brackets that never close": b"[" * 10_000,
    "broken UTF-8": b'{"epoch":"\xff","app":"\xff"}',
    "a number": b"7",
}


@pytest.mark.parametrize("path", PATHS)
async def test_a_request_that_is_not_understood_is_told_so(busy, path):
    device = await busy.device("amna")
    for name, body in BODIES.items():
        answer = await device.post(path, body)
        expected = 413 if len(body) > MOST.get(path, 65_536) else 400
        assert answer.status_code == expected, f"{name}: {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


ODD = {
    "/sync/hello": (
        {"incarnation": "a\x00b"},
        {"incarnation": LONG},
        {"app": "a\x00b"},
        {"acked_n": 2**70},
        {"acked_n": -1},
        {"n": 2**70},
        {"protocol": [2**70, 2**70]},
        {"protocol": [-5, -5]},
        {"health": {"free_mb": 2**70}},
        {"health": {"oldest_at": -(2**70)}},
        {"cursors": {"a\x00b": 2**70}},
        {"witness": {"a\x00b": [2**70, "x"]}},
    ),
    "/sync/push": (
        {"incarnation": "a\x00b"},
        {"incarnation": LONG, "ops": [{"id": "x", "n": 1, "kind": "confirm", "body": {}}]},
        {"unsent": 2**70},
        {"unsent": -1},
        {"oldest_at": 2**70},
        {"acked_n": 2**70},
        {"epoch": "a\x00b"},
        {"pull": {"cursors": {"shop": 2**70}}},
        {"pull": {"cursors": {"shop": -(2**70)}, "max_bytes": -1}},
    ),
    "/sync/pull": (
        {"cursors": {"shop": 2**70}},
        {"cursors": {"shop": -(2**70)}},
        {"cursors": {"a\x00b": 1}},
        {"max_bytes": 2**70},
        {"max_bytes": -1},
        {"epoch": "a\x00b"},
    ),
    "/sync/offer": ({"ids": ["a\x00b"]}, {"ids": [LONG]}, {"ids": [""] * 20_001}, {"ids": [7]}),
    "/auth/enrol": (
        {"code": "a\x00b", "device_name": "x"},
        {"code": "x", "device_name": "a\x00b"},
        {"code": "\ud7ff\u202e", "device_name": "x"},
    ),
    "/auth/login": ({"login": "a\x00b", "password": "x", "device_name": "x"},),
}


@pytest.mark.parametrize("path", ODD)
async def test_odd_values_around_the_ops_never_break_the_server(busy, path):
    device = await busy.device("amna")
    broke = []
    for body in ODD[path]:
        answer = await device.post(path, body)
        if answer.status_code >= 500:
            broke.append(str(body)[:120])
    assert broke == []


async def test_a_device_name_that_cannot_be_stored_does_not_use_the_code_up(busy):
    code = await busy.code("amna")
    answer = await busy.server.post("/auth/enrol", {"code": code, "device_name": "a\x00b"})
    assert answer.status_code < 500, answer.text
    if answer.status_code != 200:
        answer = await busy.server.post("/auth/enrol", {"code": code, "device_name": "phone"})
        assert answer.status_code == 200


async def test_anything_but_json_is_415(busy):
    device = await busy.device("amna")
    for path in (*PATHS, "/auth/logout"):
        for media in ("text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"):
            answer = await device.post(path, b"{}", Content_Type=media)
            assert answer.status_code == 415, (path, media)


async def test_a_gzip_bomb_is_cut_off_and_broken_gzip_is_told(busy):
    device = await busy.device("amna")
    bomb = gzip.compress(b" " * 200_000_000, 9)
    assert len(bomb) < 262_144
    answer = await device.post("/sync/push", bomb, Content_Encoding="gzip")
    assert answer.status_code == 413
    whole = gzip.compress(device.body([]))
    for broken in (b"", b"not gzip", whole[:-4], whole[: len(whole) // 2]):
        answer = await device.post("/sync/push", broken, Content_Encoding="gzip")
        assert answer.status_code == 400, broken
    answer = await device.post("/sync/push", device.body([]), Content_Encoding="br")
    assert answer.status_code == 415
    answer = await device.post("/sync/push", whole, Content_Encoding="gzip")
    assert answer.status_code == 200


async def test_a_fact_that_can_never_be_valid_holds_up_nothing_on_the_same_parcel(retail):
    await retail.order("900", units=(1,))
    amna = await retail.device("amna")
    lines = [{"order_line_id": "9000", "units": 1}]
    made = {"fulfillment_id": "f1", "order_id": "900", "branch_id": "lhr", "lines": lines}
    amna.add("create_fulfillment", made)
    amna.add("pack", {"fulfillment_id": "f1", "lines": [{"order_line_id": "9000", "units": -1}]})
    amna.add("pack", {"fulfillment_id": "f1"})
    results = await amna.push()
    told = [(r["status"], r.get("code")) for r in results]
    assert told == [("applied", None), ("parked", "invalid"), ("applied", None)]
    assert (await amna.do("unpack", {"fulfillment_id": "f1"}))["status"] == "applied"
