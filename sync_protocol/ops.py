"""What a device records: the op, its kinds and how each is read. What they say is in `bodies`."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from sync_protocol.bodies.asking import AssignBranch, CallAttempt, Confirm, EditContact
from sync_protocol.bodies.desk import (
    ClassifyExchange,
    Dismiss,
    PlanExchange,
    Replay,
    Resolve,
    SettleExchange,
)
from sync_protocol.bodies.keeping import (
    CounterReturn,
    CounterSale,
    CountStock,
    OpeningStock,
    ReceiveStock,
    SetLowStock,
    TransferReceive,
    TransferSend,
)
from sync_protocol.bodies.recording import (
    BranchSync,
    FixBranchStock,
    ManualFulfillment,
    VoidFulfillment,
)
from sync_protocol.bodies.returning import (
    InitiateReturn,
    Inspect,
    ResumeDelivery,
    ReturnReceive,
    WriteOff,
)
from sync_protocol.bodies.riding import (
    CheckInParcel,
    CloseRun,
    CountRunCash,
    CreateRun,
    EndRun,
    LoadParcel,
    ReopenRun,
    StartRun,
    UnloadParcel,
)
from sync_protocol.bodies.shipping import (
    AttemptFailed,
    CancelFulfillment,
    CreateFulfillment,
    Deliver,
    Dispatch,
    EditFulfillment,
    MarkLost,
    Pack,
    SetTracking,
    TrackingEvent,
    UndoDispatch,
    Unpack,
)
from sync_protocol.bodies.store_news import (
    ServerFinding,
    ShopifyOrder,
    ShopifyOutcome,
    StoreContact,
    TimePassed,
)
from sync_protocol.limits import ID_MAX, INTEGER_MAX


class OpClass(StrEnum):
    """A fact happened and is never refused; a claim can lose a race; news comes from the store alone."""

    FACT = "fact"
    CLAIM = "claim"
    NEWS = "news"


class OpKind(StrEnum):
    """Every kind that this version can decide. Any other parks."""

    CONFIRM = "confirm"
    CALL_ATTEMPT = "call_attempt"
    EDIT_CONTACT = "edit_contact"
    ASSIGN_BRANCH = "assign_branch"
    CREATE_FULFILLMENT = "create_fulfillment"
    EDIT_FULFILLMENT = "edit_fulfillment"
    CANCEL_FULFILLMENT = "cancel_fulfillment"
    PACK = "pack"
    UNPACK = "unpack"
    SET_TRACKING = "set_tracking"
    DISPATCH = "dispatch"
    UNDO_DISPATCH = "undo_dispatch"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVER = "deliver"
    MARK_LOST = "mark_lost"
    TRACKING_EVENT = "tracking_event"
    INITIATE_RETURN = "initiate_return"
    RESUME_DELIVERY = "resume_delivery"
    RETURN_RECEIVE = "return_receive"
    INSPECT = "inspect"
    WRITE_OFF = "write_off"
    MANUAL_FULFILLMENT = "manual_fulfillment"
    BRANCH_SYNC = "branch_sync"
    VOID_FULFILLMENT = "void_fulfillment"
    FIX_BRANCH_STOCK = "fix_branch_stock"
    OPENING_STOCK = "opening_stock"
    RECEIVE_STOCK = "receive_stock"
    COUNTER_SALE = "counter_sale"
    COUNTER_RETURN = "counter_return"
    TRANSFER_SEND = "transfer_send"
    TRANSFER_RECEIVE = "transfer_receive"
    COUNT = "count"
    SET_LOW_STOCK = "set_low_stock"
    CREATE_RUN = "create_run"
    LOAD_PARCEL = "load_parcel"
    UNLOAD_PARCEL = "unload_parcel"
    START_RUN = "start_run"
    END_RUN = "end_run"
    CHECK_IN_PARCEL = "check_in_parcel"
    COUNT_RUN_CASH = "count_run_cash"
    CLOSE_RUN = "close_run"
    REOPEN_RUN = "reopen_run"
    CLASSIFY_EXCHANGE = "classify_exchange"
    PLAN_EXCHANGE = "plan_exchange"
    SETTLE_EXCHANGE = "settle_exchange"
    RESOLVE = "resolve"
    REPLAY = "replay"
    DISMISS = "dismiss"
    SHOPIFY_ORDER = "shopify_order"
    SHOPIFY_OUTCOME = "shopify_outcome"
    STORE_CONTACT = "store_contact"
    TIME_PASSED = "time_passed"
    SERVER_FINDING = "server_finding"


OpBody = (
    Confirm
    | CallAttempt
    | EditContact
    | AssignBranch
    | CreateFulfillment
    | EditFulfillment
    | CancelFulfillment
    | Pack
    | Unpack
    | SetTracking
    | Dispatch
    | UndoDispatch
    | AttemptFailed
    | Deliver
    | MarkLost
    | TrackingEvent
    | InitiateReturn
    | ResumeDelivery
    | ReturnReceive
    | Inspect
    | WriteOff
    | ManualFulfillment
    | BranchSync
    | VoidFulfillment
    | FixBranchStock
    | OpeningStock
    | ReceiveStock
    | CounterSale
    | CounterReturn
    | TransferSend
    | TransferReceive
    | CountStock
    | SetLowStock
    | CreateRun
    | LoadParcel
    | UnloadParcel
    | StartRun
    | EndRun
    | CheckInParcel
    | CountRunCash
    | CloseRun
    | ReopenRun
    | ClassifyExchange
    | PlanExchange
    | SettleExchange
    | Resolve
    | Replay
    | Dismiss
    | ShopifyOrder
    | ShopifyOutcome
    | StoreContact
    | TimePassed
    | ServerFinding
)


class KindRule(Struct, frozen=True, kw_only=True):
    """How one kind is read: its class, its body and the highest body version understood."""

    op_class: OpClass
    body: type[OpBody]
    version: int = 1


def _claim(body: type[OpBody]) -> KindRule:
    return KindRule(op_class=OpClass.CLAIM, body=body)


def _fact(body: type[OpBody]) -> KindRule:
    return KindRule(op_class=OpClass.FACT, body=body)


def _news(body: type[OpBody]) -> KindRule:
    return KindRule(op_class=OpClass.NEWS, body=body)


KINDS: dict[OpKind, KindRule] = {
    OpKind.CONFIRM: _claim(Confirm),
    OpKind.CALL_ATTEMPT: _claim(CallAttempt),
    OpKind.EDIT_CONTACT: _claim(EditContact),
    OpKind.ASSIGN_BRANCH: _claim(AssignBranch),
    OpKind.CREATE_FULFILLMENT: _claim(CreateFulfillment),
    OpKind.EDIT_FULFILLMENT: _claim(EditFulfillment),
    OpKind.CANCEL_FULFILLMENT: _claim(CancelFulfillment),
    OpKind.PACK: _fact(Pack),
    OpKind.UNPACK: _fact(Unpack),
    OpKind.SET_TRACKING: _claim(SetTracking),
    OpKind.DISPATCH: _fact(Dispatch),
    OpKind.UNDO_DISPATCH: _fact(UndoDispatch),
    OpKind.ATTEMPT_FAILED: _fact(AttemptFailed),
    OpKind.DELIVER: _fact(Deliver),
    OpKind.MARK_LOST: _fact(MarkLost),
    OpKind.TRACKING_EVENT: _fact(TrackingEvent),
    OpKind.INITIATE_RETURN: _fact(InitiateReturn),
    OpKind.RESUME_DELIVERY: _fact(ResumeDelivery),
    OpKind.RETURN_RECEIVE: _fact(ReturnReceive),
    OpKind.INSPECT: _fact(Inspect),
    OpKind.WRITE_OFF: _fact(WriteOff),
    OpKind.MANUAL_FULFILLMENT: _fact(ManualFulfillment),
    OpKind.BRANCH_SYNC: _fact(BranchSync),
    OpKind.VOID_FULFILLMENT: _fact(VoidFulfillment),
    OpKind.FIX_BRANCH_STOCK: _fact(FixBranchStock),
    OpKind.OPENING_STOCK: _fact(OpeningStock),
    OpKind.RECEIVE_STOCK: _fact(ReceiveStock),
    OpKind.COUNTER_SALE: _fact(CounterSale),
    OpKind.COUNTER_RETURN: _fact(CounterReturn),
    OpKind.TRANSFER_SEND: _fact(TransferSend),
    OpKind.TRANSFER_RECEIVE: _fact(TransferReceive),
    OpKind.COUNT: _fact(CountStock),
    OpKind.SET_LOW_STOCK: _claim(SetLowStock),
    OpKind.CREATE_RUN: _claim(CreateRun),
    OpKind.LOAD_PARCEL: _fact(LoadParcel),
    OpKind.UNLOAD_PARCEL: _fact(UnloadParcel),
    OpKind.START_RUN: _fact(StartRun),
    OpKind.END_RUN: _fact(EndRun),
    OpKind.CHECK_IN_PARCEL: _fact(CheckInParcel),
    OpKind.COUNT_RUN_CASH: _fact(CountRunCash),
    OpKind.CLOSE_RUN: _claim(CloseRun),
    OpKind.REOPEN_RUN: _claim(ReopenRun),
    OpKind.CLASSIFY_EXCHANGE: _claim(ClassifyExchange),
    OpKind.PLAN_EXCHANGE: _claim(PlanExchange),
    OpKind.SETTLE_EXCHANGE: _fact(SettleExchange),
    OpKind.RESOLVE: _claim(Resolve),
    OpKind.REPLAY: _claim(Replay),
    OpKind.DISMISS: _claim(Dismiss),
    OpKind.SHOPIFY_ORDER: _news(ShopifyOrder),
    OpKind.SHOPIFY_OUTCOME: _news(ShopifyOutcome),
    OpKind.STORE_CONTACT: _news(StoreContact),
    OpKind.TIME_PASSED: _news(TimePassed),
    OpKind.SERVER_FINDING: _news(ServerFinding),
}


def kind_rule(name: str) -> KindRule | None:
    """Return how the kind of that name is read, or None for a kind of a newer version."""
    return _RULES_BY_NAME.get(name)


_RULES_BY_NAME = {kind.value: rule for kind, rule in KINDS.items()}


class Op(Struct, frozen=True, kw_only=True):
    """One thing a person did, as its device recorded it.

    `n` and `prev` place it in the chain of (device, incarnation) and may change when it is offered again; `id` and
    `body` never do. `at` is the device's wall clock in epoch ms, `clock` its [offset to the server, uncertainty] in
    ms, `seen` the stream versions on the screen. `body` stays raw until its kind is known.
    """

    id: Annotated[str, Meta(min_length=1, max_length=ID_MAX)]
    n: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
    prev: str | None = None
    kind: Annotated[str, Meta(min_length=1, max_length=ID_MAX)]
    v: Annotated[int, Meta(ge=1, le=1_000)] = 1
    by: Annotated[str, Meta(max_length=ID_MAX)] | None = None
    at: Annotated[int, Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)] = 0
    clock: tuple[int, int] | None = None
    seen: dict[str, int] = {}
    deps: tuple[str, ...] = ()
    body: msgspec.Raw = msgspec.Raw(b"{}")
