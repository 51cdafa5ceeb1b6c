"""Our check of session tokens agrees with Shopify's own library on tokens made now, good and forged."""

import msgspec
import pytest
from shopify_app import ShopifyApp

from server import clock
from server.practice_store.session_token import claims_for, signed_token
from server.shopify.grants import App
from server.shopify.oauth import NotGenuine, read_session_token

APP = App(client_id="rawana-client-id", client_secret="shpss_0123456789abcdef0123456789abcdef")
DOMAIN = "acme.myshopify.com"


def theirs(token: str) -> bool:
    app = ShopifyApp(client_id=APP.client_id, client_secret=APP.client_secret)
    request = {
        "method": "GET",
        "url": "https://rawana.example/shopify/session",
        "headers": {"Authorization": f"Bearer {token}"},
        "body": "",
    }
    return app.verify_admin_ui_ext_req(request).ok


def ours(token: str) -> bool:
    try:
        return read_session_token(token, APP, clock.now_ms()) == DOMAIN
    except NotGenuine:
        return False


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"secret": "shpss_ffffffffffffffffffffffffffffffff"}, False),
        ({"aud": "another-app"}, False),
        ({"exp": -30}, False),
        ({"exp": -5}, True),
        ({"nbf": 30}, False),
        ({"nbf": 5}, True),
    ],
)
def test_a_token_is_believed_by_both_or_by_neither(changes, good):
    """`exp` and `nbf` are seconds from now."""
    now_s = clock.now_ms() // 1000
    secret = changes.pop("secret", APP.client_secret)
    moved = {name: now_s + v if name != "aud" else v for name, v in changes.items()}
    claims = msgspec.structs.replace(
        claims_for(DOMAIN, APP.client_id, now_s * 1000), iat=now_s - 60, **moved
    )
    token = signed_token(claims, secret)
    assert (ours(token), theirs(token)) == (good, good)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_believed_by_neither(token):
    assert (ours(token), theirs(token)) == (False, False)
