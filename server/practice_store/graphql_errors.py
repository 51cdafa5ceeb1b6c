"""Top-level errors in the API's shape and, where they are recorded, in its words and codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphql import GraphQLError, GraphQLSyntaxError

Shown = dict[str, object]

# graphql-core's sentence, the recorded one, and its code.
_RECORDED: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(r"Cannot query field '(\w+)' on type '(\w+)'"),
        "Field '{0}' doesn't exist on type '{1}'",
        "undefinedField",
    ),
    (
        re.compile(r"Argument '(?:\w+\.)?(\w+)\((\w+):\)'.* is required, but it was not provided"),
        "Field '{0}' is missing required arguments: {1}",
        "missingRequiredArguments",
    ),
    (
        re.compile(
            r"Expected value of (?:non-null )?type '([^']+)'(?: not to be None|, found null)"
        ),
        "Argument has an invalid value (null). Expected type '{0}'.",
        "argumentLiteralsIncompatible",
    ),
    (
        re.compile(r"Field '(\w+)' of type '\[?(\w+)[^']*' must have a selection of subfields"),
        "Field must have selections (field '{0}' returns {1} but has no selections. Did you mean '{0} {{ ... }}'?)",
        "selectionMismatch",
    ),
    (
        re.compile(r"Expected value of type '(\w+)' not to include unknown field '(\w+)'"),
        "InputObject '{0}' doesn't accept argument '{1}'",
        "argumentNotAccepted",
    ),
    (
        re.compile(r"Expected value of type '(\w+)' to include required field '(\w+)'"),
        "Argument '{1}' on InputObject '{0}' is required.",
        "missingRequiredInputObjectAttribute",
    ),
    (
        re.compile(r"Variable '\$(\w+)' (?:has|got) invalid value(.*)"),
        "Variable ${0} was provided invalid value{1}",
        "INVALID_VARIABLE",
    ),
)


_VARIABLE = re.compile(r"Variable \$(\w+) was provided invalid value")


def shown(error: GraphQLError) -> Shown:
    """Return an error as the answer shows it."""
    entry: Shown = {"message": error.message}
    if error.locations:
        entry["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path:
        entry["path"] = list(error.path)
    if isinstance(error, GraphQLSyntaxError):
        entry["extensions"] = {"code": "PARSE_ERROR"}
        return entry
    if error.extensions:
        entry["extensions"] = dict(error.extensions)
        return entry
    for pattern, words, code in _RECORDED:
        match = pattern.match(error.message)
        if match:
            entry["message"] = words.format(*match.groups())
            entry["extensions"] = {"code": code}
            break
    return entry


def all_shown(errors: Sequence[GraphQLError]) -> list[Shown]:
    """Return errors as the answer shows them: one for a variable, however much is wrong with it (recorded)."""
    entries: list[Shown] = []
    variables: set[str] = set()
    for error in errors:
        entry = shown(error)
        variable = _VARIABLE.match(str(entry["message"]))
        if variable is None or variable[1] not in variables:
            entries.append(entry)
        if variable is not None:
            variables.add(variable[1])
    return entries


def coded(message: str, code: str) -> GraphQLError:
    """Return an error with a code, to be raised by a resolver."""
    return GraphQLError(message, extensions={"code": code})


def refused_request(message: str, code: str) -> Shown:
    """Return an error about the request as a whole."""
    return {"message": message, "extensions": {"code": code}}


def throttled() -> Shown:
    """Return the error of an empty bucket."""
    entry = refused_request("Throttled", "THROTTLED")
    entry["extensions"] = {
        "code": "THROTTLED",
        "documentation": "https://shopify.dev/api/usage/rate-limits",
    }
    return entry


def internal_error() -> Shown:
    """Return the error of a store that broke."""
    message = "Internal error. Looks like something went wrong on our end."
    return refused_request(message, "INTERNAL_SERVER_ERROR")
