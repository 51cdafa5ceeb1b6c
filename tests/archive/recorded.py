"""What released clients sent, as it was recorded: answered the same way for ever (R14).

`python -m tests.archive.recorded RELEASE` records both clients of today through one story and writes a file that is
never changed again; a new release gets a new one.
"""

import asyncio
import json
import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from server.db import embedded
from server.db.epochs import read_history
from server.db.migrating import migrate
from server.db.pool import Database
from tests.conftest import make_home, remove_home
from tests.phone.both_phones import KINDS, Hand, StillClock, let_in
from tests.phone.network import Fault
from tests.server.retail import LAHORE, Retail, Server

FOLDER = Path(__file__).parent
EPOCH = "recorded-epoch"
"""Stands for the epoch of the server that the client talked to."""


class Exchange(Struct, frozen=True, kw_only=True):
    """One request as it was sent, and of a push what became of each op: [status, code]."""

    path: str
    body: str
    answers: tuple[tuple[str, str | None], ...] = ()


def read_file(path: Path) -> list[Exchange]:
    return [msgspec.json.decode(line, type=Exchange) for line in path.read_bytes().splitlines()]


async def prepared(server: Server) -> Retail:
    """The shop that every recording was made in."""
    retail = Retail(server)
    await retail.set_up()
    for number in ("900", "901", "902", "903"):
        await retail.order(number, cod=True, units=(2, 1))
    return retail


def lines(order: str, *units: int) -> list[dict]:
    return [{"order_line_id": f"{order}{place}", "units": n} for place, n in enumerate(units) if n]


async def live_through(hand: Hand, clock: StillClock) -> None:
    """A branch's week: offline work, lost and repeated replies, odd ops, a restored copy, a count, a transfer."""
    await hand.sync()
    hand.network.cut()
    for order, number in (("900", "f1"), ("901", "f2")):
        named = {"fulfillment_id": number}
        hand.record("confirm", {"order_id": order, "note": "مغرب کے بعد 🚚"})
        made = named | {"order_id": order, "branch_id": LAHORE, "lines": lines(order, 2, 1)}
        hand.record("create_fulfillment", made)
        hand.record("pack", named)
    hand.record("dispatch", {"fulfillment_id": "f1", "courier": "tcs", "tracking_number": "7712"})
    hand.record("pack", {"fulfillment_id": "f1"})
    clock.pass_ms(90_000)
    hand.network.mend()
    hand.network.coming.extend([None, Fault.LOSE_REPLY])
    await hand.sync()
    hand.network.coming.append(Fault.REPEAT)
    await hand.sync()
    copy = hand.saved()
    hand.record("unpack", {"fulfillment_id": "f2"})
    await hand.sync()
    hand.restore(copy)
    clock.pass_ms(5_000)
    by_hand = {"fulfillment_id": "m1", "order_id": "902", "branch_id": LAHORE}
    hand.record("manual_fulfillment", by_hand | {"lines": lines("902", 1)})
    hand.record("call_attempt", {"order_id": "903", "channel": "whatsapp", "outcome": "no_answer"})
    hand.record("deliver", {"fulfillment_id": "f1", "cash_paisa": 750_000})
    hand.record("deliver", {"fulfillment_id": "nobody-knows"})
    hand.record("manual_fulfillment", by_hand | {"branch_id": "khi", "fulfillment_id": "m2"})
    await hand.sync()


async def record_one(kind: str, release: str, home: Path) -> None:
    address = embedded.start(home)
    await migrate(address)
    async with Database(address) as database:
        async with database.connection() as connection:
            epoch = (await read_history(connection)).epoch
        clock = StillClock()
        server = Server(database, clock, epoch)
        retail = await prepared(server)
        hand = KINDS[kind](server, await let_in(retail, "amna"))
        heard: list[tuple[str, bytes, bytes]] = []
        deliver = hand.network._deliver

        async def listening(path: str, body: bytes):
            answer = await deliver(path, body)
            heard.append((path, body, answer.body))
            return answer

        hand.network._deliver = listening
        await live_through(hand, clock)
        hand.quit()
        await server.http.aclose()
    named = {"node": "app", "reference": "reference"}[kind]
    with (FOLDER / f"{named}-{release}.jsonl").open("x") as file:
        for path, body, answer in heard:
            results = json.loads(answer).get("results", []) if path == "/sync/push" else []
            exchange = Exchange(
                path=path,
                body=body.decode().replace(epoch, EPOCH),
                answers=tuple((r["status"], r.get("code")) for r in results),
            )
            file.write(msgspec.json.encode(exchange).decode() + "\n")


def main(release: str) -> None:
    for kind in KINDS:
        home = make_home("archive")
        try:
            asyncio.run(record_one(kind, release, home))
        finally:
            remove_home(home)


if __name__ == "__main__":
    main(sys.argv[1])
