"""What may be exported: the recorded rules for the query of a bulk operation, in the recorded words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_list_type,
    parse,
    validate,
)
from graphql.type import GraphQLNonNull, GraphQLOutputType

from server.practice_store.commands import UserError
from server.practice_store.graphql_errors import shown

MAX_BYTES = 65_535
MAX_CONNECTIONS = 5
MAX_DEPTH = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    """A connection of the query. `depth` counts the connections around it."""

    name: str
    depth: int
    in_list: bool
    by_edges: bool
    has_children: bool
    selects_id: bool


def read_bulk_query(schema: GraphQLSchema, text: str) -> DocumentNode | list[UserError]:
    """Return the query's document, or why it cannot be exported."""
    size = len(text.encode())
    if size > MAX_BYTES:
        return _refused(f"Query is too large ({size} bytes; maximum is {MAX_BYTES} bytes)")
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        ended = "Unexpected <EOF>" in error.message
        why = "syntax error, unexpected end of file" if ended else shown(error)["message"]
        return _refused(f"Invalid bulk query: {why}")
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if any(one.operation is not OperationType.QUERY for one in operations):
        return _refused("Invalid operation type. Only `query` operations are supported.")
    problems = validate(schema, document)
    if problems:
        return _refused(f"Invalid bulk query: {shown(problems[0])['message']}")
    why_not = _rules_broken(schema, document, operations)
    return _refused(*why_not) if why_not else document


def _refused(*messages: str) -> list[UserError]:
    return [UserError(field=("query",), message=one, code="INVALID") for one in messages]


def _rules_broken(
    schema: GraphQLSchema, document: DocumentNode, operations: list[OperationDefinitionNode]
) -> list[str]:
    fragments = {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }
    survey = _Survey(schema, fragments)
    assert schema.query_type is not None
    found = [
        one
        for operation in operations
        for one in survey.connections(operation.selection_set, schema.query_type)
    ]
    roots = [
        field.name.value
        for operation in operations
        for field, _ in survey.fields(operation.selection_set, schema.query_type)
    ]
    broken = [
        f"Bulk queries cannot contain a top level `{name}` field."
        for name in roots
        if name in {"node", "nodes"}
    ]
    if not found:
        broken.append("Bulk queries must contain at least one connection.")
    if len(found) > MAX_CONNECTIONS:
        broken.append(f"Bulk queries cannot contain more than {MAX_CONNECTIONS} connections.")
    if any(one.depth > MAX_DEPTH for one in found):
        broken.append(
            f"Bulk queries cannot contain connections with a nesting depth greater than {MAX_DEPTH}."
        )
    return broken + _shapes_broken(found)


def _shapes_broken(found: list[_Found]) -> list[str]:
    broken = []
    if any(one.in_list for one in found):
        broken.append(
            "Queries that contain a connection field within a list field are not currently supported."
        )
    wrong = [f"'{one.name}'" for one in found if not one.by_edges]
    if wrong:
        broken.append(
            "All connection fields in a bulk query must select their contents using 'edges' > 'node', e.g:"
            f" {wrong[0].rstrip(chr(39))} {{ edges {{ node {{'. Selecting via 'nodes' is not supported."
            f" Invalid connection fields: {', '.join(wrong)}."
        )
    nameless = [one.name for one in found if one.has_children and not one.selects_id]
    if nameless:
        broken.append(
            "The parent 'node' field for a nested connection must select the 'id' field without an alias and"
            f" must be of 'ID' return type. Connection fields without 'id': {', '.join(nameless)}."
        )
    return broken


class _Survey:
    """Walks a valid query along its types."""

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def connections(
        self,
        selection: SelectionSetNode,
        parent: GraphQLNamedType,
        depth: int = 0,
        *,
        in_list: bool = False,
    ) -> Iterator[_Found]:
        """Yield the connections in and below a selection, outer ones first."""
        for node, on in self.fields(selection, parent):
            if node.selection_set is None or node.name.value.startswith("__"):
                continue
            kind = self._type_of(node, on)
            held = get_named_type(kind)
            if not held.name.endswith("Connection"):
                listed = in_list or _is_list(kind)
                yield from self.connections(node.selection_set, held, depth, in_list=listed)
                continue
            below = list(self._below(node.selection_set, held, depth))
            picked = {one.name.value for one, _ in self.fields(node.selection_set, held)}
            yield _Found(
                name=node.name.value,
                depth=depth,
                in_list=in_list,
                by_edges="nodes" not in picked,
                has_children=bool(below),
                selects_id=self._selects_id(node.selection_set, held),
            )
            yield from below

    def fields(
        self, selection: SelectionSetNode, parent: GraphQLNamedType
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        """Yield the selected fields with the type each is selected on, fragments opened up."""
        for node in selection.selections:
            if isinstance(node, FieldNode):
                yield node, parent
                continue
            assert isinstance(node, InlineFragmentNode | FragmentSpreadNode)
            body: InlineFragmentNode | FragmentDefinitionNode = (
                self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            on = parent
            if body.type_condition is not None:
                on = self._schema.type_map[body.type_condition.name.value]
            yield from self.fields(body.selection_set, on)

    def _below(
        self, selection: SelectionSetNode, connection: GraphQLNamedType, depth: int
    ) -> Iterator[_Found]:
        for node, held in self._nodes(selection, connection):
            yield from self.connections(node, held, depth + 1)

    def _nodes(
        self, selection: SelectionSetNode, connection: GraphQLNamedType
    ) -> Iterator[tuple[SelectionSetNode, GraphQLNamedType]]:
        """Yield what is selected of one node, as `nodes` or as `edges { node }`."""
        for node, on in self.fields(selection, connection):
            if node.selection_set is None:
                continue
            held = get_named_type(self._type_of(node, on))
            if node.name.value == "edges":
                yield from self._nodes(node.selection_set, held)
            elif node.name.value in {"node", "nodes"}:
                yield node.selection_set, held

    def _selects_id(self, selection: SelectionSetNode, connection: GraphQLNamedType) -> bool:
        return any(
            field.name.value == "id" and field.alias is None
            for node, held in self._nodes(selection, connection)
            for field, _ in self.fields(node, held)
        )

    def _type_of(self, node: FieldNode, parent: GraphQLNamedType) -> GraphQLOutputType:
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        kind: GraphQLOutputType = parent.fields[node.name.value].type
        return kind


def _is_list(kind: GraphQLOutputType) -> bool:
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
