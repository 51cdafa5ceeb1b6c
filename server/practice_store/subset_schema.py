"""Writes schema.graphql: of Shopify's Admin schema, the names and types that the documents reach, and nothing else.

    python -m server.practice_store.subset_schema <path to the full schema> [--check]

The documents are server/shopify/operations and also_answered beside this file. A field is kept when a document selects
it, with all its arguments; enumerations and input types are kept whole. Descriptions and deprecations are left out.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from graphql import (
    DirectiveDefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    OperationDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    UnionTypeDefinitionNode,
    Visitor,
    build_ast_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
    parse,
    print_ast,
    visit,
)

HERE = Path(__file__).parent
SUBSET = HERE / "schema.graphql"
FOLDERS = (HERE.parent / "shopify" / "operations", HERE / "also_answered")
HEADING = (
    "# Written by server/practice_store/subset_schema.py from Shopify's Admin API schema, version 2026-10.\n"
    "# Do not edit: change the documents and run it again.\n"
)

Definition = (
    ObjectTypeDefinitionNode
    | InterfaceTypeDefinitionNode
    | UnionTypeDefinitionNode
    | EnumTypeDefinitionNode
    | InputObjectTypeDefinitionNode
    | ScalarTypeDefinitionNode
)


def read_documents(folders: Iterable[Path] = FOLDERS) -> list[DocumentNode]:
    """Return every document of the folders."""
    paths = [path for folder in folders for path in sorted(folder.glob("*.graphql"))]
    return [parse(path.read_text("utf-8")) for path in paths]


def subset_of(full_sdl: str, documents: Sequence[DocumentNode]) -> str:
    """Return the subset's text: a schema in which every one of the (valid) documents is valid."""
    full = parse(full_sdl, no_location=True)
    schema = build_ast_schema(full, assume_valid=True)
    reach = _Reach(schema)
    for document in documents:
        reach.through(document)
    reach.settle_interfaces()
    definitions = sorted(
        (
            one
            for one in full.definitions
            if isinstance(one, Definition) and one.name.value in reach.types
        ),
        key=lambda one: one.name.value,
    )
    roots = _roots(schema, reach)
    directives = [
        print_ast(_bare_directive(one))
        for one in full.definitions
        if isinstance(one, DirectiveDefinitionNode) and one.name.value in reach.directives
    ]
    return (
        "\n\n".join(
            [
                HEADING + roots,
                *directives,
                *(print_ast(_trimmed(one, reach)) for one in definitions),
            ]
        )
        + "\n"
    )


