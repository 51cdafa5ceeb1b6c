"""Mutations that may be asked for twice under one key and are carried out once."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo, value_from_ast_untyped

from server.practice_store.graphql_errors import coded

DIRECTIVE = "idempotent"
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


def key_of(info: GraphQLResolveInfo[Any]) -> str | None:
    """Return the key that a mutation is asked for under.

    Raises:
        GraphQLError: it has none and needs one.
    """
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == DIRECTIVE:
            values = {
                one.name.value: value_from_ast_untyped(one.value, info.variable_values.coerced)
                for one in directive.arguments or ()
            }
            key = str(values.get("key") or "").strip()
            if not key:
                raise coded("The idempotency key cannot be blank.", "BAD_REQUEST")
            return f"{info.field_name}:{key}"
    if info.field_name in NEED_A_KEY:
        message = "The @idempotent directive is required for this mutation but was not provided."
        raise coded(message, "BAD_REQUEST")
    return None
