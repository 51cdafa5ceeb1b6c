"""Every batch that a released client ever sent is still taken, and answered as it was then."""

import msgspec
import pytest

from tests.archive.recorded import EPOCH, FOLDER, prepared, read_file
from tests.server.books import findings
from tests.server.retail import Server

FILES = sorted(FOLDER.glob("*.jsonl"))


def test_both_clients_of_the_first_release_are_in_the_archive():
    assert {path.name for path in FILES} >= {"app-0.1.0.jsonl", "reference-0.1.0.jsonl"}
    for path in FILES:
        told = [answer for exchange in read_file(path) for answer in exchange.answers]
        assert {status for status, _ in told} >= {"applied", "flagged", "parked"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
async def test_what_a_released_client_sent_is_answered_as_it_was_then(server: Server, path):
    retail = await prepared(server)
    device = await retail.device("amna")
    epoch = (await device.post("/sync/hello", {})).json()["epoch"]
    for exchange in read_file(path):
        body = exchange.body.replace(EPOCH, epoch).encode()
        if exchange.path == "/sync/hello":
            # It saw another server's ledger, which is no evidence against this one.
            body = msgspec.json.encode(msgspec.json.decode(body) | {"witness": {}})
        answer = await device.post(exchange.path, body)
        if exchange.path != "/sync/push":
            assert answer.status_code in (200, 409), answer.text
            continue
        results = msgspec.json.decode(answer.content).get("results", [])
        assert tuple((r["status"], r.get("code")) for r in results) == exchange.answers
    assert await findings(retail) == []