class _Reach:
    """The types, and the fields of each, that documents reach."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.types: set[str] = set()
        self.fields: set[tuple[str, str]] = set()
        self.directives: set[str] = set()

    def through(self, document: DocumentNode) -> None:
        """Add what one document reaches."""
        info = TypeInfo(self._schema)
        reach = self

        class Collector(Visitor):
            def enter_field(self, node: FieldNode, *_place: object) -> None:
                parent = info.get_parent_type()
                if parent is not None and not node.name.value.startswith("__"):
                    reach.field(parent, node.name.value)

            def enter_directive(self, node: DirectiveNode, *_place: object) -> None:
                reach.directives.add(node.name.value)

            def enter_operation_definition(
                self, node: OperationDefinitionNode, *_place: object
            ) -> None:
                for one in node.variable_definitions or ():
                    named = reach.named_in(print_ast(one.type))
                    reach.type(named)

        visit(document, TypeInfoVisitor(info, Collector()))

    def named_in(self, type_text: str) -> GraphQLNamedType:
        """Return the type named in e.g. "[ID!]!"."""
        found = self._schema.get_type(type_text.strip("[]!"))
        assert found is not None
        return found

    def field(self, parent: GraphQLNamedType, name: str) -> None:
        """Add a field, on an interface for every object that has it."""
        assert isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
        if (parent.name, name) in self.fields:
            return
        self.fields.add((parent.name, name))
        self.types.add(parent.name)
        found = parent.fields[name]
        self.type(get_named_type(found.type))
        for argument in found.args.values():
            self.type(get_named_type(argument.type))
        if isinstance(parent, GraphQLInterfaceType):
            for one in self._schema.get_possible_types(parent):
                self.field(one, name)

    def type(self, found: GraphQLNamedType) -> None:
        """Add a type; an input type with all it is made of."""
        if (
            found.name in self.types
            or is_specified_scalar_type(found)
            or is_introspection_type(found)
        ):
            return
        if isinstance(found, GraphQLInputObjectType):
            self.types.add(found.name)
            for part in found.fields.values():
                self.type(get_named_type(part.type))
        elif isinstance(found, GraphQLEnumType | GraphQLScalarType | GraphQLInterfaceType):
            self.types.add(found.name)

    def settle_interfaces(self) -> None:
        """Give an interface of which documents ask fragments only its id, and what is reached of it the same."""
        for name in sorted(self.types):
            found = self._schema.get_type(name)
            if not isinstance(found, GraphQLInterfaceType):
                continue
            if not any(parent == name for parent, _ in self.fields):
                self.fields.add((name, "id"))
            held = [field for parent, field in self.fields if parent == name]
            for one in self._schema.get_possible_types(found):
                if one.name in self.types:
                    self.fields.update((one.name, field) for field in held)


def _roots(schema: GraphQLSchema, reach: _Reach) -> str:
    lines = []
    for word, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        if root is not None and root.name in reach.types:
            lines.append(f"  {word}: {root.name}\n")
    return "schema {\n" + "".join(lines) + "}"


def _trimmed(definition: Definition, reach: _Reach) -> Definition:
    """Return the definition with only what is reached, without descriptions and directives."""
    name = definition.name
    match definition:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            kept = tuple(
                _bare_field(field)
                for field in definition.fields or ()
                if (name.value, field.name.value) in reach.fields
            )
            interfaces = tuple(
                one for one in definition.interfaces or () if one.name.value in reach.types
            )
            return type(definition)(name=name, fields=kept, interfaces=interfaces, directives=())
        case InputObjectTypeDefinitionNode():
            parts = tuple(_bare_input(part) for part in definition.fields or ())
            return InputObjectTypeDefinitionNode(name=name, fields=parts, directives=())
        case EnumTypeDefinitionNode():
            values = tuple(
                type(value)(name=value.name, directives=()) for value in definition.values or ()
            )
            return EnumTypeDefinitionNode(name=name, values=values, directives=())
        case ScalarTypeDefinitionNode():
            return ScalarTypeDefinitionNode(name=name, directives=())
        case UnionTypeDefinitionNode():
            types = tuple(one for one in definition.types or () if one.name.value in reach.types)
            return UnionTypeDefinitionNode(name=name, types=types, directives=())


def _bare_directive(definition: DirectiveDefinitionNode) -> DirectiveDefinitionNode:
    return DirectiveDefinitionNode(
        name=definition.name,
        arguments=tuple(_bare_input(one) for one in definition.arguments or ()),
        repeatable=definition.repeatable,
        locations=definition.locations,
    )


def _bare_field(field: FieldDefinitionNode) -> FieldDefinitionNode:
    arguments = tuple(_bare_input(one) for one in field.arguments or ())
    return FieldDefinitionNode(name=field.name, arguments=arguments, type=field.type, directives=())


def _bare_input(part: InputValueDefinitionNode) -> InputValueDefinitionNode:
    return InputValueDefinitionNode(
        name=part.name, type=part.type, default_value=part.default_value, directives=()
    )


def main(arguments: Sequence[str]) -> int:
    """Write the subset, or with --check tell (exit code 1) whether it is out of date."""
    paths = [one for one in arguments if not one.startswith("--")]
    if len(paths) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    text = subset_of(Path(paths[0]).read_text("utf-8"), read_documents())
    if "--check" not in arguments:
        SUBSET.write_text(text, "utf-8")
        return 0
    current = SUBSET.read_text("utf-8") if SUBSET.exists() else ""
    if current != text:
        sys.stderr.write(f"{SUBSET} is out of date\n")
    return int(current != text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
