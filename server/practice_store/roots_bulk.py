"""Asking for exports, and asking how they are getting on."""

from __future__ import annotations

from server.practice_store.asked import Asked, InvalidIdError, Payload
from server.practice_store.bulk import BulkOperation
from server.practice_store.commands_platform import CancelBulk
from server.practice_store.connections import Listing
from server.practice_store.identity import number_of
from server.practice_store.search import bulk_matches, bulk_terms

# Beyond every time and number: cursors keep the order of what is subtracted from it.
LATEST = 10**19


class BulkQueries(Asked):
    """Reading exports."""

    def bulk_operation(self, *, id: str) -> BulkOperation | None:  # noqa: A002 - the schema's name
        """One export."""
        number = number_of(id, "BulkOperation")
        if number is None:
            raise InvalidIdError(f"Invalid id: {id}")
        return self._state.bulk_operations.get(number)

    def current_bulk_operation(self, *, type: str = "QUERY") -> BulkOperation | None:  # noqa: A002 - the schema's name
        """The newest export of that type."""
        found = [one for one in self._state.bulk_operations.values() if one.type == type]
        return found[-1] if found else None

    def bulk_operations(
        self, *, query: str | None = None, sort_key: str = "CREATED_AT", **_filters: object
    ) -> Listing:
        """The exports, newest first (recorded)."""
        terms = bulk_terms(query)
        found = [one for one in self._state.bulk_operations.values() if bulk_matches(one, terms)]

        def key(one: BulkOperation) -> tuple[int, ...]:
            at = one.completed_at or 0 if sort_key == "COMPLETED_AT" else one.created_at
            return (LATEST - at, LATEST - one.number)

        return Listing(nodes=sorted(found, key=key), key=key)


class BulkMutations(Asked):
    """Asking for exports and giving them up."""

    def bulk_operation_run_query(self, *, query: str, group_objects: bool = False) -> Payload:
        """Ask for an export."""
        return self._payload(
            "bulk_operation", self._store.bulk_command(query, grouped=group_objects)
        )

    def bulk_operation_cancel(self, *, id: str) -> Payload:  # noqa: A002 - the schema's name
        """Give an export up. A refusal shows the export as well (recorded)."""
        payload = self._payload("bulk_operation", CancelBulk(operation=id))
        found = self._state.bulk_operations.get(number_of(id, "BulkOperation") or 0)
        return {**payload, "bulk_operation": found}
