"""Reading a field of the schema off the store's own objects."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from functools import cache
from keyword import iskeyword
from typing import Any, NamedTuple

import msgspec
from graphql import GraphQLResolveInfo, get_named_type, is_leaf_type
from graphql.type import GraphQLOutputType

from server.practice_store.access import refuse_without_scope
from server.practice_store.asked import IncompleteInputError, InvalidIdError, InvalidInputError
from server.practice_store.connections import Listing, Window, WindowError, connect, connect_all
from server.practice_store.cost import CONNECTION_POINTS, FREE_TYPES
from server.practice_store.customer_data import CustomerData, instead_of, is_hidden
from server.practice_store.graphql_errors import coded
from server.practice_store.idempotency import KeyedCall, KeyMissingError, keyed_call
from server.practice_store.money import graphql_amount
from server.practice_store.search import UnknownSearchError, WrongFilterError
from server.practice_store.timestamps import graphql_time

WINDOW = frozenset(Window.__struct_fields__)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


UnderKey = Callable[[KeyedCall | None], AbstractContextManager[None]]


class Meter:
    """Counts what a run really touched, which is what it is charged for. A `whole` run reads connections without a window.

    `granted` and `customer_data` are what the app may see; `under_key` is what a mutation is carried out within.
    """

    def __init__(
        self,
        points: int,
        *,
        whole: bool = False,
        granted: frozenset[str] | None = None,
        customer_data: CustomerData = "shown",
        under_key: UnderKey | None = None,
    ) -> None:
        self.points = points
        self.whole = whole
        self.granted = granted
        self.customer_data = customer_data
        self.under_key = under_key or contextlib.nullcontext


def resolve_field(source: object, info: GraphQLResolveInfo[Any], **arguments: object) -> object:
    """Read a field: the attribute of its name in snake case, called if it takes arguments, paged if it is a connection."""
    parent = info.parent_type.name
    asked = _asked(parent, info.field_name, info.return_type)
    given = {_snake(key): value for key, value in arguments.items()} if arguments else {}
    window = _window(given) if asked.paged else None
    asking: Meter = info.context
    refuse_without_scope(parent, info.field_name, asked.held, asking.granted)
    if asking.customer_data != "shown" and is_hidden(parent, info.field_name):
        return instead_of(parent, info.field_name, asking.customer_data)
    try:
        value = _read(source, asked.attribute, info)
        if callable(value):
            value = _called(value, info, given)
        if window is not None:
            assert isinstance(value, _LISTED)
            value = connect_all(value) if asking.whole else connect(value, window)
    except (WindowError, WrongFilterError) as error:
        raise coded(str(error), "BAD_REQUEST") from error
    except (UnknownSearchError, InvalidInputError) as error:
        raise coded(str(error), "BAD_USER_INPUT") from error
    except (KeyMissingError, IncompleteInputError) as error:
        raise coded(str(error), error.code) from error
    except InvalidIdError as error:
        raise coded(str(error) or "invalid id", "RESOURCE_NOT_FOUND") from error
    if asked.is_leaf:
        return _written(asked.held, value)
    if value is not None and asked.held not in FREE_TYPES:
        _count(asking, info, value, paged=asked.paged)
    return value


def _called(
    method: Callable[..., object], info: GraphQLResolveInfo[Any], given: dict[str, object]
) -> object:
    """Call a method of ours; a mutation's under the key that it was sent with."""
    if info.parent_type.name != "Mutation":
        return method(**given)
    with info.context.under_key(keyed_call(info, given)):
        return method(**given)


class _Asked(NamedTuple):
    """What is the same each time a field is read: the attribute it is, the name of the type it holds, and of what kind."""

    attribute: str
    held: str
    paged: bool
    is_leaf: bool


_KNOWN: dict[tuple[str, str], _Asked] = {}
_LISTED = (Listing, list)


def _asked(parent: str, field: str, kind: GraphQLOutputType) -> _Asked:
    """An export reads a few fields a million times: what they are is looked up once."""
    known = _KNOWN.get((parent, field))
    if known is None:
        held = get_named_type(kind)
        known = _Asked(
            attribute=_snake(field),
            held=held.name,
            paged=held.name.endswith("Connection"),
            is_leaf=is_leaf_type(held),
        )
        _KNOWN[(parent, field)] = known
    return known


def _window(given: dict[str, object]) -> Window:
    """Take the window's arguments out of all that a connection was given."""
    asked = {key: given.pop(key) for key in WINDOW & given.keys()}
    return msgspec.convert(asked, Window)


def concrete_type(value: object, *_place: object) -> str:
    """Name the object type behind an interface; a class says so where its own name is not the type's."""
    return str(getattr(value, "concrete_type", type(value).__name__))


def _read(source: object, name: str, info: GraphQLResolveInfo[Any]) -> object:
    """Read an attribute; a class may say that the API's name for one is not its own."""
    if isinstance(source, dict):
        return source[name]
    try:
        return getattr(source, getattr(source, "shown_as", {}).get(name, name))
    except AttributeError:
        where = f"{info.parent_type.name}.{info.field_name}"
        raise coded(f"the practice store does not model {where}", "NOT_MODELLED") from None


def _count(meter: Meter, info: GraphQLResolveInfo[Any], value: object, *, paged: bool) -> None:
    if info.parent_type.name == "Mutation" or info.parent_type.name.endswith("Payload"):
        return
    if paged:
        meter.points += CONNECTION_POINTS
    elif info.field_name in {"nodes", "node"} and info.parent_type.name.endswith(
        ("Connection", "Edge")
    ):
        meter.points += len(value) if isinstance(value, list) else 1
    elif info.field_name != "edges":
        meter.points += 1


@cache
def _snake(name: str) -> str:
    snake = _HUMP.sub("_", name).lower()
    return f"{snake}_" if iskeyword(snake) else snake


def _written(type_name: str, value: object) -> object:
    """Write a leaf as the API does: times of ours are integers, amounts Decimal, big numbers text."""
    match type_name, value:
        case "DateTime", int():
            return graphql_time(value)
        case "Decimal" | "Money", Decimal():
            return graphql_amount(value)
        case "UnsignedInt64", int():
            return str(value)
        case _:
            return value
