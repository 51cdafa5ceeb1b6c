"""The outer shape of every answer: `data`, `errors` and `extensions.cost`, and what its errors mean."""

from __future__ import annotations

import msgspec

from server.shopify.failures import (
    AccessDenied,
    BadAnswer,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
)
from server.shopify.throttle import Cost, retry_after_s

# What decoding raises: brackets nested too deep run out of stack, ill-formed text is no UTF-8.
UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)


class ErrorCode(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The part of an error's extensions that we read."""

    code: str | None = None


class TopLevelError(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of `errors`: the request as a whole, or one field of it, failed."""

    message: str = ""
    extensions: ErrorCode | None = None

    @property
    def code(self) -> str | None:
        """E.g. THROTTLED, ACCESS_DENIED; Shopify leaves it out at times."""
        return self.extensions.code if self.extensions else None


class _Extensions(msgspec.Struct, frozen=True, kw_only=True):
    cost: Cost | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded answer whose `data` is still JSON text."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: tuple[TopLevelError, ...] = ()
    extensions: _Extensions | None = None

    @property
    def cost(self) -> Cost | None:
        """What the call cost, where the store says."""
        return self.extensions.cost if self.extensions else None

    def has_result(self) -> bool:
        """Tell whether any of the operation's own fields came back: then it ran, whatever `errors` says of parts."""
        roots = msgspec.json.decode(self.data, type=dict[str, msgspec.Raw] | None) or {}
        return any(bytes(root) != b"null" for root in roots.values())

    def failure(self) -> ShopifyError:
        """What the errors mean for an answer without a result."""
        codes = {error.code for error in self.errors}
        messages = tuple(error.message for error in self.errors)
        if "THROTTLED" in codes:
            return Throttled(retry_after_s(self.cost))
        if "INTERNAL_SERVER_ERROR" in codes:
            # Recorded with HTTP 200: the store broke in the middle, perhaps after the write.
            return OutcomeUnknown("; ".join(messages))
        if "ACCESS_DENIED" in codes:
            return AccessDenied(messages)
        return Refused(messages)


class _OneWord(msgspec.Struct, frozen=True, kw_only=True):
    """Some failures carry `errors` as one sentence instead of a list."""

    errors: str


def read_envelope(content: bytes) -> Envelope:
    """Decode an answer's outer shape.

    Raises:
        BadAnswer: it is not the API's JSON, or has neither data nor errors.
    """
    try:
        envelope = msgspec.json.decode(content, type=Envelope)
    except UNREADABLE as error:
        return _read_one_word(content, error)
    if bytes(envelope.data) == b"null" and not envelope.errors:
        raise BadAnswer("neither data nor errors")
    return envelope


def _read_one_word(content: bytes, error: Exception) -> Envelope:
    try:
        said = msgspec.json.decode(content, type=_OneWord)
    except UNREADABLE:
        raise BadAnswer(str(error)) from error
    return Envelope(errors=(TopLevelError(message=said.errors),))
