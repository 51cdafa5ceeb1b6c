"""What every answer carries, and what is asked before a server is trusted with work."""

import pytest

SAFE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}


async def test_a_living_server_says_so_and_a_ready_one_names_its_epoch(server):
    live, ready = await server.http.get("/healthz"), await server.http.get("/readyz")
    assert live.json() == {"status": "ok"}
    assert ready.json()["epoch"] == ready.headers["rawana-epoch"]


@pytest.mark.parametrize("path", ["/healthz", "/sync/pull", "/auth/enrol", "/nowhere", "/"])
async def test_every_answer_carries_the_epoch_and_the_safety_headers(server, path):
    for answer in (await server.http.get(path), await server.post(path, {})):
        assert answer.status_code < 500
        assert answer.headers["rawana-epoch"]
        assert SAFE.items() <= dict(answer.headers).items()


async def test_what_is_told_to_one_device_is_kept_by_no_cache(retail):
    device = await retail.device("amna")
    for path in ("/sync/hello", "/sync/push", "/sync/pull", "/sync/offer"):
        assert (await device.post(path, {})).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/sync/nowhere", 404),
        ("GET", "/sync/push", 405),
        ("PUT", "/sync/push", 405),
        ("DELETE", "/auth/login", 405),
        ("GET", "/webhooks/shopify", 405),
    ],
)
async def test_a_wrong_door_is_named_as_a_problem(server, method, path, status):
    answer = await server.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_large_answers_travel_compressed(retail):
    device = await retail.device("saad")
    for encoding in ("gzip", "br"):
        answer = await device.post("/sync/pull", {}, Accept_Encoding=encoding)
        assert answer.headers["content-encoding"] == encoding
        assert answer.json()["patches"]
