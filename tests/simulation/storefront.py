"""The store as a simulation needs it: orders that are placed, edited, cancelled and fulfilled, and calls that go wrong.

It shows its orders in the Admin API's own shapes, so that the product's reading of them is the real one.
"""

import datetime as dt
import heapq
import itertools
import random
from collections.abc import Callable, Sequence
from enum import StrEnum

from msgspec import Struct

from server.shopify import answers
from server.shopify.failures import NotSent, OutcomeUnknown, Throttled
from server.shopify.fulfillments import Tracking, Work
from server.shopify.operations import FulfillmentWritten
from server.shopify.scalars import order_gid
from sync_protocol.ids import OrderId, VariantId

CANARY = "Zarqa"
"""Stands in every name and address of a customer, so that it is seen wherever it must not be."""

UNIT_PRICE = "2500.0"


class CallFault(StrEnum):
    """What may become of one write to the store."""

    THROTTLED = "throttled"
    NOT_SENT = "not_sent"
    ERROR_BEFORE = "error_before"
    TIMEOUT_BEFORE = "timeout_before"
    ERROR_AFTER = "error_after"
    TIMEOUT_AFTER = "timeout_after"
    TIMEOUT_LATE = "timeout_late"


LATEST_LANDING_MS = 100_000
"""A call that nobody waits for any more lands within this time, well before the cool-off ends."""


class Line(Struct, kw_only=True):
    """One line; `current` is what edits left of `ordered`."""

    id: str
    variant_id: VariantId
    ordered: int
    current: int


class Sent(Struct, kw_only=True):
    """A fulfillment; `ours` says that our app made it, for which of our shipments only the auditor knows."""

    gid: str
    number: str | None
    url: str | None
    company: str | None
    units: dict[str, int]
    at: int
    ours: bool
    shipment_id: str = ""
    live: bool = True


class Placed(Struct, kw_only=True):
    """An order. `version` counts its changes, `updated_s` is what the store says of the last one."""

    id: OrderId
    placed_at: int
    lines: list[Line]
    cod: bool
    sent: list[Sent] = []
    cancelled_at: int | None = None
    updated_s: int = 0
    version: int = 0

    def left(self, line: Line) -> int:
        """Units of a line that nobody has fulfilled."""
        return line.current - sum(s.units.get(line.id, 0) for s in self.sent if s.live)


