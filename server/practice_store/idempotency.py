"""Mutations that are sent again: the directive @idempotent(key:), and what the store remembers by it.

The same key with the same input gives the same result and changes nothing again; with another input it is refused, and so
is one whose first attempt was refused. What was accepted is in the journal with its key, and outlives a kill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from graphql import GraphQLResolveInfo, get_directive_values

from server.practice_store.commands import UserError
from server.practice_store.graphql_errors import coded

# Those whose description in the schema says so; since 2026-04 they are refused without a key (recorded).
NEED_A_KEY = frozenset(
    {
        "inventoryActivate",
        "inventoryAdjustQuantities",
        "inventoryMoveQuantities",
        "inventorySetOnHandQuantities",
        "inventorySetQuantities",
        "inventoryShipmentAddItems",
        "inventoryShipmentCreate",
        "inventoryShipmentCreateInTransit",
        "inventoryShipmentReceive",
        "inventoryTransferCreate",
        "inventoryTransferCreateAsReadyToShip",
        "inventoryTransferDuplicate",
        "inventoryTransferSetItems",
        "locationActivate",
        "locationDeactivate",
        "orderCreateMandatePayment",
        "refundCreate",
    }
)
_FAILED = UserError(
    message="A previous request with this idempotency key failed. Retry with a new idempotency key.",
    code="IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
)
_OTHER_INPUT = UserError(
    message="The same idempotency key cannot be used with different operation parameters.",
    code="IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
)


class KeyedCall(msgspec.Struct, frozen=True, kw_only=True):
    """A mutation sent under a key. `digest` tells it from one with another name or input."""

    key: str
    digest: str


# Stands for the key that a mutation needs and was sent without: what is wrong with its input is told before that.
NEEDS_KEY = KeyedCall(key="", digest="")


class KeyMissingError(Exception):
    """A mutation that needs an idempotency key was sent without one."""

    code = "BAD_REQUEST"

    def __init__(self) -> None:
        super().__init__(
            "The @idempotent directive is required for this mutation but was not provided."
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Remembered:
    """What came of a keyed call; None: it was refused."""

    digest: str
    result: object


class Memory:
    """What is remembered by key."""

    def __init__(self) -> None:
        self._kept: dict[str, Remembered] = {}

    def recall(self, call: KeyedCall) -> object:
        """Return what came of the call, a list of `UserError` if it may not be made, or None if it is new.

        Raises:
            KeyMissingError: see there.
        """
        if call == NEEDS_KEY:
            raise KeyMissingError
        kept = self._kept.get(call.key)
        if kept is None:
            return None
        if kept.digest != call.digest:
            return [_OTHER_INPUT]
        return kept.result if kept.result is not None else [_FAILED]

    def keep(self, call: KeyedCall, result: object) -> None:
        """Remember what came of a call."""
        shown = None if isinstance(result, list) else result
        self._kept[call.key] = Remembered(digest=call.digest, result=shown)


def keyed_call(info: GraphQLResolveInfo[Any], given: Mapping[str, object]) -> KeyedCall | None:
    """Return the key that a mutation was sent under, `NEEDS_KEY` if it needs one and has none.

    Raises:
        GraphQLError: the key is blank.
    """
    directive = info.schema.get_directive("idempotent")
    values = (
        get_directive_values(directive, info.field_nodes[0], info.variable_values)
        if directive is not None
        else None
    )
    if values is None:
        return NEEDS_KEY if info.field_name in NEED_A_KEY else None
    key = str(values["key"])
    if not key.strip():
        raise coded("The idempotency key cannot be blank.", "BAD_REQUEST")
    said = msgspec.json.encode([info.field_name, given], order="deterministic")
    return KeyedCall(key=key, digest=sha256(said).hexdigest())
