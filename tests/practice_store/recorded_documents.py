"""Documents for recorded steps that name theirs instead of holding it: drawn up from what was given and answered.

An answer's aliased fields cannot be told from it, so they are taken out of it.
"""

import re
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

from server.practice_store.idempotency import NEED_A_KEY


class DrawnUp(NamedTuple):
    """A document, its variables, and what of the answer it asks for."""

    query: str
    variables: dict[str, Any]
    data: dict[str, Any]


def drawn_up(
    schema: GraphQLSchema, variables: dict[str, Any], data: dict[str, Any]
) -> DrawnUp | None:
    """Return the document that could have been answered with `data`; None where the variables do not tell enough."""
    root = next(iter(data), "")
    if len(data) != 1:
        return None
    word, held = next(
        (
            (word, one)
            for word, one in (("mutation", schema.mutation_type), ("query", schema.query_type))
            if one is not None and root in one.fields
        ),
        ("", None),
    )
    if held is None:
        return None
    field = held.fields[root]
    given = _as_arguments(field, variables)
    if given is None:
        return None
    selection, kept = _selected(data[root], field)
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    passed = ", ".join(f"{name}: ${name}" for name in given)
    head = f"{word} DrawnUp({declared})" if declared else f"{word} DrawnUp"
    call = f"{root}({passed})" if passed else root
    return DrawnUp(f"{head} {{ {call} {selection} }}", given, {root: kept})


def with_key(query: str, data: dict[str, Any] | None, key: str) -> str:
    """Return a document of before keys were needed with one, where the recorded store carried it out."""
    for root in NEED_A_KEY & (data or {}).keys():
        if "@idempotent" not in query and (data or {})[root] is not None:
            pattern = rf"\b({root}\s*\((?:[^()]|\([^()]*\))*\))"
            query = re.sub(pattern, rf'\1 @idempotent(key: "{key}")', query, count=1)
    return query


def _as_arguments(field: GraphQLField, variables: dict[str, Any]) -> dict[str, Any] | None:
    """The variables by the names of the field's arguments; a lone one that ends in Id is the id."""
    given = {name: one for name, one in variables.items() if name != "idempotencyKey"}
    if set(field.args) == {"id"} and len(given) == 1 and "id" not in given:
        [(name, value)] = given.items()
        given = {"id": value} if name.endswith("Id") else given
    if not given.keys() <= field.args.keys():
        return None
    required = {name for name, one in field.args.items() if is_required_argument(one)}
    return given if required <= given.keys() else None


def _selected(value: Any, field: GraphQLField) -> tuple[str, Any]:
    """The selection that could have given `value`, and what of `value` it gives."""
    held = get_named_type(field.type)
    if not is_composite_type(held):
        return "", value
    if value == [] and field_is_of_errors(held):
        return "{ field message }", value
    if isinstance(value, list):
        merged: dict[str, Any] = {}
        for one in value:
            merged |= {key: kept for key, kept in (one or {}).items() if kept not in (None, [])}
            merged = {**(one or {}), **merged}
        selection, _ = _selected(merged, field)
        names = {key for key in merged if isinstance(held, _FIELDED) and _is_told(held, key)}
        return selection, [one and _kept(one, names, held) for one in value]
    if not isinstance(value, dict) or not isinstance(held, _FIELDED):
        return "{ __typename }", value if value is None else {}
    if not value:
        return "{ __typename }", value
    parts, kept = [], {}
    for key, one in value.items():
        if key == "__typename":
            parts.append(key)
            kept[key] = one
        elif _is_told(held, key):
            inner, kept[key] = _selected(one, held.fields[key])
            parts.append(f"{key}{_window(held.fields[key], one)} {inner}")
    return f"{{ {' '.join(parts) or '__typename'} }}", kept


def field_is_of_errors(held: Any) -> bool:
    return isinstance(held, _FIELDED) and {"field", "message"} <= held.fields.keys()


_FIELDED = (GraphQLObjectType, GraphQLInterfaceType)


def _kept(value: dict[str, Any], names: set[str], held: Any) -> dict[str, Any]:
    """What of one of a list's objects the selection for all of them gives."""
    kept = {}
    for key in value.keys() & names:
        _, kept[key] = _selected(value[key], held.fields[key])
    return kept


def _is_told(held: Any, name: str) -> bool:
    field = held.fields.get(name)
    if field is None or any(is_required_argument(one) for one in field.args.values()):
        return False
    inner = get_named_type(field.type)
    return isinstance(inner, _FIELDED) or not is_composite_type(inner)


def _window(field: GraphQLField, value: Any) -> str:
    if "first" not in field.args:
        return ""
    nodes = value.get("nodes") or value.get("edges") if isinstance(value, dict) else None
    more = isinstance(value, dict) and (value.get("pageInfo") or {}).get("hasNextPage")
    return f"(first: {len(nodes or ()) if more else 50})"
