"""The store's own pages: the orders and who is told of them, and one order with all that the team can do to it."""

from __future__ import annotations

from html import escape

from server.practice_store.asgi import Request, Response
from server.practice_store.by_hand import WantedLine, lines_of
from server.practice_store.commands import AddressDraft, CustomerDraft, DropSubscription, UserError
from server.practice_store.money import rest_amount
from server.practice_store.orders import Order
from server.practice_store.page_deeds import DEEDS
from server.practice_store.page_order import COUNT, VARIANTS, OrderPage
from server.practice_store.page_shell import (
    Form,
    field_of,
    form_of,
    hidden,
    page_of,
    status_of,
    text_of,
)
from server.practice_store.store import PracticeStore

SHOWN_ORDERS = 50
LINES_OF_A_NEW_ORDER = 3


class Pages:
    """Answers `/practice/` and what is under `/practice/page/`. `prefix` is where the whole store is mounted."""

    def __init__(self, store: PracticeStore, prefix: str) -> None:
        self._store = store
        self._root = f"{prefix}/practice"

    def front(self, request: Request, refusal: str | None = None) -> Response:
        """GET /practice/: the newest orders, a form to place one, and the webhook subscriptions."""
        del request
        self._store.settle()
        orders = list(self._store.state.orders.values())[: -SHOWN_ORDERS - 1 : -1]
        rows = "".join(self._row(one) for one in orders)
        alert = f'<p class="refused" role="alert">{text_of(refusal)}</p>' if refusal else ""
        content = f"""{alert}<p class="small">A practice store: a stand-in for Shopify. Nothing here is real.</p>
            <div class="columns"><section><h2>Orders</h2><table><thead><tr><th>Order</th><th>Customer</th>
            <th class="number">Total</th><th>Payment</th><th>Fulfillment</th></tr></thead>
            <tbody>{rows}</tbody></table></section><div>{self._placing()}{self._subscriptions()}</div></div>{self._skus()}"""
        return self._page("Orders", content, 422 if refusal else 200)

    def order(self, request: Request, name: str, refusal: str | None = None) -> Response:
        """GET /practice/page/orders/{name}."""
        del request
        self._store.settle()
        order = self._store.state.order_named(name)
        back = f'<p><a href="{escape(self._root)}/">All orders</a></p>'
        if order is None:
            return self._page("No such order", back, 404)
        drawn = OrderPage(order, escape(self._address(order))).content(refusal)
        content = f"{back}{drawn}{self._skus()}"
        return self._page(f"Order {order.name}", content, 422 if refusal else 200)

    def place(self, request: Request) -> Response:
        """POST /practice/page/orders: place the order that was filled in, or with no item a random one."""
        form = Form(request)
        try:
            order = self._placed(form)
        except ValueError as error:
            return self.front(request, _words(error))
        return self._see(order)

    def act(self, request: Request, name: str, deed: str) -> Response:
        """POST /practice/page/orders/{name}/{deed}."""
        order = self._store.state.order_named(name)
        if order is None or deed not in DEEDS:
            return self.order(request, name if order is None else "")
        try:
            result = DEEDS[deed](self._store, order, Form(request))
        except ValueError as error:
            return self.order(request, name, _words(error))
        errors = (
            [one for one in result if isinstance(one, UserError)]
            if isinstance(result, list)
            else []
        )
        if errors:
            return self.order(request, name, " ".join(error.message for error in errors))
        return self._see(order)

    def drop_subscription(self, request: Request) -> Response:
        """POST /practice/page/subscriptions/drop: what the store does when deliveries keep failing."""
        number = Form(request).units_or_zero("subscription")
        kept = self._store.state.subscriptions.get(number)
        if kept is None or not kept.by_api:
            return self.front(request, "There is no such subscription made over the API.")
        self._store.execute(DropSubscription(subscription=number))
        return Response(status=303, headers={"Location": f"{self._root}/"})

    def _placed(self, form: Form) -> Order:
        lines = [
            WantedLine(sku=sku, quantity=form.units(f"units{place}") or 1)
            for place in range(LINES_OF_A_NEW_ORDER)
            if (sku := form.text(f"sku{place}")) is not None
        ]
        if not lines:
            return self._store.place_order()
        first = form.text("first_name")
        phone = form.text("phone")
        customer = (
            CustomerDraft(first_name=first, last_name=form.text("last_name"), phone=phone)
            if first or phone
            else None
        )
        address = None
        if form.text("address1") or form.text("city"):
            address = AddressDraft(
                first_name=first,
                last_name=form.text("last_name"),
                address1=form.text("address1"),
                city=form.text("city"),
                phone=phone,
            )
        return self._store.place_order(
            lines_of(self._store, lines),
            customer,
            address,
            phone=phone,
            note=form.text("note"),
            paid=form.text("payment") == "paid",
        )

    def _see(self, order: Order) -> Response:
        return Response(status=303, headers={"Location": self._address(order)})

    def _address(self, order: Order) -> str:
        return f"{self._root}/page/orders/{order.name.removeprefix('#')}"

    def _row(self, order: Order) -> str:
        address = order.shipping_address
        name = (address.name if address else None) or (
            order.customer.display_name if order.customer else None
        )
        shipping = "being routed" if not order.is_routed else order.display_fulfillment_status
        state = "cancelled" if order.cancelled_at is not None else shipping
        return f"""<tr><td><a href="{escape(self._address(order))}">{text_of(order.name)}</a></td>
            <td>{text_of(name)}<br><span class="small">{text_of(address.city if address else None)}</span></td>
            <td class="number">{rest_amount(order.total)}</td>
            <td>{status_of(order.display_financial_status)}</td><td>{status_of(state)}</td></tr>"""

    def _placing(self) -> str:
        action = f"{self._root}/page/orders"
        items = "".join(
            f"""<div class="row">{field_of(f"Item {place + 1}: SKU", f"sku{place}", more=VARIANTS)}
            {field_of("Units", f"units{place}", "1", kind="number", more=COUNT)}</div>"""
            for place in range(LINES_OF_A_NEW_ORDER)
        )
        fields = (
            ("First name", "first_name"),
            ("Last name", "last_name"),
            ("Phone", "phone"),
            ("Address", "address1"),
            ("City", "city"),
            ("Note", "note"),
        )
        person = "".join(field_of(label, name) for label, name in fields)
        return f"""<section><h2>Place an order</h2>{form_of(action, "A random one", quiet=True)}
            <form method="post" action="{escape(action)}">{items}<div class="row">{person}</div><div class="row">
            <label class="tick"><input type="radio" name="payment" value="cod" checked> Cash on delivery</label>
            <label class="tick"><input type="radio" name="payment" value="paid"> Paid already</label>
            <button>Place the order</button></div></form></section>"""

    def _subscriptions(self) -> str:
        action = f"{self._root}/page/subscriptions/drop"
        rows = "".join(
            f"""<tr><td>{text_of(one.header_topic)}<br><span class="small">{text_of(one.uri)}</span></td><td>"""
            + (
                form_of(action, "Drop", hidden("subscription", str(one.number)), quiet=True)
                if one.by_api
                else '<span class="small">configured</span>'
            )
            + "</td></tr>"
            for one in self._store.state.subscriptions.values()
        )
        shown = (
            f"<table><tbody>{rows}</tbody></table>"
            if rows
            else "<p>Nobody is told of anything.</p>"
        )
        return f"<section><h2>Webhook subscriptions</h2>{shown}</section>"

    def _skus(self) -> str:
        options = "".join(
            f'<option value="{escape(one.sku)}">{escape(one.display_name)}</option>'
            for one in self._store.state.variants.values()
        )
        return f'<datalist id="variants">{options}</datalist>'

    def _page(self, title: str, content: str, status: int = 200) -> Response:
        return page_of(self._store.state.shop.name, title, content, status)


def _words(error: ValueError) -> str:
    """Return why something was refused: our own sentence, or what the store said."""
    given = error.args[0] if error.args else str(error)
    if isinstance(given, list):
        return " ".join(one.message for one in given if isinstance(one, UserError))
    return str(given)
