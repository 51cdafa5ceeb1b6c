"""Enrolling a phone, signing in at a desk, leaving."""

import asyncio

import pytest

from server.accounts.credentials import hash_password
from server.db import shops
from sync_protocol.ids import StaffId
from sync_protocol.shop import Role, Staff
from tests.server.books import rows_of
from tests.server.retail import PASSWORD, Retail

PHONE = {"device_name": "phone", "want": "token"}


@pytest.fixture
async def desk(retail: Retail) -> Retail:
    """A shop whose supervisor Sara signs in with a password."""
    sara = Staff(id=StaffId("sara"), name="Sara", role=Role.SUPERVISOR)
    async with retail.server.database.transaction() as connection:
        await shops.create_staff(
            connection,
            retail.id,
            sara,
            login="Sara@Acme",
            password_hash=hash_password(PASSWORD),
            now=retail.server.clock(),
        )
    return retail


async def test_a_code_lets_one_device_in_and_names_its_person_and_streams(retail):
    code = await retail.code("amna")
    answer = await retail.server.post("/auth/enrol", PHONE | {"code": code})
    told = answer.json()
    assert answer.status_code == 200
    assert told["staff"]["id"] == "amna"
    assert told["streams"][0] == "shop"
    assert f"device/{told['device_id']}" in told["streams"]
    assert (await retail.server.post("/sync/pull", {}, told["token"])).status_code == 200


async def test_a_code_is_taken_as_people_type_it(retail):
    code = await retail.code("amna")
    typed = f" {code[:5].lower()}-{code[5:].replace('0', 'o').replace('1', 'i')} "
    answer = await retail.server.post("/auth/enrol", PHONE | {"code": typed})
    assert answer.status_code == 200


async def test_a_wrong_a_used_and_an_expired_code_are_refused_alike(retail):
    used, expired = await retail.code("amna"), await retail.code("amna", life_ms=1_000)
    assert (await retail.server.post("/auth/enrol", PHONE | {"code": used})).status_code == 200
    retail.server.clock.pass_ms(2_000)
    answers = [
        await retail.server.post("/auth/enrol", PHONE | {"code": code})
        for code in (used, expired, "ABCDEFGHJK")
    ]
    assert [a.status_code for a in answers] == [403] * 3
    assert len({a.json()["detail"] for a in answers}) == 1
    assert "code" in answers[0].json()["detail"]


async def test_two_phones_at_once_with_one_code_let_one_in(retail):
    code = await retail.code("amna")
    answers = await asyncio.gather(
        *(retail.server.post("/auth/enrol", PHONE | {"code": code}) for _ in range(5))
    )
    assert sorted(a.status_code for a in answers) == [200, 403, 403, 403, 403]


@pytest.mark.parametrize("door", ["enrol", "login"])
async def test_whoever_guesses_too_often_must_wait_and_is_told_how_long(desk, door):
    wrong = PHONE | (
        {"code": "ABCDEFGHJK"} if door == "enrol" else {"login": "sara@acme", "password": "guess"}
    )
    answers = [await desk.server.post(f"/auth/{door}", wrong) for _ in range(12)]
    assert [a.status_code for a in answers] == [403] * 10 + [429] * 2
    wait_s = int(answers[-1].headers["retry-after"])
    assert 0 < wait_s <= 60
    assert answers[-1].json()["retry_after_ms"] == wait_s * 1_000
    code = await desk.code("amna")
    right = PHONE | (
        {"code": code} if door == "enrol" else {"login": "sara@acme", "password": PASSWORD}
    )
    assert (await desk.server.post(f"/auth/{door}", right)).status_code == 429
    desk.server.clock.pass_ms(wait_s * 1_000)
    assert (await desk.server.post(f"/auth/{door}", right)).status_code == 200


async def test_right_codes_are_never_counted_against_an_address(retail):
    for _ in range(15):
        answer = await retail.server.post(
            "/auth/enrol", PHONE | {"code": await retail.code("amna")}
        )
        assert answer.status_code == 200


async def test_a_person_signs_in_with_login_and_password(desk):
    wanted = PHONE | {"login": "SARA@acme", "password": PASSWORD}
    answer = await desk.server.post("/auth/login", wanted)
    assert answer.status_code == 200
    assert answer.json()["staff"]["name"] == "Sara"
    assert "desk" in answer.json()["streams"]