class Storefront:
    """All orders, the webhooks on their way, and the calls that will still land."""

    def __init__(self, rng: random.Random, clock: Callable[[], int]) -> None:
        self._rng = rng
        self._clock = clock
        self._serial = itertools.count(1)
        self._late: list[tuple[int, int, Callable[[], object]]] = []
        self._shown: dict[OrderId, tuple[int, answers.Order]] = {}
        self.orders: dict[OrderId, Placed] = {}
        self.wire: list[tuple[str, OrderId]] = []
        """Webhooks that will arrive: (event id, order)."""
        self.loses_hooks = False
        self.landed_late = 0

    # What customers and the desk of the store do

    def place(self, variants: Sequence[VariantId]) -> Placed:
        rng, number = self._rng, 900 + next(self._serial)
        lines = [
            Line(id=f"{number}{place}", variant_id=rng.choice(variants), ordered=n, current=n)
            for place in range(1, rng.choice((2, 2, 3)))
            for n in (rng.randint(1, 4),)
        ]
        order = Placed(
            id=OrderId(str(number)),
            placed_at=self._clock(),
            lines=lines,
            cod=rng.random() < 0.5,
        )
        self.orders[order.id] = order
        self._changed(order)
        return order

    def edit(self, order: Placed, variants: Sequence[VariantId]) -> None:
        """Take a unit off, put one on, or add a line."""
        line = self._rng.choice(order.lines)
        what = self._rng.random()
        if what < 0.4 and self.left(order, line) > 0:
            line.current -= 1
        elif what < 0.7:
            line.current += 1
        elif len(order.lines) < 4:
            name = f"{order.id}{len(order.lines) + 1}"
            variant = self._rng.choice(variants)
            order.lines.append(Line(id=name, variant_id=variant, ordered=0, current=1))
        self._changed(order)

    def left(self, order: Placed, line: Line) -> int:
        return order.left(line)

    def cancel(self, order: Placed) -> None:
        order.cancelled_at = self._clock()
        self._changed(order)

    def fulfil_by_hand(self, order: Placed) -> None:
        """Somebody fulfils in the store's own admin what is left of an order."""
        units = {line.id: order.left(line) for line in order.lines if order.left(line) > 0}
        if units and order.cancelled_at is None:
            number = self._rng.choice((None, "by hand"))
            self._send(order, units, Tracking(number=number), ours=False)

    def cancel_by_hand(self, order: Placed) -> None:
        """Somebody takes a fulfillment back in the store's own admin."""
        live = [sent for sent in order.sent if sent.live]
        if live:
            self._rng.choice(live).live = False
            self._changed(order)

    # What our server does

    def read(self, order_id: OrderId) -> answers.Order | None:
        """Show an order as the Admin API does."""
        order = self.orders.get(order_id)
        if order is None:
            return None
        shown = self._shown.get(order_id)
        if shown is None or shown[0] != order.version:
            shown = self._shown[order_id] = (order.version, _shown(order))
        return shown[1]

    def create(
        self,
        work: Sequence[Work],
        tracking: Tracking,
        fault: CallFault | None,
        shipment_id: str,
    ) -> FulfillmentWritten:
        """Fulfil; every call that is carried out makes a new fulfillment where there are units left.

        Raises:
            ShopifyError: by the fault; it may have been carried out, or will be.
        """
        return self._call(lambda: self._create(work, tracking, shipment_id), fault)

    def change(self, gid: str, act: Callable[[Sent], None], fault: CallFault | None) -> None:
        """Change a fulfillment.

        Raises:
            ShopifyError: by the fault.
        """

        def apply() -> None:
            for order in self.orders.values():
                for sent in order.sent:
                    if sent.gid == gid:
                        act(sent)
                        self._changed(order)

        self._call(apply, fault)

    def _call(self, act: Callable, fault: CallFault | None):
        match fault:
            case None:
                return act()
            case CallFault.THROTTLED:
                raise Throttled(self._rng.randint(1, 5))
            case CallFault.NOT_SENT:
                raise NotSent("no connection")
            case CallFault.ERROR_BEFORE | CallFault.TIMEOUT_BEFORE:
                raise OutcomeUnknown(fault.value)
            case CallFault.TIMEOUT_LATE:
                at = self._clock() + self._rng.randint(1, LATEST_LANDING_MS)
                heapq.heappush(self._late, (at, next(self._serial), act))
            case _:
                act()
        raise OutcomeUnknown(fault.value)

    def tick(self, now: int) -> None:
        """Let land what was late."""
        while self._late and self._late[0][0] <= now:
            heapq.heappop(self._late)[2]()
            self.landed_late += 1

    def _create(
        self, work: Sequence[Work], tracking: Tracking, shipment_id: str
    ) -> FulfillmentWritten:
        order = self.orders[OrderId(work[0].fulfillment_order_id.rpartition("/")[2])]
        units: dict[str, int] = {}
        for part in work:
            for line in part.fulfillment_order_line_items or ():
                units[line.id.rpartition("/")[2]] = line.quantity
        lines = {line.id: line for line in order.lines}
        if order.cancelled_at is not None or any(
            n > order.left(lines[line_id]) for line_id, n in units.items()
        ):
            refused = answers.UserError(message="Invalid fulfillment order line item quantity")
            return FulfillmentWritten(user_errors=(refused,))
        sent = self._send(order, units, tracking, ours=True)
        sent.shipment_id = shipment_id
        return FulfillmentWritten(fulfillment=_shown_sent(sent))

    def _send(
        self, order: Placed, units: dict[str, int], tracking: Tracking, *, ours: bool
    ) -> Sent:
        gid = f"gid://shopify/Fulfillment/{next(self._serial)}"
        sent = Sent(
            gid=gid,
            number=tracking.number,
            url=tracking.url,
            company=tracking.company,
            units=units,
            at=self._clock(),
            ours=ours,
        )
        order.sent.append(sent)
        self._changed(order)
        return sent

    def _changed(self, order: Placed) -> None:
        order.version += 1
        order.updated_s = self._clock() // 1000
        self._emit(order)

    def _emit(self, order: Placed) -> None:
        chance = self._rng.random()
        if self.loses_hooks or chance < 0.12:
            return
        event = f"event-{next(self._serial)}"
        for _ in range(3 if chance > 0.85 else 1):
            place = self._rng.randint(0, len(self.wire))
            self.wire.insert(place, (event, order.id))


