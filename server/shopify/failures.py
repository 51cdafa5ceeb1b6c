"""How a call to the Admin API can fail, told apart by what the store may have done.

A sender with a write to repeat must know one thing: can the store have carried it out? `NotSent`, `Throttled`,
`Unauthorized`, `AccessDenied` and `Refused` mean no. `OutcomeUnknown` (with `BadAnswer` under it) means: look in the
store before sending again.
"""

from __future__ import annotations


class ShopifyError(Exception):
    """Any failed call to the Admin API."""


class NotSent(ShopifyError):
    """The request did not reach the store: the name did not resolve or no connection came about."""


class OutcomeUnknown(ShopifyError):
    """The request may have been carried out: no answer in time, a broken connection, or a fault in the store."""


class BadAnswer(OutcomeUnknown):
    """An answer came that is not the API's: not JSON, too large, a redirect, or of an unexpected shape."""


class Throttled(ShopifyError):
    """The store's rate limit refused the call before running it; `retry_after_s` is when it will have room."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"throttled; try again in {retry_after_s:.1f} s")
        self.retry_after_s = retry_after_s


class Unauthorized(ShopifyError):
    """The access token is not (or no longer) valid for this store."""


class AccessDenied(ShopifyError):
    """The token lacks a scope or approval; `missing` holds Shopify's own sentences saying which."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("; ".join(missing))
        self.missing = missing


class Refused(ShopifyError):
    """The store rejected the request as a whole: our document or variables are wrong, or the API changed."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
