"""Running the query of a bulk operation over the whole store, and writing what it finds as JSON lines.

Every node of a connection is a line of its own. One of a nested connection names the nearest node around it in
`__parentId`, and stands somewhere behind it: right behind it when grouped, otherwise behind the other nodes of its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from graphql import ExecutionResult, GraphQLSchema, execute

from server.practice_store.bulk import BulkOperation
from server.practice_store.bulk_query import read_bulk_query
from server.practice_store.commands import UserError
from server.practice_store.commands_platform import KeepExport
from server.practice_store.resolving import Meter, concrete_type, resolve_field

# Root objects that an export that is not grouped writes before what belongs to them.
BATCH = 100


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, and those of the connections inside it."""

    line: dict[str, Any]
    inner: list[_Row]


class BulkExporter:
    """Reads exports off one schema. `root` is asked for what queries start from and are measured by."""

    def __init__(self, schema: GraphQLSchema, root: Callable[[], tuple[object, Meter]]) -> None:
        self._schema = schema
        self._root = root

    def refusals(self, query: str) -> list[UserError]:
        """Return why a query cannot be exported; empty when it can."""
        read = read_bulk_query(self._schema, query)
        return read if isinstance(read, list) else []

    def read(self, operation: BulkOperation) -> KeepExport:
        """Run the operation's query and return its rows, cut short if it is to fail."""
        document = read_bulk_query(self._schema, operation.query)
        assert not isinstance(document, list), "checked when it was asked for"
        root, meter = self._root()
        result = execute(
            self._schema,
            document,
            root_value=root,
            context_value=meter,
            field_resolver=resolve_field,
            type_resolver=concrete_type,
        )
        assert isinstance(result, ExecutionResult), "resolvers are synchronous"
        roots = list(_rows_in(result.data or {}, None))
        lines = list(_laid_out(roots, grouped=operation.grouped))
        error = operation.fails_with or _failure(result)
        if operation.fails_with is not None:
            lines = lines[: int(len(lines) * operation.kept_share)]
        return KeepExport(
            operation=operation.number,
            rows="".join(msgspec.json.encode(line).decode() + "\n" for line in lines),
            objects=len(lines),
            root_objects=sum("__parentId" not in line for line in lines),
            error_code=error,
        )


def _failure(result: ExecutionResult) -> str | None:
    codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
    if not codes:
        return None
    return "ACCESS_DENIED" if codes == {"ACCESS_DENIED"} else "INTERNAL_SERVER_ERROR"


def _rows_in(value: dict[str, Any], parent: str | None) -> Iterator[_Row]:
    """Take the connections out of `value`, however deep in objects, and yield their nodes."""
    for key in list(value):
        held = value[key]
        if not isinstance(held, dict):
            continue
        if not isinstance(held.get("edges"), list):
            yield from _rows_in(held, parent)
            continue
        del value[key]
        for edge in held["edges"]:
            yield _row(edge["node"], parent)


def _row(node: dict[str, Any], parent: str | None) -> _Row:
    inner = list(_rows_in(node, node.get("id")))
    return _Row({**node, "__parentId": parent} if parent is not None else node, inner)


def _laid_out(roots: list[_Row], *, grouped: bool) -> Iterator[dict[str, Any]]:
    if grouped:
        for row in roots:
            yield row.line
            yield from _laid_out(row.inner, grouped=True)
        return
    for start in range(0, len(roots), BATCH):
        level = roots[start : start + BATCH]
        while level:
            yield from (row.line for row in level)
            level = [inner for row in level for inner in row.inner]
