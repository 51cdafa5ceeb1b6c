"""Reads recorded Admin API conversations and replays them on a practice store, step by step.

A step is a request with its recorded answer. Ids differ between the real store and ours, so they are learned: where both
answers hold an id in the same place, later requests (and sentences) get ours instead of the recorded one.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    parse,
)

from server.practice_store.graphql_api import GraphqlApi
from server.practice_store.identity import gid_of, number_of
from server.practice_store.store import PracticeStore
from tests.practice_store.recorded_documents import drawn_up, with_key
from tests.practice_store.recorded_starts import Starts, place_again, stock_variant
from tests.practice_store.recorded_stock import place_before, stock_before
from tests.shopify.shopify_data import full_schema

# Ids that recorders made up for what is not there.
_NOBODYS = re.compile(r"/(0|9{6,}\d*)\Z")
GID = re.compile(r"gid://shopify/\w+/([\w-]+)(?:\?\S*)?")
CURSORS = {"startCursor", "endCursor", "cursor", "pageInfo"}
# Places have other names here.
PLACES = {"assignedLocation", "location"}
# The app that asked.
RECORDED_APP = "gid://shopify/App/347082227713"
# What differs from run to run: names of errors' places in the document and the store's own clock.
UNCOMPARED = {
    # How much there was to be exported, and where it lies.
    "objectCount",
    "rootObjectCount",
    "fileSize",
    "url",
    "locations",
    "cancelledAt",
    "closedAt",
    "completedAt",
    "createdAt",
    "fulfillAt",
    "happenedAt",
    "updatedAt",
}


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


def steps_of(case: Any, schema: GraphQLSchema, at: str = "") -> Iterator[Step]:
    """The steps of a recorded file in the order they stand in it; what the recorder itself asked is left out."""
    if isinstance(case, list):
        for place, one in enumerate(case):
            yield from steps_of(one, schema, f"{at}[{place}]")
    if not isinstance(case, dict):
        return
    rest = {key: one for key, one in case.items() if key not in _NO_STEPS}
    step = _step(case, schema, at or "/")
    if step is not None:
        if _answer(case) is None:
            # The step is laid out over the whole file, and what led up to it comes first.
            yield from steps_of(rest.pop("setup", None), schema, f"{at}/setup")
        yield step
        if at and not any(isinstance(rest.get(key), dict) for key in _LED_TO):
            return
    for key, one in rest.items():
        yield from steps_of(one, schema, f"{at}/{key}")


_NO_STEPS = {"upstreamCalls", "request", "response", "variables", "mutation", "expected"}
# What some steps hold besides: what they led to.
_LED_TO = ("downstreamRead", "hydrate")


def _step(case: dict[str, Any], schema: GraphQLSchema, at: str) -> Step | None:
    request = case["request"] if isinstance(case.get("request"), dict) else case
    answer = _answer(case) or _answer(case.get("mutation"))
    if answer is None:
        return None
    variables = request.get("variables") or {}
    query = request.get("query") or request.get("document")
    data = answer.get("data")
    if not isinstance(query, str):
        drawn = drawn_up(schema, variables, data) if isinstance(data, dict) else None
        if drawn is None:
            return None
        query, variables, data = drawn
        answer = {**answer, "data": data}
    return Step(at, with_key(query, data, at), variables, answer)


def _answer(case: Any) -> dict[str, Any] | None:
    answer = case.get("response") if isinstance(case, dict) else None
    if not isinstance(answer, dict):
        return None
    for wrapped in ("payload", "body"):
        if isinstance(answer.get(wrapped), dict):
            answer = answer[wrapped]
    return answer if answer.keys() & {"data", "errors"} else None


class Replay:
    """Replays the steps of one conversation."""

    def __init__(self, store: PracticeStore, api: GraphqlApi, starts: Starts) -> None:
        self._store = store
        self._api = api
        self._starts = starts
        self._schema = full_schema()
        self._ours = {RECORDED_APP: gid_of("App", store.state.app.number)}
        for variant in starts.variants:
            stock_variant(store, variant)

    def run(self, step: Step) -> list[str]:
        """Ask our store what was asked, and return how its answer differs; empty when it does not."""
        self._continue_numbering(step.answer)
        stock_before(self._store, self._ours, step.variables)
        answer = self._api.answer(step.query, self._translated(step.variables), None)
        self._learn(step.answer.get("data"), answer.get("data"))
        return [
            *self._compare(step.answer.get("data"), answer.get("data"), "data"),
            *self._compare(_codes(step.answer), _codes(answer), "errors"),
        ]

    def knows(self, step: Step) -> bool:
        """Tell whether every id in the request was learned, or was never an object's."""
        self._start(step)
        return all(
            gid in self._ours
            or _NOBODYS.search(gid)
            or "ProductVariant" in gid
            or "Location" in gid
            or "InventoryItem/" in gid
            or ("metafields" in step.variables and "/Product/" in gid)
            or "Customer" in gid
            for gid in _gids(step.variables)
        )

    def _start(self, step: Step) -> None:
        """Make the orders that were there before and that the step names, and learn their ids."""
        for gid in _gids(step.variables):
            if number_of(gid, "Location") and not _NOBODYS.search(gid):
                place_before(self._store.state, self._ours, gid)
            read = self._starts.orders.get(gid)
            if read is None or gid in self._ours:
                continue
            made = place_again(self._store, read)
            self._ours[gid] = made.id
            drawn = drawn_up(self._schema, {"id": gid}, {"order": read})
            assert drawn is not None
            answer = self._api.answer(drawn.query, {"id": made.id}, None)
            self._learn(drawn.data, answer.get("data"))

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
        return self._ours.get(value, self._said(value)) if isinstance(value, str) else value

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