def _iso(seconds: int) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ref(kind: str, name: str) -> answers.Ref:
    return answers.Ref(id=f"gid://shopify/{kind}/{name}")


def _money(units: int) -> answers.ShopMoney:
    amount = str(float(UNIT_PRICE) * units)
    return answers.ShopMoney(shop_money=answers.Money(amount=amount, currency_code="PKR"))


def _shown(order: Placed) -> answers.Order:
    total = sum(line.current for line in order.lines)
    return answers.Order(
        id=order_gid(order.id),
        name=f"#{order.id}",
        created_at=_iso(order.placed_at // 1000),
        updated_at=_iso(order.updated_s),
        cancelled_at=None if order.cancelled_at is None else _iso(order.cancelled_at // 1000),
        shipping_address=answers.Address(
            name=f"{CANARY} {order.id}", address1=f"House {order.id}, {CANARY} Road"
        ),
        phone=f"0300 {int(order.id) % 7:07}",
        display_financial_status="PENDING" if order.cod else "PAID",
        fully_paid=not order.cod,
        currency_code="PKR",
        current_total_price_set=_money(total),
        total_outstanding_set=_money(total if order.cod else 0),
        line_items=answers.Page(nodes=tuple(_shown_line(order, line) for line in order.lines)),
        fulfillment_orders=answers.Page(nodes=_shown_work(order)),
        fulfillments=tuple(_shown_sent(sent) for sent in order.sent),
    )


def _shown_line(order: Placed, line: Line) -> answers.OrderLine:
    return answers.OrderLine(
        id=f"gid://shopify/LineItem/{line.id}",
        quantity=max(line.ordered, line.current),
        current_quantity=line.current,
        unfulfilled_quantity=order.left(line),
        title="Kurta",
        variant=answers.LineVariant(id=f"gid://shopify/ProductVariant/{line.variant_id}"),
        discounted_unit_price_after_all_discounts_set=_money(1),
    )


def _shown_work(order: Placed) -> tuple[answers.FulfillmentOrder, ...]:
    work = answers.FulfillmentOrder(
        id=f"gid://shopify/FulfillmentOrder/{order.id}",
        status="CLOSED" if order.cancelled_at is not None else "OPEN",
        line_items=answers.Page(
            nodes=tuple(
                answers.FulfillmentOrderLine(
                    id=f"gid://shopify/FulfillmentOrderLineItem/{line.id}",
                    total_quantity=line.current,
                    remaining_quantity=max(0, order.left(line)),
                    line_item=_ref("LineItem", line.id),
                )
                for line in order.lines
            )
        ),
    )
    return (work,)


def _shown_sent(sent: Sent) -> answers.Fulfillment:
    return answers.Fulfillment(
        id=sent.gid,
        status="SUCCESS" if sent.live else "CANCELLED",
        created_at=_iso(sent.at // 1000),
        tracking_info=(
            answers.TrackingInfo(number=sent.number, url=sent.url, company=sent.company),
        ),
        fulfillment_line_items=answers.Page(
            nodes=tuple(
                answers.FulfillmentLine(
                    id=f"gid://shopify/FulfillmentLineItem/{line_id}",
                    quantity=units,
                    line_item=_ref("LineItem", line_id),
                )
                for line_id, units in sent.units.items()
            )
        ),
    )
