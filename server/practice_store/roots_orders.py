"""Orders: reading, placing, cancelling, marking as paid."""

from __future__ import annotations

from decimal import Decimal

from server.practice_store.asked import Input, Payload, moment
from server.practice_store.cancelling import is_taken_and_not_done
from server.practice_store.commands import CancelOrder, MarkPaid, UserError
from server.practice_store.commands_marks import SetMetafields
from server.practice_store.commands_refunds import CloseOrder, DeleteOrder, OpenOrder, RecordPayment
from server.practice_store.connections import Counted, Listing
from server.practice_store.identity import number_of, stable_uuid
from server.practice_store.order_input import (
    correction_from_input,
    metafields_from_input,
    order_from_input,
)
from server.practice_store.orders import Order
from server.practice_store.roots_edits import EditMutations
from server.practice_store.roots_refunds import RefundMutations, RefundQueries
from server.practice_store.roots_returns import ReturnMutations, ReturnQueries
from server.practice_store.search import order_matches, order_terms

Number = int | str


class OrderQueries(ReturnQueries, RefundQueries):
    """Reading orders."""

    def order(self, *, id: str) -> Order | None:  # noqa: A002 - the schema's name
        """One order."""
        order = self._state.order(id)
        return order if order is not None and self._may_read(order) else None

    def orders(
        self, *, query: str | None = None, sort_key: str = "PROCESSED_AT", **_filters: object
    ) -> Listing:
        """Orders as the search index knows them, which lags."""
        indexed = self._found(query)
        found = [self._state.orders[number] for number in indexed]

        def key(order: Order) -> tuple[Number, ...]:
            match sort_key:
                case "UPDATED_AT":
                    return (indexed[order.number], order.number)
                case "CREATED_AT" | "PROCESSED_AT":
                    return (order.created_at, order.number)
                case "NAME" | "ORDER_NUMBER":
                    return (order.order_number, order.number)
                case _:
                    return (order.number,)

        return Listing(nodes=sorted(found, key=key), key=key)

    def orders_count(self, *, query: str | None = None, limit: int | None = 10_000) -> Counted:
        """How many orders a search finds, counted up to the limit."""
        found = len(self._found(query))
        if limit is not None and found > limit:
            return Counted(count=limit, precision="AT_LEAST")
        return Counted(count=found, precision="EXACT")

    def _found(self, query: str | None) -> dict[int, int]:
        """The orders that a search finds, each with when it last changed as far as the index knows."""
        as_of = self._store.clock() - self._store.search_lag_ms
        terms = order_terms(query)
        indexed = {
            order.number: at
            for order in self._state.orders.values()
            if self._may_read(order)
            and (at := max((one for one in order.updates if one <= as_of), default=None))
            is not None
        }
        return {
            number: at
            for number, at in indexed.items()
            if order_matches(self._state.orders[number], terms, at)
        }


class OrderMutations(EditMutations, ReturnMutations, RefundMutations):
    """What becomes of an order as a whole."""

    def order_create(self, *, order: Input, options: Input | None = None) -> Payload:
        """Place an order as another app would; it is routed at once, as recorded."""
        draft = order_from_input(order, self._state, self._store.clock())
        return self._payload("order", draft)

    def order_cancel(
        self,
        *,
        order_id: str,
        reason: str,
        restock: bool = False,
        refund: bool | None = None,
        refund_method: Input | None = None,
        notify_customer: bool | None = None,
        staff_note: str | None = None,
    ) -> Payload:
        """Cancel an order; the job it would be is done by the time the answer leaves."""
        if refund is not None and refund_method is not None:
            message = "Only one of the arguments `refund` or `refund_method` is allowed."
            return _not_cancelled([UserError(field=("refund",), message=message, code="INVALID")])
        back = (refund_method or {}).get("originalPaymentMethodsRefund")
        command = CancelOrder(
            order=number_of(order_id, "Order") or 0,
            reason=reason,
            restock=restock,
            refund=bool(refund or back),
            notify_customer=bool(notify_customer),
            staff_note=staff_note,
        )
        if not is_taken_and_not_done(self._state.order(order_id)):
            result = self._store.execute(command)
            if isinstance(result, list):
                return _not_cancelled(result)
        job = {"id": f"gid://shopify/Job/{stable_uuid('job', order_id)}", "done": False}
        return {"job": job, "order_cancel_user_errors": [], "user_errors": []}

    def order_mark_as_paid(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Take what is outstanding as paid. A refusal still shows the order (recorded)."""
        payload = self._payload("order", MarkPaid(order=number_of(input["id"], "Order") or 0))
        return {**payload, "order": self._state.order(input["id"])}

    def order_create_manual_payment(
        self,
        *,
        id: str,  # noqa: A002 - the schema's name
        amount: Input | None = None,
        payment_method_name: str | None = None,
        processed_at: str | None = None,
    ) -> Payload:
        """Note that money came in by hand."""
        command = RecordPayment(
            order=id,
            amount=Decimal(str(amount["amount"])) if amount else None,
            gateway=payment_method_name or "manual",
            processed_at_ms=moment(processed_at),
        )
        return self._payload("order", command)

    def order_delete(self, *, order_id: str) -> Payload:
        """Remove it for good."""
        done = self._store.execute(DeleteOrder(order=order_id))
        errors = done if isinstance(done, list) else []
        return {"deleted_id": None if errors else order_id, "user_errors": errors}

    def order_close(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Archive it."""
        return self._payload("order", CloseOrder(order=input["id"]))

    def order_open(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Take it back from the archive."""
        return self._payload("order", OpenOrder(order=input["id"]))

    def order_update(self, *, input: Input) -> Payload:  # noqa: A002 - the schema's name
        """Write over what is given, metafields among it."""
        payload = self._payload("order", correction_from_input(input))
        wanted = metafields_from_input(input)
        if wanted and not payload["user_errors"]:
            marked = self._store.execute(SetMetafields(wanted=wanted))
            if isinstance(marked, list):
                return {**payload, "user_errors": marked}
        return payload


def _not_cancelled(errors: list[UserError]) -> Payload:
    return {"job": None, "order_cancel_user_errors": errors, "user_errors": errors}
