"""Executing documents on the schema: parse, price, throttle, run, and answer in the shape of the real API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute,
    get_named_type,
    is_leaf_type,
    parse,
    validate,
)

from server.practice_store.asked import InvalidIdError, InvalidInputError
from server.practice_store.connections import Listing, Window, WindowError, connect
from server.practice_store.cost import (
    CONNECTION_POINTS,
    FREE_TYPES,
    MAX_POINTS,
    MUTATION_POINTS,
    requested_points,
)
from server.practice_store.graphql_errors import (
    coded,
    internal_error,
    refused_request,
    shown,
    throttled,
)
from server.practice_store.graphql_roots import Mutations, Queries
from server.practice_store.money import graphql_amount
from server.practice_store.search import UnknownSearchError
from server.practice_store.store import PracticeStore
from server.practice_store.timestamps import graphql_time

Answer = dict[str, object]
WINDOW = frozenset(Window.__struct_fields__)
DOCUMENTS_KEPT = 128
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class GraphqlApi:
    """The Admin API of one store. `schema` is given by tests that replay documents beyond the shipped subset."""

    def __init__(self, store: PracticeStore, schema: GraphQLSchema | None = None) -> None:
        self._store = store
        self._schema = schema or load_schema()
        # An app sends the same few documents over and over; reading one costs more than running it.
        self._read = lru_cache(maxsize=DOCUMENTS_KEPT)(self._read_document)

    def answer(
        self, query: str, variables: Mapping[str, Any] | None, operation_name: str | None
    ) -> Answer:
        """Run a document and return the whole body of the answer."""
        try:
            document, problems = self._read(query)
        except GraphQLSyntaxError as error:
            return {"errors": [shown(error)]}
        if problems:
            return {"errors": [shown(problem) for problem in problems]}
        given = dict(variables or {})
        points = requested_points(self._schema, document, given, operation_name)
        if points > MAX_POINTS:
            message = f"Query cost is {points}, which exceeds the single query max cost limit ({MAX_POINTS})."
            return {"errors": [refused_request(message, "MAX_COST_EXCEEDED")]}
        if points > self._store.bucket.available(self._store.clock()):
            return {"errors": [throttled()], "extensions": self._cost(points, None)}
        return self._run(document, given, operation_name, points)

    def throttled_answer(self) -> Answer:
        """The answer to a call that finds the bucket empty, whatever is in it."""
        return {"errors": [throttled()], "extensions": self._cost(MUTATION_POINTS, None)}

    def internal_error_answer(self) -> Answer:
        """The answer when the store itself broke: HTTP 200, no data (recorded)."""
        return {"errors": [internal_error()], "data": None}

    def _read_document(self, query: str) -> tuple[DocumentNode, list[GraphQLError]]:
        document = parse(query)
        return document, validate(self._schema, document)

    def _run(
        self,
        document: DocumentNode,
        variables: dict[str, Any],
        operation_name: str | None,
        points: int,
    ) -> Answer:
        self._store.settle()
        mutates = _is_mutation(document, operation_name)
        meter = _Meter(points=MUTATION_POINTS if mutates else 0)
        result = execute(
            self._schema,
            document,
            root_value=Mutations(self._store) if mutates else Queries(self._store),
            context_value=meter,
            variable_values=variables,
            operation_name=operation_name,
            field_resolver=_resolve,
            type_resolver=_concrete_type,
        )
        assert isinstance(result, ExecutionResult), "resolvers are synchronous"
        spent = min(points, meter.points)
        self._store.bucket.take(spent, self._store.clock())
        answer: Answer = {}
        if result.errors:
            answer["errors"] = [shown(error) for error in result.errors]
        if not _never_ran(result.errors):
            answer["data"] = result.data
        answer["extensions"] = self._cost(points, spent)
        return answer

    def _cost(self, requested: int, actual: int | None) -> Answer:
        bucket = self._store.bucket
        return {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": actual,
                "throttleStatus": {
                    "maximumAvailable": bucket.size,
                    "currentlyAvailable": int(bucket.available(self._store.clock())),
                    "restoreRate": bucket.restore_rate,
                },
            }
        }


@cache
def load_schema() -> GraphQLSchema:
    """Return the shipped subset of the Admin API's schema."""
    sdl = resources.files("server.practice_store").joinpath("schema.graphql").read_text("utf-8")
    return build_schema(sdl, assume_valid=True)


class _Meter:
    """Counts what a run really touched, which is what it is charged for."""

    def __init__(self, points: int) -> None:
        self.points = points


def _resolve(source: object, info: GraphQLResolveInfo[Any], **arguments: object) -> object:
    """Read a field: the attribute of its name in snake case, called if it takes arguments, paged if it is a connection."""
    name = _snake(info.field_name)
    held = get_named_type(info.return_type)
    paged = held.name.endswith("Connection")
    given = {_snake(key): value for key, value in arguments.items()}
    window = _window(given) if paged else Window()
    try:
        value = _read(source, name, info)
        if callable(value):
            value = value(**given)
        if paged:
            assert isinstance(value, Listing | list)
            value = connect(value, window)
    except (WindowError, UnknownSearchError, InvalidInputError) as error:
        raise coded(str(error), "BAD_USER_INPUT") from error
    except InvalidIdError as error:
        raise coded("invalid id", "RESOURCE_NOT_FOUND") from error
    if is_leaf_type(held):
        return _written(held.name, value)
    if value is not None and held.name not in FREE_TYPES:
        _count(info.context, info, value, paged=paged)
    return value


def _window(given: dict[str, object]) -> Window:
    """Take the window's arguments out of all that a connection was given."""
    asked = {key: given.pop(key) for key in WINDOW & given.keys()}
    return msgspec.convert(asked, Window)


def _concrete_type(value: object, *_place: object) -> str:
    """Name the object type behind an interface; a class says so where its own name is not the type's."""
    return str(getattr(value, "concrete_type", type(value).__name__))


def _read(source: object, name: str, info: GraphQLResolveInfo[Any]) -> object:
    if isinstance(source, dict):
        return source[name]
    try:
        return getattr(source, name)
    except AttributeError:
        where = f"{info.parent_type.name}.{info.field_name}"
        raise coded(f"the practice store does not model {where}", "NOT_MODELLED") from None


def _count(meter: _Meter, info: GraphQLResolveInfo[Any], value: object, *, paged: bool) -> None:
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


def _is_mutation(document: DocumentNode, operation_name: str | None) -> bool:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    named = (one for one in operations if one.name and one.name.value == operation_name)
    return next(named, operations[0]).operation is OperationType.MUTATION


def _never_ran(errors: list[GraphQLError] | None) -> bool:
    """Errors without a path are about the request (a wrong variable): then the answer has no data."""
    return any(error.path is None for error in errors or ())


def _snake(name: str) -> str:
    return _HUMP.sub("_", name).lower()


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
