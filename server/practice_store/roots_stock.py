"""Reading and changing how many units there are."""

from __future__ import annotations

from collections.abc import Iterable

from server.practice_store.adjusting import Nothing
from server.practice_store.asked import Asked, IncompleteInputError, Input, Payload
from server.practice_store.commands_stock import (
    ActivateStock,
    AdjustStock,
    DeactivateStock,
    MoveStock,
    QuantityChange,
    QuantityGoal,
    QuantityMove,
    SetStock,
    Stand,
)
from server.practice_store.every_command import AnyCommand
from server.practice_store.identity import number_of
from server.practice_store.inventory import InventoryItem, InventoryLevel, level_number

COMPARED = "changeFromQuantity"


class StockQueries(Asked):
    """Reading items and levels."""

    def inventory_item(self, *, id: str) -> InventoryItem | None:  # noqa: A002 - the schema's name
        """One item."""
        return self._state.items.get(number_of(id, "InventoryItem") or 0)

    def inventory_items(self, **_filters: object) -> list[InventoryItem]:
        """All items, by number."""
        return list(self._state.items.values())

    def inventory_level(self, *, id: str) -> InventoryLevel | None:  # noqa: A002 - the schema's name
        """One level, stocked or not."""
        numbers = level_number(id)
        item = self._state.items.get(numbers[1]) if numbers else None
        return item.levels.get(numbers[0]) if item and numbers else None


class StockMutations(Asked):
    """Changing quantities, each under a key."""

    def inventory_adjust_quantities(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Add units to a state."""
        _compared("InventoryChangeInput", input["changes"])
        changes = tuple(
            QuantityChange(
                item=one["inventoryItemId"],
                location=one["locationId"],
                name=input["name"],
                delta=one["delta"],
                change_from=one[COMPARED],
                ledger=one.get("ledgerDocumentUri"),
            )
            for one in input["changes"]
        )
        command = AdjustStock(
            name=input["name"],
            reason=input["reason"],
            changes=changes,
            reference=input.get("referenceDocumentUri"),
        )
        return self._adjusted(command)

    def inventory_set_quantities(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Set what is available or on hand."""
        _compared("InventoryQuantityInput", input["quantities"])
        return self._adjusted(_goals(input, input["name"], "quantities"))

    def inventory_set_on_hand_quantities(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Set what is on hand, by the older name."""
        _compared("InventorySetQuantityInput", input["setQuantities"])
        return self._adjusted(_goals(input, "on_hand", "setQuantities"))

    def inventory_move_quantities(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Move units between states."""
        ends = [one[end] for one in input["changes"] for end in ("from", "to")]
        _compared("InventoryMoveQuantityTerminalInput", ends)
        moves = tuple(
            QuantityMove(
                item=one["inventoryItemId"],
                quantity=one["quantity"],
                origin=_stand(one["from"]),
                target=_stand(one["to"]),
            )
            for one in input["changes"]
        )
        return self._adjusted(
            MoveStock(
                reason=input["reason"], moves=moves, reference=input.get("referenceDocumentUri")
            )
        )

    def inventory_activate(
        self,
        *,
        inventory_item_id: str,
        location_id: str,
        available: int | None = None,
        on_hand: int | None = None,
        **_more: object,
    ) -> Payload:
        """Stock an item at a location. A refusal shows the level if it is stocked there already (recorded)."""
        command = ActivateStock(
            item=inventory_item_id, location=location_id, available=available, on_hand=on_hand
        )
        payload = self._payload("inventory_level", command)
        item = self._state.items.get(number_of(inventory_item_id, "InventoryItem") or 0)
        level = item.levels.get(number_of(location_id, "Location") or 0) if item else None
        return {**payload, "inventory_level": level if level and level.is_active else None}

    def inventory_deactivate(self, *, inventory_level_id: str) -> Payload:
        """Stop stocking an item at a location."""
        return self._payload("inventory_level", DeactivateStock(level=inventory_level_id))

    def _adjusted(self, command: AnyCommand) -> Payload:
        payload = self._payload("inventory_adjustment_group", command)
        nothing = isinstance(payload["inventory_adjustment_group"], Nothing)
        return {**payload, "inventory_adjustment_group": None} if nothing else payload


def _compared(kind: str, given: Iterable[Input]) -> None:
    """Since 2026-04 what is there now must be told, or null for not caring.

    Raises:
        IncompleteInputError: it is left out.
    """
    if not all(COMPARED in one for one in given):
        raise IncompleteInputError(kind, COMPARED)


def _goals(given: Input, name: str, listed_as: str) -> SetStock:
    goals = tuple(
        QuantityGoal(
            item=one["inventoryItemId"],
            location=one["locationId"],
            quantity=one["quantity"],
            change_from=one[COMPARED],
        )
        for one in given[listed_as]
    )
    return SetStock(
        name=name,
        reason=given["reason"],
        goals=goals,
        reference=given.get("referenceDocumentUri"),
        listed_as=listed_as,
    )


def _stand(given: Input) -> Stand:
    return Stand(
        location=given["locationId"],
        name=given["name"],
        change_from=given[COMPARED],
        ledger=given.get("ledgerDocumentUri"),
    )
