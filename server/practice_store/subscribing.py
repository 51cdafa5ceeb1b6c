"""What becomes of webhook subscriptions: made, changed, given up, and dropped when nobody answers."""

from __future__ import annotations

from server.practice_store.commands import DropSubscription, Subscribe, UserError
from server.practice_store.commands_marks import ChangeSubscription, Unsubscribe
from server.practice_store.metafields import full_namespace
from server.practice_store.state import State
from server.practice_store.subscriptions import WebhookSubscription, subscription_errors

_MISSING = UserError(field=("id",), message="Webhook subscription does not exist")


def subscribe(state: State, wanted: Subscribe, at_ms: int) -> WebhookSubscription | list[UserError]:
    """Make a subscription."""
    existing = list(state.subscriptions.values())
    errors = subscription_errors(
        wanted, existing, allow_local_http=state.allow_local_http, app_number=state.app.number
    )
    if errors:
        return errors
    number = state.numbers.take()
    made = WebhookSubscription(
        number=number,
        topic=wanted.topic,
        uri=wanted.uri,
        created_at=at_ms,
        updated_at=at_ms,
        name=wanted.name,
        filter=wanted.filter,
        format=wanted.format,
        include_fields=list(wanted.include_fields),
        metafield_namespaces=_namespaces(state, wanted.metafield_namespaces),
        named_metafields=list(wanted.metafields),
    )
    state.subscriptions[number] = made
    return made


def change_subscription(
    state: State, wanted: ChangeSubscription, at_ms: int
) -> WebhookSubscription | list[UserError]:
    """Change what is given of a subscription."""
    kept = state.subscriptions.get(wanted.subscription)
    if kept is None or not kept.by_api:
        return [_MISSING]
    changed = Subscribe(
        topic=kept.topic,
        uri=wanted.uri if wanted.uri is not None else kept.uri,
        name=wanted.name if wanted.name is not None else kept.name,
        filter=wanted.filter if wanted.filter is not None else kept.filter,
        format=wanted.format or kept.format,
    )
    others = [one for one in state.subscriptions.values() if one is not kept]
    errors = subscription_errors(
        changed, others, allow_local_http=state.allow_local_http, app_number=state.app.number
    )
    if errors:
        return errors
    kept.uri, kept.name, kept.filter = changed.uri, changed.name, changed.filter
    kept.format, kept.updated_at = changed.format, at_ms
    if wanted.include_fields is not None:
        kept.include_fields = list(wanted.include_fields)
    if wanted.metafield_namespaces is not None:
        kept.metafield_namespaces = _namespaces(state, wanted.metafield_namespaces)
    if wanted.metafields is not None:
        kept.named_metafields = list(wanted.metafields)
    return kept


def unsubscribe(
    state: State, wanted: Unsubscribe, at_ms: int
) -> WebhookSubscription | list[UserError]:
    """Give a subscription up; one that the app's configuration made stays."""
    del at_ms
    kept = state.subscriptions.get(wanted.subscription)
    if kept is None or not kept.by_api:
        return [_MISSING]
    return state.subscriptions.pop(kept.number)


def drop_subscription(
    state: State, wanted: DropSubscription, at_ms: int
) -> WebhookSubscription | list[UserError]:
    """Drop a subscription, as the store does when deliveries keep failing."""
    del at_ms
    return state.subscriptions.pop(wanted.subscription, None) or [UserError(message="gone")]


def _namespaces(state: State, given: tuple[str, ...]) -> list[str]:
    return [full_namespace(one, state.app.number) for one in given]
