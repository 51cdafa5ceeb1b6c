"""The online shop as its customers and the Shopify team use it. Rawana hears of every change, as it would by webhook."""

import itertools
from collections import Counter

from msgspec.structs import replace

from sync_protocol.bodies.store_news import (
    SeenAgreement,
    SeenLine,
    SeenReturn,
    SeenReturnLine,
    SeenSale,
    ShopifyOrder,
)
from sync_protocol.ids import OrderId, OrderLineId, VariantId
from sync_protocol.orders import Contact, LineCount, StoreFulfillment
from tests.server.retail import KURTA, SHAWL, SHOE, Retail

Goods = dict[VariantId, int]

PRICES = {KURTA: 250_000, SHOE: 400_000, SHAWL: 150_000}
AYESHA = Contact(
    name="Ayesha Khan",
    phone="923001234567",
    phone_raw="0300 1234567",
    address="House 1, Street 4",
    city="Lahore",
)


class StoreOrder:
    """An order as the store has it now. `paid` is what the customer has paid there, in paisa."""

    def __init__(self, reading: ShopifyOrder, *, paid: int) -> None:
        self.reading = reading
        self.paid = paid
        self.shows_agreements = True

    @property
    def id(self) -> OrderId:
        return self.reading.id

    def line_of(self, variant: VariantId) -> SeenLine:
        """The youngest line of that variant."""
        return next(x for x in reversed(self.reading.lines) if x.variant_id == variant)

    def lines_of(self, goods: Goods | None) -> list[dict]:
        """The goods, or all that the order still has, as a phone names them."""
        if goods is None:
            current = [x for x in self.reading.lines if x.current_units and x.ships]
            return [{"order_line_id": x.id, "units": x.current_units} for x in current]
        return [{"order_line_id": self.line_of(v).id, "units": n} for v, n in goods.items()]

    @property
    def total(self) -> int:
        """What the order is worth without what is to be sent back."""
        back = Counter(
            {p.order_line_id: p.units for r in self.reading.returns if r.open for p in r.lines}
        )
        return sum(x.unit_paisa * (x.current_units - back[x.id]) for x in self.reading.lines)

    def change(self, variant: VariantId, **fields: int) -> None:
        mine = self.line_of(variant)
        lines = tuple(
            replace(x, **{name: getattr(x, name) + n for name, n in fields.items()})
            if x is mine
            else x
            for x in self.reading.lines
        )
        self.reading = replace(self.reading, lines=lines)

    def add(self, goods: Goods) -> None:
        """New lines, as an edit or an exchange makes them."""
        place = len(self.reading.lines)
        new = [new_line(self.id, place + i, v, n) for i, (v, n) in enumerate(goods.items())]
        self.reading = replace(self.reading, lines=(*self.reading.lines, *new))

    def agree(self, off: Goods, on: Goods, at: int) -> None:
        """Write down what a change amounts to, as the store accounts for it."""
        sales = [self._sale(v, -n) for v, n in off.items()] + [
            self._sale(v, n) for v, n in on.items()
        ]
        told = self.reading.agreements or ()
        agreement = SeenAgreement(id=f"a{len(told) + 1}", happened_at=at, sales=tuple(sales))
        self.reading = replace(self.reading, agreements=(*told, agreement))

    def _sale(self, variant: VariantId, units: int) -> SeenSale:
        line = self.line_of(variant)
        return SeenSale(order_line_id=line.id, units=units, paisa=units * line.unit_paisa)


def new_line(order_id: OrderId, place: int, variant: VariantId, units: int) -> SeenLine:
    return SeenLine(
        id=OrderLineId(f"{order_id}{place}"),
        variant_id=variant,
        title=f"Thing {variant}",
        variant_title="M",
        ordered_units=units,
        current_units=units,
        unit_paisa=PRICES[variant],
    )


