"""Commands about orders, and the rule that carries each out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.practice_store.archiving import close_order, delete_order, open_order
from server.practice_store.cancelling import cancel_order
from server.practice_store.commands import (
    CancelFulfillment,
    CancelOrder,
    Command,
    CreateEvent,
    CreateFulfillment,
    EditContact,
    MarkPaid,
    PlaceOrder,
    UpdateTracking,
)
from server.practice_store.commands_edits import (
    AddEditCustomItem,
    AddEditVariant,
    BeginEdit,
    CommitEdit,
    SetEditQuantity,
)
from server.practice_store.commands_refunds import (
    CloseOrder,
    CreateRefund,
    DeleteOrder,
    OpenOrder,
    RecordPayment,
)
from server.practice_store.commands_returns import (
    ApproveReturn,
    CancelReturn,
    CloseReturn,
    DeclineReturn,
    DisposeReturned,
    OpenReturn,
    ProcessReturn,
    RemoveFromReturn,
    ReopenReturn,
    RequestReturn,
)
from server.practice_store.commands_work import (
    CancelWork,
    HoldWork,
    MoveWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
    SplitWork,
)
from server.practice_store.editing import (
    add_edit_custom_item,
    add_edit_variant,
    begin_edit,
    commit_edit,
    set_edit_quantity,
)
from server.practice_store.holding import (
    cancel_work,
    hold_work,
    open_work,
    release_hold,
    report_progress,
)
from server.practice_store.moving import move_work, split_work
from server.practice_store.placing import edit_contact, mark_paid, place_order, record_payment
from server.practice_store.processing import dispose_returned, process_return
from server.practice_store.refunding import create_refund
from server.practice_store.returning import (
    approve_return,
    cancel_return,
    close_return,
    decline_return,
    open_return,
    remove_from_return,
    reopen_return,
    request_return,
)
from server.practice_store.shipping import (
    cancel_fulfillment,
    create_event,
    create_fulfillment,
    update_tracking,
)
from server.practice_store.state import State

# Takes the state, the command and the time; returns what was made or changed, or a list of `UserError`.
Rule = Callable[[State, Any, int], object]

WholeOrderCommand = PlaceOrder | EditContact | CancelOrder | MarkPaid
ShippingCommand = CreateFulfillment | UpdateTracking | CreateEvent | CancelFulfillment
EditCommand = BeginEdit | SetEditQuantity | AddEditVariant | AddEditCustomItem | CommitEdit
ReturnCommand = (
    OpenReturn
    | RequestReturn
    | ApproveReturn
    | DeclineReturn
    | CancelReturn
    | CloseReturn
    | ReopenReturn
    | RemoveFromReturn
    | ProcessReturn
    | DisposeReturned
)
MoneyCommand = CreateRefund | RecordPayment | CloseOrder | OpenOrder | DeleteOrder
WorkCommand = HoldWork | ReleaseHold | MoveWork | SplitWork | ReportProgress | OpenWork | CancelWork
OrderCommand = (
    WholeOrderCommand | ShippingCommand | EditCommand | ReturnCommand | MoneyCommand | WorkCommand
)

ORDER_RULES: Mapping[type[Command], Rule] = {
    PlaceOrder: place_order,
    EditContact: edit_contact,
    CancelOrder: cancel_order,
    MarkPaid: mark_paid,
    CreateFulfillment: create_fulfillment,
    UpdateTracking: update_tracking,
    CreateEvent: create_event,
    CancelFulfillment: cancel_fulfillment,
    BeginEdit: begin_edit,
    SetEditQuantity: set_edit_quantity,
    AddEditVariant: add_edit_variant,
    AddEditCustomItem: add_edit_custom_item,
    CommitEdit: commit_edit,
    OpenReturn: open_return,
    RequestReturn: request_return,
    ApproveReturn: approve_return,
    DeclineReturn: decline_return,
    CancelReturn: cancel_return,
    CloseReturn: close_return,
    ReopenReturn: reopen_return,
    RemoveFromReturn: remove_from_return,
    ProcessReturn: process_return,
    DisposeReturned: dispose_returned,
    CreateRefund: create_refund,
    RecordPayment: record_payment,
    CloseOrder: close_order,
    OpenOrder: open_order,
    DeleteOrder: delete_order,
    HoldWork: hold_work,
    ReleaseHold: release_hold,
    MoveWork: move_work,
    SplitWork: split_work,
    ReportProgress: report_progress,
    OpenWork: open_work,
    CancelWork: cancel_work,
}
