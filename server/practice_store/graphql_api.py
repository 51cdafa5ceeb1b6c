"""Executing documents on the schema: parse, price, throttle, run, and answer in the shape of the real API."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    build_ast_schema,
    execute,
    parse,
    specified_rules,
    validate,
)

from server.practice_store.access import granted_by
from server.practice_store.bulk_export import BulkExporter
from server.practice_store.commands_platform import CallLater
from server.practice_store.cost import (
    MAX_POINTS,
    MUTATION_POINTS,
    requested_points,
)
from server.practice_store.global_ids import GlobalIdsRule, wrong_ids
from server.practice_store.graphql_errors import (
    all_shown,
    internal_error,
    refused_request,
    shown,
    throttled,
)
from server.practice_store.graphql_roots import Mutations, Queries
from server.practice_store.resolving import Meter, concrete_type, resolve_field
from server.practice_store.store import PracticeStore

Answer = dict[str, object]
DOCUMENTS_KEPT = 128


class GraphqlApi:
    """The Admin API of one store. `schema` is given by tests that replay documents beyond the shipped subset."""

    def __init__(self, store: PracticeStore, schema: GraphQLSchema | None = None) -> None:
        self._store = store
        self._schema = schema or load_schema()
        store.answer_late = self._answer_late
        store.exporter = BulkExporter(self._schema, self._export_root)
        # An app sends the same few documents over and over; reading one costs more than running it.
        self._read = lru_cache(maxsize=DOCUMENTS_KEPT)(self._read_document)

    def answer(
        self,
        query: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        *,
        taken: bool = False,
    ) -> Answer:
        """Run a document and return the whole body of the answer. One that was `taken` already is not throttled any more."""
        try:
            document, problems = self._read(query)
        except GraphQLSyntaxError as error:
            return {"errors": [shown(error)]}
        given = dict(variables or {})
        problems = problems or wrong_ids(document, given)
        if problems:
            return {"errors": [shown(problem) for problem in problems]}
        points = requested_points(self._schema, document, given, operation_name)
        if points > MAX_POINTS:
            message = f"Query cost is {points}, which exceeds the single query max cost limit ({MAX_POINTS})."
            return {"errors": [refused_request(message, "MAX_COST_EXCEEDED")]}
        if not taken and points > self._store.bucket.available(self._store.clock()):
            return {"errors": [throttled()], "extensions": self._cost(points, None)}
        return self._run(document, given, operation_name, points)

    def _export_root(self) -> tuple[object, Meter]:
        return Queries(self._store), self._meter(0, whole=True)

    def _answer_late(self, call: CallLater) -> Answer:
        variables = msgspec.json.decode(call.variables) if call.variables is not None else None
        return self.answer(call.query, variables, call.operation_name, taken=True)

    def throttled_answer(self) -> Answer:
        """The answer to a call that finds the bucket empty, whatever is in it."""
        return {"errors": [throttled()], "extensions": self._cost(MUTATION_POINTS, None)}

    def internal_error_answer(self) -> Answer:
        """The answer when the store itself broke: HTTP 200, no data (recorded)."""
        return {"errors": [internal_error()], "data": None}

    def _read_document(self, query: str) -> tuple[DocumentNode, list[GraphQLError]]:
        document = parse(query)
        return document, validate(self._schema, document, [*specified_rules, GlobalIdsRule])

    def _run(
        self,
        document: DocumentNode,
        variables: dict[str, Any],
        operation_name: str | None,
        points: int,
    ) -> Answer:
        self._store.settle()
        mutates = _is_mutation(document, operation_name)
        meter = self._meter(MUTATION_POINTS if mutates else 0)
        result = execute(
            self._schema,
            document,
            root_value=Mutations(self._store) if mutates else Queries(self._store),
            context_value=meter,
            variable_values=variables,
            operation_name=operation_name,
            field_resolver=resolve_field,
            type_resolver=concrete_type,
        )
        assert isinstance(result, ExecutionResult), "resolvers are synchronous"
        spent = min(points, meter.points)
        self._store.bucket.take(spent, self._store.clock())
        answer: Answer = {}
        if result.errors:
            answer["errors"] = all_shown(result.errors)
        if not _never_ran(result.errors):
            answer["data"] = result.data
        answer["extensions"] = self._cost(points, spent)
        return answer

    def _meter(self, points: int, *, whole: bool = False) -> Meter:
        """Return what a run is measured by, with what the app may see now."""
        state = self._store.state
        granted = granted_by(state.app.scopes)
        return Meter(
            points,
            whole=whole,
            granted=granted,
            customer_data=state.customer_data,
            under_key=self._store.under_key,
        )

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
    document = parse(sdl, no_location=True)
    return build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)


def _is_mutation(document: DocumentNode, operation_name: str | None) -> bool:
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    named = (one for one in operations if one.name and one.name.value == operation_name)
    return next(named, operations[0]).operation is OperationType.MUTATION


def _never_ran(errors: list[GraphQLError] | None) -> bool:
    """Errors without a path are about the request (a wrong variable): then the answer has no data."""
    return any(error.path is None for error in errors or ())
