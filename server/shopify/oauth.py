"""Installing an app in a store of another organisation: where to send the merchant, and whether what comes back is genuine.

Sources: Shopify's pages on the authorization code grant and on session tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt

from server.shopify.grants import App

CALLBACK_FRESH_MS = 600_000
"""Longer than a page takes to load and two clocks are apart, shorter than what a log gives away is good for."""

LEEWAY_S = 10
"""How far two clocks may be apart for a session token, which lives a minute; Shopify's own library allows as much."""

_SIGNS = frozenset({"hmac", "signature"})
_TIMESTAMP = re.compile(r"\d{1,12}\Z")


class NotGenuine(Exception):
    """What came is not from Shopify, not for our app, or too old; the message says which, for the log."""


def authorize_url(
    admin_url: str, app: App, scopes: Iterable[str], redirect_uri: str, state: str
) -> str:
    """Return where the merchant is asked to approve the app; the answer comes to `redirect_uri` with our `state`."""
    asked = {
        "client_id": app.client_id,
        "scope": ",".join(scopes),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    return f"{admin_url}/admin/oauth/authorize?{urlencode(asked)}"


def read_callback(query: str, app: App, now: int) -> Mapping[str, str]:
    """Return the parameters of a callback that Shopify signed: code, shop, state and more.

    Raises:
        NotGenuine: a parameter was altered, added, doubled or left out, or it is old.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = dict(pairs)
    if len(asked) != len(pairs):
        raise NotGenuine("a parameter comes twice")
    if not _is_signed(asked, app.client_secret):
        raise NotGenuine("the signature does not fit")
    stamp = asked.get("timestamp", "")
    if not _TIMESTAMP.match(stamp) or abs(int(stamp) * 1000 - now) > CALLBACK_FRESH_MS:
        raise NotGenuine("it is too old, or the clocks differ")
    if not (asked.get("code") and asked.get("shop") and asked.get("state")):
        raise NotGenuine("code, shop or state is missing")
    return asked


def _is_signed(asked: Mapping[str, str], secret: str) -> bool:
    """Shopify's own libraries disagree on how what is signed is escaped; both ways tell any two queries apart."""
    offered = asked.get("hmac", "").encode("utf-8", "replace")
    signed = sorted((name, value) for name, value in asked.items() if name not in _SIGNS)
    plain = "&".join(f"{_escaped(name).replace('=', '%3D')}={_escaped(v)}" for name, v in signed)
    fits = [
        hmac.compare_digest(_digest(secret, text).encode(), offered)
        for text in (plain, urlencode(signed))
    ]
    return any(fits)


def _digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26")


def read_session_token(token: str, app: App, now: int) -> str:
    """Return the myshopify.com name of the store in whose admin somebody has the app open.

    Raises:
        NotGenuine: the token is not signed by Shopify for our app, is over or not begun, or speaks of two stores.
    """
    try:
        claims = jwt.decode(
            token,
            app.client_secret,
            algorithms=["HS256"],
            audience=app.client_id,
            options={
                "require": ["aud", "dest", "exp", "iss", "nbf"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        begins, ends = float(claims["nbf"]), float(claims["exp"])
    except (jwt.PyJWTError, TypeError, ValueError) as error:
        raise NotGenuine(f"the session token is not valid: {type(error).__name__}") from error
    # By our own clock, which tests can move, instead of the library's.
    if not begins - LEEWAY_S <= now / 1000 < ends + LEEWAY_S:
        raise NotGenuine("the session token is over, or the clocks differ")
    store, issuer = urlsplit(str(claims["dest"])), urlsplit(str(claims["iss"]))
    if store.scheme != "https" or not store.hostname or store.hostname != issuer.hostname:
        raise NotGenuine("the session token names no store")
    return store.hostname