class Storefront:
    """Orders as they come in and change."""

    def __init__(self, retail: Retail) -> None:
        self.retail = retail
        self.clock = retail.server.clock
        self._numbers = itertools.count(1001)
        self._shipments = itertools.count(1)

    async def customer_orders(
        self, goods: Goods, *, cod: bool = True, contact: Contact = AYESHA, **more: object
    ) -> StoreOrder:
        """Somebody buys something, to be paid at the door unless `cod` is false."""
        number = OrderId(str(next(self._numbers)))
        lines = tuple(new_line(number, i, v, n) for i, (v, n) in enumerate(goods.items()))
        reading = ShopifyOrder(
            id=number,
            gid=f"gid://shopify/Order/{number}",
            name=f"#{number}",
            placed_at=self.clock(),
            updated_at=self.clock(),
            financial_status="pending" if cod else "paid",
            cod=cod,
            total_paisa=0,
            outstanding_paisa=0,
            contact=contact,
            lines=lines,
            agreements=(),
        )
        total = sum(x.unit_paisa * x.current_units for x in lines)
        order = StoreOrder(replace(reading, **more), paid=0 if cod else total)
        await self.store_shows(order)
        return order

    async def store_shows(self, order: StoreOrder, **changes: object) -> str:
        """The store shows the order as it is now; return what Rawana made of it."""
        due = max(0, order.total - order.paid)
        reading = replace(
            order.reading,
            updated_at=self.clock(),
            total_paisa=order.total,
            outstanding_paisa=due,
            cod=due > 0,
        )
        order.reading = replace(reading, **changes)
        seen = order.reading
        if not order.shows_agreements:
            seen = replace(seen, agreements=None)
        return (await self.retail.news(seen))["status"]

    async def store_fulfills(
        self,
        order: StoreOrder,
        goods: Goods | None = None,
        courier: str = "TCS",
        number: str | None = None,
    ) -> str:
        """The Shopify team fulfills in Shopify admin; return the fulfillment's name there."""
        gid = f"gid://shopify/Fulfillment/{next(self._shipments)}"
        parts = order.lines_of(goods)
        made = StoreFulfillment(
            gid=gid,
            live=True,
            at=self.clock(),
            courier=courier,
            tracking_number=number or f"CN-{gid[-1]}",
            lines=tuple(
                LineCount(order_line_id=p["order_line_id"], units=p["units"]) for p in parts
            ),
        )
        _count(order, made, +1)
        order.reading = replace(order.reading, fulfillments=(*order.reading.fulfillments, made))
        await self.store_shows(order)
        return gid

    async def store_takes_back(self, order: StoreOrder, gid: str) -> str:
        """The Shopify team cancels a fulfillment in Shopify admin."""
        made = next(f for f in order.reading.fulfillments if f.gid == gid)
        _count(order, made, -1)
        known = tuple(
            replace(f, live=False) if f.gid == gid else f for f in order.reading.fulfillments
        )
        return await self.store_shows(order, fulfillments=known)

    async def store_edits(
        self, order: StoreOrder, off: Goods | None = None, on: Goods | None = None
    ) -> str:
        """The team edits the order: items off, items on."""
        order.add(on or {})
        order.agree(off or {}, on or {}, self.clock())
        for variant, units in (off or {}).items():
            order.change(variant, current_units=-units)
        return await self.store_shows(order)

    async def store_exchanges_by_return(
        self, order: StoreOrder, back: Goods, instead: Goods | None = None
    ) -> str:
        """The team opens a return in Shopify, with what the customer wants instead."""
        order.add(instead or {})
        order.agree(back, instead or {}, self.clock())
        returned = SeenReturn(
            gid=f"gid://shopify/Return/{order.id}{len(order.reading.returns)}",
            open=True,
            lines=tuple(
                SeenReturnLine(order_line_id=order.line_of(v).id, units=n) for v, n in back.items()
            ),
        )
        order.reading = replace(order.reading, returns=(*order.reading.returns, returned))
        return await self.store_shows(order)

    async def store_closes_returns(self, order: StoreOrder) -> str:
        """The returned items were processed in Shopify: they are off the order."""
        for returned in order.reading.returns:
            for part in returned.lines if returned.open else ():
                line = next(x for x in order.reading.lines if x.id == part.order_line_id)
                order.change(line.variant_id, current_units=-part.units)
        known = tuple(replace(r, open=False) for r in order.reading.returns)
        order.reading = replace(order.reading, returns=known)
        return await self.store_shows(order)

    async def store_cancels(self, order: StoreOrder) -> str:
        """The order is cancelled in Shopify."""
        return await self.store_shows(order, cancelled_at=self.clock())


def _count(order: StoreOrder, made: StoreFulfillment, sign: int) -> None:
    for part in made.lines:
        line = next(x for x in order.reading.lines if x.id == part.order_line_id)
        assert line.variant_id is not None
        order.change(line.variant_id, fulfilled_units=sign * part.units)
