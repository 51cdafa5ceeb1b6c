"""All commands: what a journal may hold, and the rule that carries each out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    Command,
    CreateEvent,
    CreateFulfillment,
    DropSubscription,
    EditContact,
    MarkPaid,
    PlaceOrder,
    SeedCatalogue,
    Subscribe,
    UpdateTracking,
)
from server.practice_store.commands_platform import CancelBulk, KeepExport, RunBulkQuery
from server.practice_store.exporting import cancel_bulk, keep_export, run_bulk_query
from server.practice_store.placing import cancel_order, edit_contact, mark_paid, place_order
from server.practice_store.shipping import (
    cancel_fulfillment,
    create_event,
    create_fulfillment,
    update_tracking,
)
from server.practice_store.state import State

# Takes the state, the command and the time; returns what was made or changed, or a list of `UserError`.
Rule = Callable[[State, Any, int], object]

OrderCommand = PlaceOrder | EditContact | CancelOrder | MarkPaid
ShippingCommand = CreateFulfillment | UpdateTracking | CreateEvent | CancelFulfillment
# The store itself carries these out: they ask for more than the state.
StoreCommand = SeedCatalogue | Subscribe | DropSubscription
PlatformCommand = RunBulkQuery | KeepExport | CancelBulk
AnyCommand = OrderCommand | ShippingCommand | StoreCommand | PlatformCommand

RULES: Mapping[type[Command], Rule] = {
    PlaceOrder: place_order,
    EditContact: edit_contact,
    CancelOrder: cancel_order,
    MarkPaid: mark_paid,
    CreateFulfillment: create_fulfillment,
    UpdateTracking: update_tracking,
    CreateEvent: create_event,
    CancelFulfillment: cancel_fulfillment,
    RunBulkQuery: run_bulk_query,
    KeepExport: keep_export,
    CancelBulk: cancel_bulk,
}
