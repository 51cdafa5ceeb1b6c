"""What to do about one effect, without I/O: after looking at the store, and after a call ended.

The worker carries it out. Whoever tells a store of shipments decides by these rules, whatever its database is.
"""

from msgspec import Struct

from server.db.outbox import Claimed
from server.outbox.fulfilling import Plan, ours, plan
from server.shopify.answers import Order
from server.shopify.failures import (
    AccessDenied,
    OutcomeUnknown,
    Refused,
    ShopifyError,
    Throttled,
)
from server.shopify.operations import FulfillmentWritten
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.outcomes import EffectKind

LEASE_MS = 60_000
"""Three times the total time of one call: a living worker always ends before its lease does."""
COOL_OFF_MS = 120_000
"""After an unknown outcome nothing is sent before an old request can no longer land."""
ROUTING_WAIT_MS = 2_000
BACK_OFF_FIRST_MS = 1_000
BACK_OFF_MAX_MS = 300_000


class End(Struct, frozen=True, kw_only=True):
    """It is over: tell the outcome as news, then close the effect."""

    state: ShopifyState
    gid: str | None = None
    error: str | None = None


class Withdraw(Struct, frozen=True, kw_only=True):
    """Close it without a word: there is nothing (left) to be told."""


class Later(Struct, frozen=True, kw_only=True):
    """Try again in `wait_ms`, and leave the effect in `state` until then.

    `tells` is what people are told meanwhile: that nobody knows what became of it, or that it is tried in vain.
    """

    state: str
    wait_ms: int
    why: str
    tells: ShopifyState | None = None


class Create(Struct, frozen=True, kw_only=True):
    """Write the intent down, then create the shipment in the store."""

    plan: Plan


class FollowUp(Struct, frozen=True, kw_only=True):
    """Change the shipment that the store knows as `gid`; sending that twice does no harm."""

    gid: str


Ended = End | Withdraw | Later
Step = Ended | Create | FollowUp


def after_looking(
    effect: Claimed,
    shipment: Fulfillment,
    order: Order | None,
    others: frozenset[str],
    cool_off_ms: int = COOL_OFF_MS,
) -> Step:
    """Decide by what the store shows now; nothing is created that is there already."""
    if order is None:
        return End(state=ShopifyState.FAILED, error="The order is no longer in Shopify.")
    if effect.kind is not EffectKind.SHOPIFY_FULFILL:
        gid = ours(order, shipment, others)
        # Nothing is there to be changed: it was never told, or has been taken back already.
        return Withdraw() if gid is None else FollowUp(gid=gid)
    # The dispatch was undone meanwhile; what has reached Shopify is still found, and cancelled by its own effect.
    taken_back = shipment.shopify_state is ShopifyState.NOT_YET
    if effect.state == "pending" and taken_back:
        return Withdraw()
    planned = plan(order, shipment, others)
    if planned.found_gid is not None:
        return End(state=ShopifyState.CONFIRMED, gid=planned.found_gid)
    if planned.wait_for is not None:
        return Later(state=effect.state, wait_ms=ROUTING_WAIT_MS, why=planned.wait_for)
    if planned.impossible is not None:
        return End(state=ShopifyState.FAILED, error=planned.impossible)
    if effect.state == "sent":
        # Another worker died around its call and nothing is to be seen yet: the call may still land.
        return Later(state="unknown", wait_ms=cool_off_ms, why="The last try was cut off.")
    return Withdraw() if taken_back else Create(plan=planned)


def after_not_looking(effect: Claimed, error: ShopifyError) -> Later:
    """Looking failed and changed nothing, so the effect stands as it stood."""
    return _again(effect, effect.state, error)


def after_creating(written: FulfillmentWritten) -> End:
    """Decide by the store's answer to a create."""
    if written.fulfillment is not None:
        return End(state=ShopifyState.CONFIRMED, gid=written.fulfillment.id)
    said = "; ".join(error.message for error in written.user_errors) or "No reason was given."
    return End(state=ShopifyState.FAILED, error=said)


def after_not_creating(
    effect: Claimed, error: ShopifyError, cool_off_ms: int = COOL_OFF_MS
) -> Ended:
    """Decide about a create that brought no answer of the store's rules: can it have been carried out?"""
    match error:
        case OutcomeUnknown():
            return Later(
                state="unknown", wait_ms=cool_off_ms, why=str(error), tells=ShopifyState.UNKNOWN
            )
        case AccessDenied() | Refused():
            return End(state=ShopifyState.FAILED, error=str(error))
        case _:
            return _again(effect, "pending", error)


def after_following_up(gid: str, refusals: tuple[str, ...]) -> End:
    """Decide by the store's answer to a change."""
    state = ShopifyState.FAILED if refusals else ShopifyState.CONFIRMED
    return End(state=state, gid=gid, error="; ".join(refusals) or None)


def after_not_following_up(effect: Claimed, gid: str | None, error: ShopifyError) -> Ended:
    """Decide about a change that brought no answer of the store's rules; it may be sent again."""
    if isinstance(error, AccessDenied | Refused):
        return End(state=ShopifyState.FAILED, gid=gid, error=str(error))
    return _again(effect, "pending", error)


TOLD_AFTER = frozenset({3, 8, 20, 50})
"""Tries in vain after which people are told why: a first failure mends itself mostly, silence never does."""


def _again(effect: Claimed, state: str, error: ShopifyError) -> Later:
    wait_ms = _back_off_ms(effect, error)
    tells = None
    if effect.kind is EffectKind.SHOPIFY_FULFILL and effect.attempts in TOLD_AFTER:
        tells = ShopifyState.QUEUED if state == "pending" else ShopifyState.UNKNOWN
    return Later(state=state, wait_ms=wait_ms, why=str(error), tells=tells)


def _back_off_ms(effect: Claimed, error: ShopifyError) -> int:
    if isinstance(error, Throttled):
        return int(error.retry_after_s * 1000) + 1
    return min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS << min(effect.attempts, 10))
