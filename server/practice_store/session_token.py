"""Session tokens: what a page inside the store's admin gets to prove which shop and app it is, signed by the app's secret.

A JWT with HS256, good for a minute.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256

import msgspec

LIFE_S = 60


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """Who says what for whom; times in seconds since 1970, UTC."""

    iss: str
    dest: str
    aud: str
    sub: str
    exp: int
    nbf: int
    iat: int
    jti: str = ""
    sid: str = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    alg: str
    typ: str = "JWT"


def claims_for(domain: str, client_id: str, now_ms: int, user: int = 1) -> Claims:
    """Return the claims of a token made now."""
    now = now_ms // 1000
    return Claims(
        iss=f"https://{domain}/admin",
        dest=f"https://{domain}",
        aud=client_id,
        sub=str(user),
        exp=now + LIFE_S,
        nbf=now,
        iat=now,
    )


def signed_token(claims: Claims, secret: str) -> str:
    """Return what proves the claims: a JWT."""
    said = f"{_part(_Head(alg='HS256'))}.{_part(claims)}"
    return f"{said}.{_base64(_signature(said, secret))}"


def read_token(token: str, secret: str) -> Claims | None:
    """Return the claims of a token with a right signature; whether they hold now is for the caller to see."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        head, claims, signature = (_bytes(part) for part in parts)
        if msgspec.json.decode(head, type=_Head).alg != "HS256":
            return None
        said = f"{parts[0]}.{parts[1]}"
        if not hmac.compare_digest(signature, _signature(said, secret)):
            return None
        return msgspec.json.decode(claims, type=Claims)
    except (ValueError, msgspec.DecodeError):
        return None


def _signature(said: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), said.encode(), sha256).digest()


def _part(value: object) -> str:
    return _base64(msgspec.json.encode(value))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
