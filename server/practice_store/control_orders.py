"""The control API's deeds on orders that are placed: edit, hold, move, split, return, refund, archive, delete.

As in the store's own pages, lines are named by their gid or SKU and variants by SKU. What is refused on the way leaves what
was done before it, as with a person who gets half-way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

import msgspec

from server.practice_store.asgi import Request, Response, json_response
from server.practice_store.commands import ShipLine, UserError
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
    RefundedLine,
    RefundedMoney,
)
from server.practice_store.commands_returns import (
    OpenReturn,
    RequestReturn,
    WantedExchangeLine,
    WantedReturnLine,
)
from server.practice_store.commands_work import (
    HoldWork,
    MoveWork,
    OpenWork,
    ReleaseHold,
    ReportProgress,
    SplitWork,
    WantedSplit,
)
from server.practice_store.control_views import order_view
from server.practice_store.edits import CalculatedOrder
from server.practice_store.every_command import AnyCommand
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.orders import Order
from server.practice_store.returns import returnable_units
from server.practice_store.store import PracticeStore


class LineUnits(msgspec.Struct, frozen=True, kw_only=True):
    """Units of an order's line, by the line's gid or SKU."""

    line: str
    quantity: int


class AddedLine(msgspec.Struct, frozen=True, kw_only=True):
    """Something to put on an order: a variant by SKU, or an item by title and price."""

    sku: str | None = None
    title: str | None = None
    price: Decimal = Decimal(0)
    quantity: int = 1


class EditRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An edit: `lines` with how many units each is to have, and what is added."""

    lines: list[LineUnits] = []
    add: list[AddedLine] = []
    notify_customer: bool = False
    staff_note: str | None = None


class WorkRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Which open work (its number; none: all of the order's), which units of it, and what else a deed needs."""

    work: int | None = None
    lines: list[LineUnits] = []
    location: int | None = None
    reason: str = "OTHER"
    notes: str | None = None


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Units to come back, and what is sent in exchange (by SKU). `requested`: a customer asks, nobody agreed yet."""

    lines: list[LineUnits]
    exchange: list[AddedLine] = []
    reason: str = "UNWANTED"
    note: str = ""
    requested: bool = False


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Units to refund (`restock`: CANCEL, RETURN or NO_RESTOCK) and the money to give back; no amount gives none."""

    lines: list[LineUnits] = []
    restock: str = "NO_RESTOCK"
    amount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    note: str | None = None


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Money that came in; no amount means all that is outstanding."""

    amount: Decimal | None = None


class OrderControl:
    """Answers `orders/{name}/…` of the control API."""

    def __init__(self, store: PracticeStore) -> None:
        self._store = store

    def edit(self, request: Request, name: str) -> Response:
        """POST orders/{name}/edit."""
        asked = msgspec.json.decode(request.body, type=EditRequest, strict=False)
        return self._with_order(name, lambda order: self._edit(order, asked))

    def hold(self, request: Request, name: str) -> Response:
        """POST orders/{name}/hold."""
        return self._with_work(
            request,
            name,
            lambda work, asked: HoldWork(
                work=work.id,
                reason=asked.reason,
                notes=asked.notes,
                lines=_units(work, asked.lines),
                by="staff",
            ),
        )

    def release(self, request: Request, name: str) -> Response:
        """POST orders/{name}/release."""
        return self._with_work(request, name, lambda work, _: ReleaseHold(work=work.id))

    def move(self, request: Request, name: str) -> Response:
        """POST orders/{name}/move."""
        return self._with_work(
            request,
            name,
            lambda work, asked: MoveWork(
                work=work.id,
                location=f"gid://shopify/Location/{asked.location or 0}",
                lines=_units(work, asked.lines),
            ),
        )

    def split(self, request: Request, name: str) -> Response:
        """POST orders/{name}/split."""
        return self._with_work(
            request,
            name,
            lambda work, asked: SplitWork(
                splits=(WantedSplit(work=work.id, lines=_units(work, asked.lines)),)
            ),
        )

    def report_progress(self, request: Request, name: str) -> Response:
        """POST orders/{name}/progress."""
        return self._with_work(
            request, name, lambda work, asked: ReportProgress(work=work.id, notes=asked.notes)
        )

    def stop_progress(self, request: Request, name: str) -> Response:
        """POST orders/{name}/stop-progress."""
        return self._with_work(request, name, lambda work, _: OpenWork(work=work.id))

    def take_back(self, request: Request, name: str) -> Response:
        """POST orders/{name}/return."""
        asked = msgspec.json.decode(request.body, type=ReturnRequest, strict=False)
        return self._with_order(name, lambda order: self._take_back(order, asked))

    def refund(self, request: Request, name: str) -> Response:
        """POST orders/{name}/refund."""
        asked = msgspec.json.decode(request.body, type=RefundRequest, strict=False)
        return self._with_order(name, lambda order: self._refund(order, asked))

    def record_payment(self, request: Request, name: str) -> Response:
        """POST orders/{name}/payments."""
        asked = msgspec.json.decode(request.body or b"{}", type=PaymentRequest, strict=False)
        return self._with_order(
            name,
            lambda order: self._store.execute(RecordPayment(order=order.id, amount=asked.amount)),
        )

    def close(self, request: Request, name: str) -> Response:
        """POST orders/{name}/close."""
        del request
        return self._with_order(name, lambda order: self._store.execute(CloseOrder(order=order.id)))

    def open(self, request: Request, name: str) -> Response:
        """POST orders/{name}/open."""
        del request
        return self._with_order(name, lambda order: self._store.execute(OpenOrder(order=order.id)))

    def delete(self, request: Request, name: str) -> Response:
        """DELETE orders/{name}."""
        del request
        return self._with_order(
            name, lambda order: self._store.execute(DeleteOrder(order=order.id))
        )

    def _with_order(self, name: str, deed: Callable[[Order], object]) -> Response:
        """Do something to an order and show it; of several refusals the first counts."""
        self._store.settle()
        order = self._store.state.order_named(name)
        if order is None:
            return json_response({"errors": [UserError(message="not found")]}, 404)
        try:
            done = deed(order)
        except ValueError as error:
            done = [UserError(message=str(error))]
        if isinstance(done, list):
            return json_response({"errors": done}, 422)
        return json_response(order_view(order))

    def _with_work(
        self,
        request: Request,
        name: str,
        command: Callable[[FulfillmentOrder, WorkRequest], AnyCommand],
    ) -> Response:
        asked = msgspec.json.decode(request.body or b"{}", type=WorkRequest, strict=False)

        def deed(order: Order) -> object:
            works = [
                one
                for one in order.fulfillment_orders
                if ((asked.work is None and one.status != "CLOSED") or one.number == asked.work)
                and (not asked.lines or _units(one, asked.lines))
            ]
            if not works:
                return [UserError(message="There is no such work, or none that is open.")]
            results = [self._store.execute(command(one, asked)) for one in works]
            return next((one for one in results if isinstance(one, list)), results[0])

        return self._with_order(name, deed)

    def _edit(self, order: Order, asked: EditRequest) -> object:
        begun = self._store.execute(BeginEdit(order=order.id))
        if not isinstance(begun, CalculatedOrder):
            return begun
        commands: list[AnyCommand] = []
        for one in asked.lines:
            found = next(
                (line for line in begun.line_items if _is_named(line.line, one.line)), None
            )
            if found is None:
                raise ValueError(f"The order has no line {one.line}.")
            commands.append(
                SetEditQuantity(edit=begun.id, line=found.id, quantity=one.quantity, restock=True)
            )
        commands.extend(self._addition(begun, added) for added in asked.add)
        commands.append(
            CommitEdit(
                edit=begun.id, notify_customer=asked.notify_customer, staff_note=asked.staff_note
            )
        )
        done: object = None
        for command in commands:
            done = self._store.execute(command)
            if isinstance(done, list):
                return done
        return done

    def _addition(self, edit: CalculatedOrder, added: AddedLine) -> AnyCommand:
        if added.sku is not None:
            return AddEditVariant(
                edit=edit.id,
                variant=self._variant(added.sku),
                quantity=added.quantity,
                allow_duplicates=True,
            )
        return AddEditCustomItem(
            edit=edit.id,
            title=added.title or "",
            quantity=added.quantity,
            price=added.price,
            currency=edit.order.currency_code,
        )

    def _take_back(self, order: Order, asked: ReturnRequest) -> object:
        lines = tuple(_shipped(order, asked.lines, asked.reason, asked.note))
        if asked.requested:
            return self._store.execute(RequestReturn(order=order.id, lines=lines))
        exchange = tuple(
            WantedExchangeLine(variant=self._variant(one.sku or ""), quantity=one.quantity)
            for one in asked.exchange
        )
        return self._store.execute(OpenReturn(order=order.id, lines=lines, exchange=exchange))

    def _refund(self, order: Order, asked: RefundRequest) -> object:
        lines = []
        for one in asked.lines:
            line = next((line for line in order.line_items if _is_named(line, one.line)), None)
            if line is None:
                raise ValueError(f"The order has no line {one.line}.")
            lines.append(RefundedLine(line=line.id, quantity=one.quantity, restock=asked.restock))
        payment = next((one.id for one in order.payments if one.pays), None)
        money = (RefundedMoney(amount=asked.amount, parent=payment),) if asked.amount else ()
        return self._store.execute(
            CreateRefund(
                order=order.id,
                lines=tuple(lines),
                money=money,
                shipping=asked.shipping,
                note=asked.note,
            )
        )

    def _variant(self, sku: str) -> str:
        for variant in self._store.state.variants.values():
            if variant.sku == sku:
                return variant.id
        raise ValueError(f"no variant has the SKU {sku}")


def _is_named(line: object, name: str) -> bool:
    return line is not None and name in {getattr(line, "id", None), getattr(line, "sku", None)}


def _units(work: FulfillmentOrder, lines: Iterable[LineUnits]) -> tuple[ShipLine, ...]:
    """The units by the work's own lines."""
    return tuple(
        ShipLine(id=part.id, quantity=one.quantity)
        for one in lines
        for part in work.line_items
        if _is_named(part.line_item, one.line)
    )


def _shipped(
    order: Order, lines: Iterable[LineUnits], reason: str, note: str
) -> Iterable[WantedReturnLine]:
    """The units by the shipments they came with, the oldest first.

    Raises:
        ValueError: fewer were shipped, or are still out.
    """
    for one in lines:
        left = one.quantity
        for shipment in order.shipments:
            for part in shipment.fulfillment_line_items:
                is_meant = shipment.status == "SUCCESS" and _is_named(part.line_item, one.line)
                units = min(left, returnable_units(order, part)) if is_meant else 0
                if units > 0:
                    left -= units
                    yield WantedReturnLine(
                        fulfillment_line=part.id, quantity=units, reason=reason, note=note
                    )
        if left:
            raise ValueError(f"Not that many units of {one.line} were shipped and not returned.")
