"""Webhook signatures: base64 of HMAC-SHA256 over the raw body, keyed with the app's client secret.

Source: Shopify's webhook documentation, header `X-Shopify-Hmac-Sha256`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(secret: str, body: bytes) -> str:
    """Return the header value for `body`, exactly as it goes over the wire."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def is_signed(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Tell whether `header` signs the raw `body` with any of `secrets` (two are valid while one is being rotated).

    Every secret is tried, each in constant time, so the answer's timing tells neither how much of a forged header was
    right nor which secret fits. An empty secret never fits: it would let anybody sign.
    """
    if not header:
        return False
    offered = header.encode("utf-8", "replace")
    fits = [
        hmac.compare_digest(sign(secret, body).encode(), offered) for secret in secrets if secret
    ]
    return any(fits)
