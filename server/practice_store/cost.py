"""What a document costs and whether the bucket has room.

The model is fitted to recorded costs, not documented: a mutation is 10, an object 1, a connection
`2 + max(1, floor(2·ln first))` times a node, a count 10; scalars, money, addresses and what a mutation's payload
holds directly are free; of alternatives the dearest counts. tests/practice_store compares it with the recordings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

MUTATION_POINTS = 10
# Recorded exceptions to the 10 points of a mutation (the first since June 2026; before, it was 10 too).
DEARER_MUTATIONS = {"fulfillmentTrackingInfoUpdate": 50, "refundCreate": 20}
COUNT_POINTS = 10
CONNECTION_POINTS = 2
# One call may not cost more than this on any plan.
MAX_POINTS = 1000
FREE_TYPES = frozenset({"MoneyBag", "MoneyV2", "MailingAddress", "PageInfo", "UserError"})

Composite = GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType


class Bucket:
    """The leaky bucket of one app in one store: 2,000 points, 100 restored a second."""

    def __init__(self, size: float = 2000.0, restore_rate: float = 100.0) -> None:
        self.size = size
        self.restore_rate = restore_rate
        self._points = size
        self._as_of_ms: int | None = None

    def take(self, points: float, now_ms: int) -> bool:
        """Take `points` if they are there."""
        if points > self.available(now_ms):
            return False
        self._points -= points
        return True

    def give_back(self, points: float, now_ms: int) -> None:
        """Return what a call was charged beyond its actual cost."""
        self._points = min(self.size, self.available(now_ms) + points)

    def available(self, now_ms: int) -> float:
        """Points in the bucket now."""
        if self._as_of_ms is not None:
            elapsed_s = max(0, now_ms - self._as_of_ms) / 1000
            self._points = min(self.size, self._points + elapsed_s * self.restore_rate)
        self._as_of_ms = now_ms
        return self._points


class Pricing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything needed to price one request."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, object]

    def operation(self, node: OperationDefinitionNode) -> int:
        """Price a whole operation."""
        mutation = node.operation is OperationType.MUTATION
        root = self.schema.mutation_type if mutation else self.schema.query_type
        assert root is not None
        if not mutation:
            return self._selection(node.selection_set, root)
        return sum(
            self._mutation(field, parent)
            for field, parent in self._fields(node.selection_set, root)
        )

    def _mutation(self, field: FieldNode, root: Composite) -> int:
        payload = _type_of(field, root)
        points = DEARER_MUTATIONS.get(field.name.value, MUTATION_POINTS)
        if payload is None or field.selection_set is None:
            return points
        for inner, parent in self._fields(field.selection_set, payload):
            held = _type_of(inner, parent)
            if held is not None and inner.selection_set is not None:
                points += self._selection(inner.selection_set, held)
        return points

    def _selection(self, selection: SelectionSetNode, parent: Composite) -> int:
        """Price the fields of one object; of fragments on different types only the dearest counts."""
        shared = 0
        by_type: dict[str, int] = {}
        for field, on in self._fields(selection, parent):
            points = self._field(field, on)
            if on.name == parent.name:
                shared += points
            else:
                by_type[on.name] = by_type.get(on.name, 0) + points
        return shared + max(by_type.values(), default=0)

    def _field(self, field: FieldNode, parent: Composite) -> int:
        held = _type_of(field, parent)
        if held is None or field.selection_set is None or held.name in FREE_TYPES:
            return 0
        if held.name == "Count":
            return COUNT_POINTS
        if held.name.endswith("Connection"):
            return CONNECTION_POINTS + self._repeats(field) * self._node(field.selection_set, held)
        return 1 + self._selection(field.selection_set, held)

    def _node(self, selection: SelectionSetNode, connection: Composite) -> int:
        """Price one node of a connection, asked for as `nodes`, as `edges { node }`, or both."""
        points = 0
        for field, parent in self._fields(selection, connection):
            held = _type_of(field, parent)
            if held is None or field.selection_set is None or held.name == "PageInfo":
                continue
            if field.name.value == "edges":
                points = max(points, self._node(field.selection_set, held))
            else:
                points = max(points, 1 + self._selection(field.selection_set, held))
        return points

    def _repeats(self, field: FieldNode) -> int:
        first = self._argument(field, "first") or self._argument(field, "last") or 0
        return max(1, math.floor(2 * math.log(first))) if first > 0 else 0

    def _argument(self, field: FieldNode, name: str) -> int:
        for argument in field.arguments or ():
            if argument.name.value != name:
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                value = self.variables.get(argument.value.name.value)
                return value if isinstance(value, int) else 0
        return 0

    def _fields(
        self, selection: SelectionSetNode, parent: Composite
    ) -> list[tuple[FieldNode, Composite]]:
        """The selected fields with the type each is selected on, fragments opened up."""
        found: list[tuple[FieldNode, Composite]] = []
        for node in selection.selections:
            if isinstance(node, FieldNode):
                found.append((node, parent))
                continue
            assert isinstance(node, InlineFragmentNode | FragmentSpreadNode)
            body: InlineFragmentNode | FragmentDefinitionNode = (
                self.fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            on = parent
            if body.type_condition is not None:
                named = self.schema.get_type(body.type_condition.name.value)
                assert isinstance(
                    named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType
                )
                on = named
            found.extend(self._fields(body.selection_set, on))
        return found


def requested_points(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, object],
    operation_name: str | None = None,
) -> int:
    """Price a valid document; of several operations, the one named."""
    fragments: dict[str, FragmentDefinitionNode] = {}
    operations: list[OperationDefinitionNode] = []
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = definition
        elif isinstance(definition, OperationDefinitionNode):
            operations.append(definition)
    chosen = next(
        (one for one in operations if one.name and one.name.value == operation_name), operations[0]
    )
    defaults = {
        one.variable.name.value: int(one.default_value.value)
        for one in chosen.variable_definitions or ()
        if isinstance(one.default_value, IntValueNode)
    }
    pricing = Pricing(schema=schema, fragments=fragments, variables={**defaults, **variables})
    return pricing.operation(chosen)


def _type_of(field: FieldNode, parent: Composite) -> Composite | None:
    """The composite type a field holds, or None for scalars, enums and introspection."""
    if isinstance(parent, GraphQLUnionType) or field.name.value not in parent.fields:
        return None
    named = get_named_type(parent.fields[field.name.value].type)
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
        return named
    return None
