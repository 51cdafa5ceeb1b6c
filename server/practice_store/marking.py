"""Tags and metafields: what apps note on orders, customers and products."""

from __future__ import annotations

from collections.abc import Iterable

from server.practice_store.catalogue import Product
from server.practice_store.commands import ElementError, UserError
from server.practice_store.commands_marks import ChangeTags, SetMetafields, WantedMetafield
from server.practice_store.customers import Customer
from server.practice_store.identity import number_of
from server.practice_store.metafield_values import wrong_value
from server.practice_store.metafields import Metafield, full_namespace
from server.practice_store.orders import Order
from server.practice_store.state import State

MOST_AT_ONCE = 25
RESERVED = frozenset({"shopify_standard", "protected", "shopify-l10n-fields"})
Tagged = Order | Customer | Product


def change_tags(state: State, wanted: ChangeTags, at_ms: int) -> Tagged | list[UserError]:
    """Merge tags in: another spelling of one that is there is the same one. Taking off goes by the exact spelling (recorded)."""
    subject = owner_of(state, wanted.subject)
    if subject is None:
        kind = wanted.subject.split("/")[3]
        return [UserError(field=("id",), message=f"{kind} does not exist")]
    tags = [one for one in subject.tags if one not in set(_single(wanted.remove))]
    known = {one.lower() for one in tags}
    for one in _single(wanted.add):
        if one.lower() not in known:
            known.add(one.lower())
            tags.append(one)
    tags.sort(key=str.lower)
    if tags != subject.tags:
        subject.tags[:] = tags
        if isinstance(subject, Order):
            subject.touch(at_ms)
            state.announce("ORDERS_UPDATED", subject, at_ms)
    return subject


def _single(tags: Iterable[str]) -> list[str]:
    """Tags may come several in one text, with commas between."""
    return [one.strip() for text in tags for one in text.split(",") if one.strip()]


def owner_of(state: State, gid: str) -> Tagged | None:
    """Return the order, customer or product with that gid."""
    if number := number_of(gid, "Order"):
        return state.orders.get(number)
    if number := number_of(gid, "Customer"):
        return state.customers.get(number)
    if number := number_of(gid, "Product"):
        products = (one.product for one in state.variants.values())
        return next((one for one in products if one.number == number), None)
    return None


def set_metafields(
    state: State, wanted: SetMetafields, at_ms: int
) -> tuple[Metafield, ...] | list[UserError]:
    """Set values, each if it is still what the caller read; all or none."""
    errors: list[UserError] = [
        ElementError(
            field=("metafields", str(place), *field),
            message=message,
            code=code,
            element_index=element[0] if element else None,
        )
        for place, one in enumerate(wanted.wanted)
        for field, message, code, *element in _refusals(state, one)
    ]
    if len(wanted.wanted) > MOST_AT_ONCE:
        message = f"Exceeded the maximum metafields input limit of {MOST_AT_ONCE}."
        errors = [
            ElementError(field=("metafields",), message=message, code="LESS_THAN_OR_EQUAL_TO")
        ]
    if errors:
        return errors
    return tuple(_set(state, one, at_ms) for one in wanted.wanted)


def _set(state: State, wanted: WantedMetafield, at_ms: int) -> Metafield:
    owner = owner_of(state, wanted.owner)
    assert owner is not None
    place = (full_namespace(wanted.namespace, state.app.number), wanted.key)
    kept = owner.metafields_kept.get(place)
    if kept is None:
        kept = Metafield(
            number=state.numbers.take(),
            namespace=place[0],
            key=wanted.key,
            type=wanted.type or "",
            value=wanted.value,
            created_at=at_ms,
            updated_at=at_ms,
        )
        owner.metafields_kept[place] = kept
    kept.type = wanted.type or kept.type
    kept.value = wanted.value
    kept.updated_at = at_ms
    return kept


# Field, message and code; of a list value also which element is wrong.
Refusal = (
    tuple[tuple[str, ...], str, str | None] | tuple[tuple[str, ...], str, str | None, int | None]
)


def _refusals(state: State, wanted: WantedMetafield) -> Iterable[Refusal]:
    owner = owner_of(state, wanted.owner)
    namespace = full_namespace(wanted.namespace, state.app.number)
    if owner is None:
        yield ("ownerId",), "Owner does not exist.", "INVALID"
        return
    if namespace in RESERVED:
        yield ("namespace",), f"Namespace {namespace} is a reserved namespace", None
        return
    lengths = (("namespace", namespace, 3, 255), ("key", wanted.key, 2, 64))
    short_or_long = [
        ((name,), *said)
        for name, text, least, most in lengths
        if (said := _length(name, text, least, most)) is not None
    ]
    yield from short_or_long
    kept = owner.metafields_kept.get((namespace, wanted.key))
    kind = wanted.type or (kept.type if kept else None)
    if kind is None:
        yield ("type",), "Type can't be blank", "BLANK"
    else:
        wrong = wrong_value(
            kind,
            wanted.value,
            currency=state.shop.currency_code,
            exists=lambda gid: owner_of(state, gid) is not None,
        )
        if wrong is not None:
            yield ("value",), f"Value {wrong.why}", "INVALID_VALUE", wrong.element
    if wanted.compared and wanted.digest != (kept.compare_digest if kept else None):
        message = "The resource has been updated since it was loaded. Try again with an updated `compareDigest` value."
        yield (), message, "STALE_OBJECT"


def _length(name: str, text: str, least: int, most: int) -> tuple[str, str] | None:
    named = name.capitalize()
    if len(text) < least:
        return f"{named} is too short (minimum is {least} characters)", "TOO_SHORT"
    if len(text) > most:
        return f"{named} is too long (maximum is {most} characters)", "TOO_LONG"
    return None
