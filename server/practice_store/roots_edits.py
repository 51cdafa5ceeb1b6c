"""Order edits over the API."""

from __future__ import annotations

from decimal import Decimal

from server.practice_store.asked import Asked, Input, Payload
from server.practice_store.commands_edits import (
    AddEditCustomItem,
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.edits import CalculatedOrder, CommittedEdit
from server.practice_store.every_command import AnyCommand

_NOTHING: Payload = {
    "calculated_order": None,
    "calculated_line_item": None,
    "order_edit_session": None,
}


class EditMutations(Asked):
    """Changing what an order consists of."""

    def order_edit_begin(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Draw up the order as it is, to be changed."""
        edit = self._store.execute(BeginEdit(order=id))
        if isinstance(edit, list):
            return {**_NOTHING, "user_errors": edit}
        assert isinstance(edit, CalculatedOrder)
        return {
            "calculated_order": edit,
            "order_edit_session": edit.session,
            "user_errors": [],
        }

    def order_edit_set_quantity(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        line_item_id: str,
        quantity: int,
        restock: bool | None = None,
        **_no_longer: object,
    ) -> Payload:
        """Change a line's units."""
        command = SetEditQuantity(
            edit=id, line=line_item_id, quantity=quantity, restock=bool(restock)
        )
        return self._changed(id, command)

    def order_edit_add_variant(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        variant_id: str,
        quantity: int,
        location_id: str | None = None,
        allow_duplicates: bool | None = None,
    ) -> Payload:
        """Put something else of the catalogue in."""
        command = AddEditVariant(
            edit=id,
            variant=variant_id,
            quantity=quantity,
            location=location_id,
            allow_duplicates=bool(allow_duplicates),
        )
        return self._changed(id, command)

    def order_edit_add_custom_item(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        title: str,
        quantity: int,
        price: Input,
        location_id: str | None = None,
        requires_shipping: bool | None = None,
        **_taxable: object,
    ) -> Payload:
        """Add an item that is no variant."""
        command = AddEditCustomItem(
            edit=id,
            title=title,
            quantity=quantity,
            price=Decimal(str(price["amount"])),
            currency=price["currencyCode"],
            location=location_id,
            requires_shipping=requires_shipping is not False,
        )
        return self._changed(id, command)

    def order_edit_commit(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        notify_customer: bool | None = None,
        staff_note: str | None = None,
    ) -> Payload:
        """Make an edit count."""
        command = CommitEdit(edit=id, notify_customer=bool(notify_customer), staff_note=staff_note)
        done = self._store.execute(command)
        if isinstance(done, list):
            return {"order": None, "success_messages": [], "user_errors": done}
        assert isinstance(done, CommittedEdit)
        return {"order": done.order, "success_messages": list(done.outcome), "user_errors": []}

    def _changed(self, edit: str, command: AnyCommand) -> Payload:
        line = self._store.execute(command)
        if isinstance(line, list):
            return {**_NOTHING, "user_errors": line}
        calculated = self._state.edit(edit)
        assert calculated is not None
        return {
            "calculated_order": calculated,
            "calculated_line_item": line,
            "order_edit_session": calculated.session,
            "user_errors": [],
        }
