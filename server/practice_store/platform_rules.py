"""The commands of the platform's side, and the rule that carries each out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.practice_store.adjusting import adjust_stock, move_stock, set_stock
from server.practice_store.commands import Command, DropSubscription, Subscribe
from server.practice_store.commands_marks import (
    ChangeSubscription,
    ChangeTags,
    SetMetafields,
    Unsubscribe,
)
from server.practice_store.commands_platform import (
    CallLater,
    CancelBulk,
    GiveToken,
    KeepExport,
    RunBulkQuery,
    TakeLateCall,
)
from server.practice_store.commands_stock import (
    ActivateStock,
    AdjustStock,
    DeactivateStock,
    MoveStock,
    SetStock,
)
from server.practice_store.exporting import cancel_bulk, keep_export, run_bulk_query
from server.practice_store.late_calls import call_later, take_late_call
from server.practice_store.marking import change_tags, set_metafields
from server.practice_store.state import State
from server.practice_store.stocking import activate_stock, deactivate_stock
from server.practice_store.subscribing import (
    change_subscription,
    drop_subscription,
    subscribe,
    unsubscribe,
)
from server.practice_store.tokens import give_token

StockCommand = AdjustStock | SetStock | MoveStock | ActivateStock | DeactivateStock
MarkCommand = (
    Subscribe | ChangeSubscription | Unsubscribe | DropSubscription | ChangeTags | SetMetafields
)
PlatformCommand = MarkCommand | (
    StockCommand | RunBulkQuery | KeepExport | CancelBulk | CallLater | TakeLateCall | GiveToken
)

PLATFORM_RULES: Mapping[type[Command], Callable[[State, Any, int], object]] = {
    RunBulkQuery: run_bulk_query,
    Subscribe: subscribe,
    ChangeSubscription: change_subscription,
    Unsubscribe: unsubscribe,
    DropSubscription: drop_subscription,
    ChangeTags: change_tags,
    SetMetafields: set_metafields,
    AdjustStock: adjust_stock,
    SetStock: set_stock,
    MoveStock: move_stock,
    ActivateStock: activate_stock,
    DeactivateStock: deactivate_stock,
    KeepExport: keep_export,
    CancelBulk: cancel_bulk,
    CallLater: call_later,
    TakeLateCall: take_late_call,
    GiveToken: give_token,
}
