"""What queries and mutations start from, whatever they are about: the store, and how a payload tells what came of a command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.practice_store.commands import UserError
from server.practice_store.every_command import AnyCommand
from server.practice_store.identity import number_of
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore
from server.practice_store.timestamps import read_time

OLD_ORDERS_MS = 60 * 24 * 3_600_000
Input = Mapping[str, Any]
Payload = dict[str, object]


class InvalidIdError(Exception):
    """An id that no object can have (recorded: a fulfillment order numbered 0)."""


class IncompleteInputError(Exception):
    """Something that the schema leaves open has to be there all the same."""

    code = "INVALID_FIELD_ARGUMENTS"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} must include the following argument: {name}.")


class InvalidInputError(Exception):
    """A value of a right type that cannot be read, such as a time."""


class Asked:
    """Fields of a root. Method and argument names are the schema's, in snake case."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store
        self._state = store.state

    def _may_read(self, order: Order) -> bool:
        """Tell whether the app may see an order: without a scope of its own, not one older than sixty days."""
        if "read_all_orders" in self._state.app.scopes:
            return True
        return order.created_at > self._store.clock() - OLD_ORDERS_MS

    def _payload(self, name: str, command: AnyCommand | list[UserError]) -> Payload:
        """Return what was made under `name`, or why it was not."""
        result = command if isinstance(command, list) else self._store.execute(command)
        if isinstance(result, list):
            return {name: None, "user_errors": result}
        return {name: result, "user_errors": []}


def typed_id(gid: str, kind: str) -> str:
    """Return the gid of an object of that kind.

    Raises:
        InvalidIdError: it is one of another kind.
    """
    if number_of(gid, kind) is None:
        raise InvalidIdError(f"Invalid id: {gid}")
    return gid


def moment(given: str | None) -> int | None:
    """Return milliseconds for a time that was given.

    Raises:
        InvalidInputError: it is not a time.
    """
    try:
        return read_time(given) if given is not None else None
    except ValueError as error:
        raise InvalidInputError(f"Invalid DateTime {given!r}") from error
