"""All commands: what a journal may hold, and the rule that carries each out."""

from __future__ import annotations

from collections.abc import Mapping

from server.practice_store.commands import Command, DropSubscription, SeedCatalogue, Subscribe
from server.practice_store.commands_platform import CancelBulk, KeepExport, RunBulkQuery
from server.practice_store.exporting import cancel_bulk, keep_export, run_bulk_query
from server.practice_store.order_rules import ORDER_RULES, OrderCommand, Rule

# The store itself carries these out: they ask for more than the state.
StoreCommand = SeedCatalogue | Subscribe | DropSubscription
PlatformCommand = RunBulkQuery | KeepExport | CancelBulk
AnyCommand = OrderCommand | StoreCommand | PlatformCommand

RULES: Mapping[type[Command], Rule] = {
    **ORDER_RULES,
    RunBulkQuery: run_bulk_query,
    KeepExport: keep_export,
    CancelBulk: cancel_bulk,
}
