"""Reads recorded Admin API conversations and replays them on a practice store, step by step.

A step is a request with its recorded answer. Ids differ between the real store and ours, so they are learned: where both
answers hold an id in the same place, later requests (and sentences) get ours instead of the recorded one.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLSyntaxError, OperationDefinitionNode, parse

from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.store import PracticeStore

GID = re.compile(r"gid://shopify/\w+/([\w-]+)")
CURSORS = {"startCursor", "endCursor", "cursor", "pageInfo"}
# Places have other names here.
PLACES = {"assignedLocation", "location"}
# What differs from run to run: names of errors' places in the document and the store's own clock.
UNCOMPARED = {"locations", "createdAt", "updatedAt", "closedAt", "fulfillAt", "happenedAt"}


class Step(NamedTuple):
    """One request of a conversation, with its recorded answer."""

    at: str
    query: str
    variables: dict[str, Any]
    answer: dict[str, Any]

    @property
    def roots(self) -> set[str]:
        """The fields of Query or Mutation that it asks for; none of a document that cannot be read."""
        try:
            document = parse(self.query)
        except GraphQLSyntaxError:
            return set()
        return {
            node.name.value
            for one in document.definitions
            if isinstance(one, OperationDefinitionNode)
            for node in one.selection_set.selections
            if isinstance(node, FieldNode)
        }


# Some steps name their document instead of holding it: for these it is drawn up from what was answered.
VARIABLES = {
    "fulfillmentCreate": {"fulfillment": "FulfillmentInput!", "message": "String"},
    "webhookSubscriptionCreate": {
        "topic": "WebhookSubscriptionTopic!",
        "webhookSubscription": "WebhookSubscriptionInput!",
    },
}


def steps_of(case: Any, at: str = "") -> Iterator[Step]:
    """The steps of a recorded file in the order they stand in it; what the recorder itself asked is left out."""
    if isinstance(case, list):
        for place, one in enumerate(case):
            yield from steps_of(one, f"{at}[{place}]")
    if not isinstance(case, dict):
        return
    request = case["request"] if isinstance(case.get("request"), dict) else case
    answer = _answer(case) or _answer(case.get("mutation"))
    variables = request.get("variables") or {}
    query = request.get("query")
    if query is None:
        answer = _without_endpoint(answer)
        query = _drawn_up(variables, answer)
    rest = {key: one for key, one in case.items() if key not in _NO_STEPS}
    if isinstance(query, str) and answer is not None:
        if _answer(case) is None:
            # The step is laid out over the whole file, and what led up to it comes first.
            yield from steps_of(rest.pop("setup", None), f"{at}/setup")
        yield Step(at or "/", query, variables, answer)
        if at:
            return
    for key, one in rest.items():
        yield from steps_of(one, f"{at}/{key}")


_NO_STEPS = {"upstreamCalls", "request", "response", "variables", "mutation"}


def _answer(case: Any) -> dict[str, Any] | None:
    answer = case.get("response") if isinstance(case, dict) else None
    if not isinstance(answer, dict):
        return None
    for wrapped in ("payload", "body"):
        if isinstance(answer.get(wrapped), dict):
            answer = answer[wrapped]
    return answer if answer.keys() & {"data", "errors"} else None


def _drawn_up(variables: dict[str, Any], answer: dict[str, Any] | None) -> str | None:
    data = (answer or {}).get("data") or {}
    root = next(iter(data), "")
    if len(data) != 1 or root not in VARIABLES or not variables.keys() <= VARIABLES[root].keys():
        return None
    declared = ", ".join(f"${name}: {kind}" for name, kind in VARIABLES[root].items())
    given = ", ".join(f"{name}: ${name}" for name in VARIABLES[root])
    errors = "userErrors { field message }"
    held = " ".join(
        f"{key} {_selected(one) or '{ id }'}"
        for key, one in (data[root] or {}).items()
        if key != "userErrors"
    )
    return f"mutation DrawnUp({declared}) {{ {root}({given}) {{ {held} {errors} }} }}"


def _without_endpoint(value: Any) -> Any:
    """An endpoint is a union: no selection can be told from its value alone, and `uri` says the same."""
    if isinstance(value, dict):
        return {key: _without_endpoint(one) for key, one in value.items() if key != "endpoint"}
    return [_without_endpoint(one) for one in value] if isinstance(value, list) else value


def _selected(value: Any) -> str:
    """The selection that could have given `value`; nothing for what holds no fields."""
    if isinstance(value, list):
        return _selected(value[0]) if value and isinstance(value[0], dict) else ""
    if not isinstance(value, dict):
        return ""
    fields = (f"{key} {_selected(one)}" for key, one in value.items())
    listed = "(first: 10)" if set(value) == {"nodes"} else ""
    return f"{listed} {{ {' '.join(fields)} }}"


class Replay:
    """Replays the steps of one conversation."""

    def __init__(self, store: PracticeStore, api: GraphqlApi) -> None:
        self._store = store
        self._api = api
        self._ours: dict[str, str] = {}

    def run(self, step: Step) -> list[str]:
        """Ask our store what was asked, and return how its answer differs; empty when it does not."""
        self._continue_numbering(step.answer)
        answer = self._api.answer(step.query, self._translated(step.variables), None)
        self._learn(step.answer.get("data"), answer.get("data"))
        return [
            *self._compare(step.answer.get("data"), answer.get("data"), "data"),
            *self._compare(_codes(step.answer), _codes(answer), "errors"),
        ]

    def knows(self, step: Step) -> bool:
        """Tell whether every id in the request was learned, or was never an object's."""
        return all(
            gid in self._ours
            or re.search(r"/(0|9{6,}\d*)\Z", gid)
            or "ProductVariant" in gid
            or "Location" in gid
            for gid in _gids(step.variables)
        )

    def _continue_numbering(self, recorded: dict[str, Any]) -> None:
        made = ((recorded.get("data") or {}).get("orderCreate") or {}).get("order") or {}
        if "name" in made:
            self._store.state.next_order_number = int(made["name"].removeprefix("#"))

    def _learn(self, recorded: Any, ours: Any) -> None:
        if isinstance(recorded, dict) and isinstance(ours, dict):
            for key in recorded.keys() & ours.keys():
                self._learn(recorded[key], ours[key])
        elif isinstance(recorded, list) and isinstance(ours, list):
            for one, other in zip(recorded, ours, strict=False):
                self._learn(one, other)
        elif isinstance(recorded, str) and isinstance(ours, str) and GID.fullmatch(recorded):
            self._ours.setdefault(recorded, ours)

    def _translated(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._translated(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._translated(one) for one in value]
        return self._ours.get(value, value) if isinstance(value, str) else value

    def _said(self, sentence: str) -> str:
        """A recorded sentence with our numbers in it."""
        numbers = {GID.fullmatch(gid)[1]: GID.fullmatch(own)[1] for gid, own in self._ours.items()}
        return re.sub(r"\d{9,}", lambda one: numbers.get(one[0], one[0]), sentence)

    def _compare(self, recorded: Any, ours: Any, at: str) -> list[str]:
        key = at.rsplit(".", 1)[-1]
        if key in CURSORS | PLACES | UNCOMPARED:
            return (
                [] if (recorded is None) == (ours is None) else [f"{at}: {recorded!r} is {ours!r}"]
            )
        if isinstance(recorded, dict) and isinstance(ours, dict):
            missing = recorded.keys() ^ ours.keys()
            found = [f"{at}: only one has {sorted(missing)}"] if missing else []
            return found + [
                one
                for key in sorted(recorded.keys() & ours.keys())
                for one in self._compare(recorded[key], ours[key], f"{at}.{key}")
            ]
        if isinstance(recorded, list) and isinstance(ours, list) and len(recorded) == len(ours):
            return [
                one
                for place, (left, right) in enumerate(zip(recorded, ours, strict=True))
                for one in self._compare(left, right, f"{at}[{place}]")
            ]
        if isinstance(recorded, str) and isinstance(ours, str):
            if recorded.startswith("gid://shopify/Job/"):
                same = ours.startswith("gid://shopify/Job/")
            elif GID.fullmatch(recorded):
                same = self._ours.get(recorded, ours) == ours
            else:
                same = recorded == ours or self._said(recorded) == ours
            return [] if same else [f"{at}: {recorded!r} is {ours!r}"]
        return [] if recorded == ours else [f"{at}: {recorded!r} is {ours!r}"]


def _codes(answer: dict[str, Any]) -> list[str | None]:
    return sorted(
        ((error.get("extensions") or {}).get("code") or "" for error in answer.get("errors") or []),
        key=str,
    )


def _gids(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _gids(one)
    elif isinstance(value, list):
        for one in value:
            yield from _gids(one)
    elif isinstance(value, str) and GID.fullmatch(value):
        yield value
