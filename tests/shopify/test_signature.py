import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.signature import is_signed, sign

BODY = b'{"id":820982911946154508,"note":"\xd8\xac\xd9\x84\xd8\xaf\xdb\x8c"}'
# printf '%s' "$BODY" | openssl dgst -sha256 -hmac hush -binary | base64
BY_OPENSSL = "wEOf+K6CTXp71BdHkL3lBtYdTM7n2zX84uc7DD4mdyU="


def hmac_by_hand(key: bytes, body: bytes) -> str:
    """HMAC as RFC 2104 defines it, without the library that the product uses."""
    padded = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + body).digest()
    return base64.b64encode(
        hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()
    ).decode()


def test_a_signature_is_the_one_that_openssl_computes():
    assert sign("hush", BODY) == BY_OPENSSL


@given(secret=st.text(min_size=1), body=st.binary())
def test_a_signature_is_hmac_sha256_of_the_raw_bytes_in_base64(secret, body):
    assert sign(secret, body) == hmac_by_hand(secret.encode(), body)
    assert is_signed(body, sign(secret, body), [secret])


def test_a_body_changed_in_any_one_byte_is_not_signed():
    header = sign("hush", BODY)
    for place in range(len(BODY)):
        changed = BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :]
        assert not is_signed(changed, header, ["hush"])


def test_space_that_json_does_not_care_about_breaks_the_signature():
    assert not is_signed(BODY + b" ", sign("hush", BODY), ["hush"])


@pytest.mark.parametrize(
    "header", [None, "", "?", "جلدی", sign("hush", BODY)[:-1], sign("hush", BODY) + "="]
)
def test_a_missing_or_malformed_header_signs_nothing(header):
    assert not is_signed(BODY, header, ["hush"])


def test_while_a_secret_is_rotated_both_secrets_sign():
    assert is_signed(BODY, sign("old", BODY), ["new", "old"])
    assert is_signed(BODY, sign("new", BODY), ["new", "old"])
    assert not is_signed(BODY, sign("older", BODY), ["new", "old"])


def test_without_a_secret_nobody_can_sign():
    assert not is_signed(BODY, sign("hush", BODY), [])
    assert not is_signed(BODY, sign("", BODY), [""])