async def test_a_wrong_password_and_an_unknown_login_are_refused_alike(desk):
    answers = [
        await desk.server.post("/auth/login", PHONE | {"login": login, "password": "guess"})
        for login in ("sara@acme", "nobody@acme")
    ]
    assert [a.status_code for a in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()


async def test_a_browser_gets_a_cookie_that_no_script_and_no_other_site_can_use(retail):
    wanted = {"device_name": "desk", "want": "cookie", "code": await retail.code("saad")}
    answer = await retail.server.post("/auth/enrol", wanted)
    assert "token" not in answer.json()
    cookie = answer.headers["set-cookie"]
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("rawana_device=")
    assert {"httponly", "samesite=strict", "path=/"} <= flags
    value = cookie.split(";")[0]
    retail.server.http.cookies.clear()
    answer = await retail.server.post("/sync/pull", {}, Cookie=value)
    assert answer.status_code == 200


async def test_over_https_the_cookie_is_bound_to_this_host(retail):
    wanted = {"device_name": "desk", "want": "cookie", "code": await retail.code("saad")}
    answer = await retail.server.http.post("https://rawana.test/auth/enrol", json=wanted)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-rawana_device=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()


async def test_a_page_of_another_site_gets_nothing(retail):
    device = await retail.device("amna")
    code = await retail.code("amna")
    evil = {"Origin": "https://evil.example"}
    answers = [
        await retail.server.post("/auth/enrol", PHONE | {"code": code}, **evil),
        await retail.server.post("/auth/login", PHONE | {"login": "sara", "password": "x"}, **evil),
        await device.post("/sync/pull", {}, **evil),
        await device.post("/sync/push", device.body([]), **evil),
        await device.post("/auth/logout", {}, **evil),
        await device.post("/sync/pull", {}, Origin="null"),
    ]
    assert [a.status_code for a in answers] == [403] * 6
    assert (await device.post("/sync/pull", {}, Origin="http://rawana.test")).status_code == 200
    assert (await retail.server.post("/auth/enrol", PHONE | {"code": code})).status_code == 200


async def test_without_a_credential_or_with_a_wrong_one_nobody_gets_in_but_everybody_learns_the_epoch(
    retail,
):
    device = await retail.device("amna")
    for path in ("hello", "push", "pull", "offer"):
        for token in (None, "rwn_wrong", "wrong", "", device.token[:-1]):
            answer = await retail.server.post(f"/sync/{path}", {}, token)
            assert answer.status_code == 401
            assert answer.json()["epoch"] == answer.headers["rawana-epoch"]
            assert "problem" not in answer.json()


async def test_after_logging_out_the_device_is_told_that_it_was_revoked(retail):
    device = await retail.device("amna")
    assert (await device.post("/auth/logout", {})).status_code == 200
    for path in ("/sync/hello", "/sync/push", "/sync/pull", "/sync/offer", "/auth/logout"):
        answer = await device.post(path, {})
        assert (answer.status_code, answer.json()["problem"]) == (401, "revoked")


async def test_a_phone_that_was_logged_out_elsewhere_hands_over_what_it_held_and_stops(retail):
    held = await retail.phone("amna")
    await held.phone.sync()
    op = held.phone.record("confirm", {"order_id": "900"})
    await retail.server.post("/auth/logout", {}, held.token)
    assert await held.phone.sync() == "stopped"
    (kept,) = await rows_of(retail, "SELECT status, code FROM op WHERE id = $1", op)
    assert (kept["status"], kept["code"]) == ("parked", "revoked")


async def test_somebody_who_left_can_neither_enrol_nor_work_on(desk):
    device, code = await desk.device("amna"), await desk.code("amna")
    await rows_of(desk, "UPDATE staff SET active = false WHERE id IN ('amna', 'sara')")
    assert (await desk.server.post("/auth/enrol", PHONE | {"code": code})).status_code == 403
    login = PHONE | {"login": "sara@acme", "password": PASSWORD}
    assert (await desk.server.post("/auth/login", login)).status_code == 403
    assert (await device.post("/sync/pull", {})).status_code == 401


async def test_no_secret_is_stored_as_it_is(desk):
    code = await desk.code("amna")
    device = await desk.device("amna")
    await desk.server.post("/auth/login", PHONE | {"login": "sara@acme", "password": PASSWORD})
    for table in ("enrol_code", "device", "staff", "stream_row", "op"):
        kept = str(await rows_of(desk, f"SELECT t::text FROM {table} t"))
        assert code not in kept
        assert device.token not in kept
        assert PASSWORD not in kept
        assert table == "staff" or "argon2" not in kept
