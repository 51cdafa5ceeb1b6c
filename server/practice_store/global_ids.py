"""Ids in requests must look like ids: a document or variable with anything else is refused as a whole (recorded)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    StringValueNode,
    ValidationRule,
    get_named_type,
    print_ast,
)

_GLOBAL_ID = re.compile(r"gid://[\w-]+/\w+/\S+\Z")


class GlobalIdsRule(ValidationRule):
    """Refuses an id written into a document that is none."""

    def enter_string_value(self, node: StringValueNode, *_place: object) -> None:
        """Look at a text that stands where an id belongs."""
        kind = self.context.get_input_type()
        if kind is None or get_named_type(kind).name != "ID" or _GLOBAL_ID.match(node.value):
            return
        extensions = {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"}
        message = f"Invalid global id '{node.value}'"
        self.report_error(GraphQLError(message, node, extensions=extensions))


def wrong_ids(document: DocumentNode, variables: Mapping[str, object]) -> list[GraphQLError]:
    """Return an error for every variable that holds something else where an id, or a list of them, belongs."""
    errors = []
    for one in document.definitions:
        if not isinstance(one, OperationDefinitionNode):
            continue
        for declared in one.variable_definitions or ():
            kind = print_ast(declared.type)
            name = declared.variable.name.value
            if kind.strip("[]!") != "ID":
                continue
            for value in _texts(variables.get(name)):
                if not _GLOBAL_ID.match(value):
                    why = f"Invalid global id '{value}'"
                    problem = {"path": [], "explanation": why, "message": why}
                    extensions = {
                        "code": "INVALID_VARIABLE",
                        "value": value,
                        "problems": [problem],
                    }
                    message = f"Variable ${name} of type {kind} was provided invalid value"
                    errors.append(GraphQLError(message, declared, extensions=extensions))
    return errors


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
