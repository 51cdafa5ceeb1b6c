"""Secrets at rest: only the key opens them, only where they belong, and a new key reaches everybody."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.settings import Settings
from server.vault import KEY_FILE, Keys, Locked, Sealed, Vault, is_sealed

SECRET = "shpat_a_secret_token"


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


def vault(home: Path = Path("nowhere"), keys: str | None = None) -> Vault:
    return Vault(Keys(home, keys))


@given(st.text(), st.text(), st.text())
def test_what_was_sealed_opens_to_the_same_and_shows_nothing(shop_id, column, secret):
    sealed = vault(keys=key("a")).seal(shop_id, column, secret)
    assert is_sealed(sealed)
    assert vault(keys=key("a")).open(shop_id, column, sealed) == secret
    assert not is_sealed(secret)


def test_the_same_secret_is_never_sealed_to_the_same_text_twice():
    one = vault(keys=key("a"))
    assert one.seal("acme", "access_token", SECRET) != one.seal("acme", "access_token", SECRET)


@pytest.mark.parametrize(
    ("shop_id", "column"), [("rival", "access_token"), ("acme", "webhook_secret")]
)
def test_a_value_that_was_moved_to_another_shop_or_column_does_not_open(shop_id, column):
    one = vault(keys=key("a"))
    sealed = one.seal("acme", "access_token", SECRET)
    with pytest.raises(Locked, match="altered"):
        one.open(shop_id, column, sealed)


@given(st.data())
def test_a_value_that_was_altered_does_not_open(data):
    one = vault(keys=key("a"))
    head, body = one.seal("acme", "access_token", SECRET).rsplit(":", 1)
    raw = bytearray(base64.urlsafe_b64decode(body))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    altered = Sealed(f"{head}:{base64.urlsafe_b64encode(raw).decode()}")
    with pytest.raises(Locked):
        one.open("acme", "access_token", altered)


def test_without_its_key_a_value_says_which_key_is_missing_and_what_to_do():
    sealed = vault(keys=key("a")).seal("acme", "access_token", SECRET)
    with pytest.raises(Locked, match="not in RAWANA_SECRET_KEY: put that key back, or connect"):
        vault(keys=key("b")).open("acme", "access_token", sealed)


def test_two_keys_are_live_at_once_and_the_first_seals():
    old = vault(keys=key("a")).seal("acme", "access_token", SECRET)
    both = vault(keys=f"{key('b')} {key('a')}")
    assert both.open("acme", "access_token", old) == SECRET
    assert not both.is_current(old)
    assert both.is_current(both.seal("acme", "access_token", SECRET))


@pytest.mark.parametrize("words", ["short", "", key("a")[:-5], "!" * 44, f"{key('a')} x"])
def test_what_is_no_key_is_refused_with_the_way_to_make_one(words):
    with pytest.raises(Locked, match="openssl rand"):
        vault(keys=words or " ").seal("acme", "access_token", SECRET)


def test_the_key_is_made_at_first_use_for_the_server_alone(tmp_path):
    one = vault(tmp_path / "home")
    assert not (tmp_path / "home").exists()
    sealed = one.seal("acme", "access_token", SECRET)
    path = tmp_path / "home" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [KEY_FILE]
    assert vault(tmp_path / "home").open("acme", "access_token", sealed) == SECRET


def test_a_key_that_others_may_read_is_not_used(tmp_path):
    sealed = vault(tmp_path).seal("acme", "access_token", SECRET)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(Locked, match="chmod 600"):
        vault(tmp_path).open("acme", "access_token", sealed)


def test_a_second_process_does_not_put_its_own_key_in_place_of_the_first_ones(tmp_path):
    first, second = Keys(tmp_path), Keys(tmp_path)
    assert first.make() == second.make() == first.read()


def test_a_running_server_opens_what_was_sealed_with_a_key_made_since(tmp_path):
    running = vault(tmp_path)
    before = running.seal("acme", "access_token", SECRET)
    Keys(tmp_path).begin_new()
    since = vault(tmp_path).seal("acme", "access_token", SECRET)
    assert running.open("acme", "access_token", since) == SECRET
    assert running.open("acme", "access_token", before) == SECRET
    assert vault(tmp_path).is_current(running.seal("acme", "access_token", SECRET))


def test_settings_show_neither_key_nor_secret_when_they_are_printed():
    settings = Settings.from_environment(
        {"HOME": "/h", "RAWANA_SECRET_KEY": key("a"), "RAWANA_SHOPIFY_CLIENT_SECRET": SECRET}
    )
    assert settings.secret_key == key("a")
    assert key("a") not in f"{settings} {settings!r}"
    assert SECRET not in f"{settings} {settings!r}"


def test_a_home_that_cannot_be_written_to_is_told_of_by_name(tmp_path):
    (tmp_path / "home").write_text("a file where the home should be")
    with pytest.raises(Locked, match="secret-key can't be"):
        vault(tmp_path / "home").seal("acme", "access_token", SECRET)
