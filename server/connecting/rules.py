"""What is wrong with a connection, by what was seen of it. Pure: looking and mending are in checking.py."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from server.db.privacy import PrivacyRequest
from server.shopify.needs import NOTHING_WITHOUT, missing_scopes
from server.shopify.shop_answers import OrderContact, WebhookSubscription

CURRENCY = "PKR"
CLOCK_OFF_MS = 60_000
"""A session token lives one minute, and Shopify's Date header counts whole seconds."""

TOKEN_ENDS_SOON_MS = 14 * 86_400_000


class Weight(StrEnum):
    """How bad: work stops, something is missing or wrong, or it is only worth knowing."""

    STOPS = "stops"
    WRONG = "wrong"
    NOTE = "note"


class FindingCode(StrEnum):
    """What can be found. Words for each are in wording.py for commands, and in the app for the desk."""

    SECRETS_LOCKED = "secrets_locked"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - not a secret
    STORE_SILENT = "store_silent"
    OTHER_STORE = "other_store"
    SCOPE_MISSING = "scope_missing"
    VERSION_FELL = "version_fell"
    CUSTOMERS_HIDDEN = "customers_hidden"
    WEBHOOKS_NOWHERE = "webhooks_nowhere"
    WEBHOOKS_MADE = "webhooks_made"
    WEBHOOKS_MENDED = "webhooks_mended"
    WEBHOOK_REFUSED = "webhook_refused"
    OTHER_CURRENCY = "other_currency"
    TOKEN_ENDS = "token_ends"  # noqa: S105 - not a secret
    CLOCK_OFF = "clock_off"
    PRIVACY_REQUEST = "privacy_request"


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that was found. `about` fills the words in: a scope, topics, names, numbers; each code has its own order."""

    code: FindingCode
    weight: Weight
    about: tuple[str, ...] = ()


class Seen(Struct, frozen=True, kw_only=True):
    """What a look at the store showed. `ahead_ms`: how far its clock is ahead of ours, None where it did not say."""

    domain: str
    currency: str
    scopes: frozenset[str]
    asked_version: str
    answered_version: str | None
    ahead_ms: int | None
    contacts: tuple[OrderContact, ...]


class Expected(Struct, frozen=True, kw_only=True):
    """What our side knows: the shop's store, when it must be connected anew (epoch ms), if ever, and what it is told."""

    domain: str
    token_ends_at: int | None
    now: int
    tells_stock: bool = False


class Mending(Struct, frozen=True, kw_only=True):
    """What must be done about subscriptions: topics to subscribe to, and which to send elsewhere (id and topic)."""

    make: tuple[str, ...]
    mend: tuple[tuple[str, str], ...]


class Mended(Struct, frozen=True, kw_only=True):
    """What was done about subscriptions; `refused` are topics with the store's words."""

    made: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def findings_of(seen: Seen, expected: Expected) -> tuple[Finding, ...]:
    """Return what is wrong, the worst first."""
    found = [
        *_about_the_store(seen, expected),
        *_about_scopes(seen.scopes, tells_stock=expected.tells_stock),
        *_about_customers(seen.contacts),
        *_about_time(seen, expected),
    ]
    return tuple(sorted(found, key=lambda one: list(Weight).index(one.weight)))


def _about_the_store(seen: Seen, expected: Expected) -> Iterable[Finding]:
    if seen.domain != expected.domain:
        yield Finding(
            code=FindingCode.OTHER_STORE,
            weight=Weight.STOPS,
            about=(seen.domain, expected.domain),
        )
    if seen.currency != CURRENCY:
        yield Finding(
            code=FindingCode.OTHER_CURRENCY, weight=Weight.STOPS, about=(seen.currency, CURRENCY)
        )
    answered = seen.answered_version
    if answered is not None and answered != seen.asked_version:
        yield Finding(
            code=FindingCode.VERSION_FELL,
            weight=Weight.WRONG,
            about=(seen.asked_version, answered),
        )


def _about_scopes(granted: frozenset[str], *, tells_stock: bool) -> Iterable[Finding]:
    for scope in missing_scopes(granted, tells_stock=tells_stock):
        weight = Weight.STOPS if scope in NOTHING_WITHOUT else Weight.WRONG
        yield Finding(code=FindingCode.SCOPE_MISSING, weight=weight, about=(scope,))


def _about_customers(contacts: tuple[OrderContact, ...]) -> Iterable[Finding]:
    """One order may lack a name, a phone and a street by itself; that all recent ones do is the plan's or approval's doing."""
    telling = [hidden for one in contacts if (hidden := one.is_hidden) is not None]
    if telling and all(telling):
        yield Finding(
            code=FindingCode.CUSTOMERS_HIDDEN, weight=Weight.WRONG, about=(str(len(telling)),)
        )


def _about_time(seen: Seen, expected: Expected) -> Iterable[Finding]:
    ends_at = expected.token_ends_at
    if ends_at is not None and ends_at - expected.now < TOKEN_ENDS_SOON_MS:
        days = max(0, (ends_at - expected.now) // 86_400_000)
        yield Finding(code=FindingCode.TOKEN_ENDS, weight=Weight.WRONG, about=(str(days),))
    if seen.ahead_ms is not None and abs(seen.ahead_ms) > CLOCK_OFF_MS:
        seconds = -seen.ahead_ms // 1000
        yield Finding(code=FindingCode.CLOCK_OFF, weight=Weight.WRONG, about=(str(seconds),))


def mending_of(there: Iterable[WebhookSubscription], topics: Iterable[str], url: str) -> Mending:
    """Return how to bring the subscriptions to `topics` at `url`.

    One that tells of a wanted topic at another address, or not in JSON, is sent to ours; a topic that is told to us and to
    somebody else as well is left as it is.
    """
    make: list[str] = []
    mend: list[tuple[str, str]] = []
    subscriptions = list(there)
    for topic in topics:
        of_topic = [one for one in subscriptions if one.topic == topic]
        if any(_is_right(one, url) for one in of_topic):
            continue
        if of_topic:
            mend.append((of_topic[0].id, topic))
        else:
            make.append(topic)
    return Mending(make=tuple(make), mend=tuple(mend))


def _is_right(one: WebhookSubscription, url: str) -> bool:
    return one.uri == url and one.format in (None, "JSON")


def findings_of_mending(mended: Mended) -> tuple[Finding, ...]:
    """Return what is worth telling about it."""
    found = [
        Finding(code=FindingCode.WEBHOOK_REFUSED, weight=Weight.WRONG, about=refused)
        for refused in mended.refused
    ]
    if mended.made:
        found.append(Finding(code=FindingCode.WEBHOOKS_MADE, weight=Weight.NOTE, about=mended.made))
    if mended.mended:
        found.append(
            Finding(code=FindingCode.WEBHOOKS_MENDED, weight=Weight.NOTE, about=mended.mended)
        )
    return tuple(found)


def findings_of_privacy(asked: Iterable[PrivacyRequest]) -> tuple[Finding, ...]:
    """Return what the store asks of the owner for its customers' sake."""
    return tuple(
        Finding(
            code=FindingCode.PRIVACY_REQUEST,
            weight=Weight.WRONG,
            about=(one.topic.value, one.id, ", ".join(one.order_ids) or "-"),
        )
        for one in asked
    )
