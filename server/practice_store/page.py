"""The store's own pages: a list of orders and one order, plain HTML, everything escaped."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import parse_qs

from server.practice_store.asgi import Request, Response
from server.practice_store.by_hand import fulfill_by_hand
from server.practice_store.commands import CancelOrder, MarkPaid, Parcel, UserError
from server.practice_store.control_views import OrderView, order_view
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore

SHOWN_ORDERS = 50
Action = Callable[[Order], object]
_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --go: #0a6b4f; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; padding: .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
form { display: inline-flex; gap: .5rem; flex-wrap: wrap; margin: .5rem 0; }
input, button { font: inherit; padding: .5rem .75rem; border-radius: .4rem; border: 1px solid var(--line); }
button { background: var(--go); color: #fff; border: 0; min-height: 2.75rem; cursor: pointer; }
button.quiet { background: none; color: inherit; border: 1px solid var(--line); }
.status { border: 1px solid var(--line); border-radius: 1rem; padding: .1rem .6rem; font-size: .85rem; white-space: nowrap; }
.refused { border-inline-start: .3rem solid #b3261e; padding-inline-start: .75rem; }
"""


class Pages:
    """Answers `/practice/` and what is under `/practice/page/`. `prefix` is where the whole store is mounted."""

    def __init__(self, store: PracticeStore, prefix: str) -> None:
        self._store = store
        self._root = f"{prefix}/practice"

    def front(self, request: Request) -> Response:
        """GET /practice/: the newest orders, and a button to place one."""
        del request
        self._store.settle()
        orders = list(self._store.state.orders.values())[: -SHOWN_ORDERS - 1 : -1]
        rows = "".join(self._row(order_view(one)) for one in orders)
        return self._page(
            "Orders",
            f"""<p>This is a practice store: a stand-in for Shopify. Nothing here is real.</p>
            {self._form("orders", "Place an order")}
            <table><thead><tr><th>Order</th><th>Customer</th><th>Total</th><th>Payment</th><th>Fulfillment</th></tr></thead>
            <tbody>{rows}</tbody></table>""",
        )

    def order(self, request: Request, name: str, refusal: str | None = None) -> Response:
        """GET /practice/page/orders/{name}."""
        del request
        self._store.settle()
        order = self._store.state.order_named(name)
        if order is None:
            return self._page("No such order", self._back(), 404)
        return self._page(
            f"Order {order.name}", self._order(order, refusal), 422 if refusal else 200
        )

    def place(self, request: Request) -> Response:
        """POST /practice/page/orders: place a random order."""
        del request
        order = self._store.place_order()
        return self._see(order)

    def cancel(self, request: Request, name: str) -> Response:
        """POST /practice/page/orders/{name}/cancel."""
        return self._act(
            request, name, lambda order: self._store.execute(CancelOrder(order=order.number))
        )

    def pay(self, request: Request, name: str) -> Response:
        """POST /practice/page/orders/{name}/pay."""
        return self._act(
            request, name, lambda order: self._store.execute(MarkPaid(order=order.number))
        )

    def fulfill(self, request: Request, name: str) -> Response:
        """POST /practice/page/orders/{name}/fulfill: ship all that remains."""
        given = {
            key: values[0]
            for key, values in parse_qs(request.body.decode("utf-8", "replace")).items()
        }
        number = given.get("number")
        parcel = Parcel(company=given.get("company"), numbers=(number,) if number else ())
        notify = given.get("notify") == "on"
        return self._act(
            request,
            name,
            lambda order: fulfill_by_hand(self._store, order, None, parcel, notify_customer=notify),
        )

    def _act(self, request: Request, name: str, action: Action) -> Response:
        order = self._store.state.order_named(name)
        if order is None:
            return self.order(request, name)
        result = action(order)
        errors = (
            [one for one in result if isinstance(one, UserError)]
            if isinstance(result, list)
            else []
        )
        if errors:
            return self.order(request, name, " ".join(error.message for error in errors))
        return self._see(order)

    def _see(self, order: Order) -> Response:
        return Response(status=303, headers={"Location": self._address(order.name)})

    def _address(self, order_name: str) -> str:
        return f"{self._root}/page/orders/{order_name.removeprefix('#')}"

    def _row(self, shown: OrderView) -> str:
        return f"""<tr><td><a href="{self._address(shown.name)}">{_text(shown.name)}</a></td>
            <td>{_text(shown.customer)}<br>{_text(shown.city)}</td><td>{_text(shown.total)}</td>
            <td>{_status(shown.financial_status)}</td><td>{_fulfillment_status(shown)}</td></tr>"""

    def _order(self, order: Order, refusal: str | None) -> str:
        shown = order_view(order)
        lines = "".join(
            f"<tr><td>{_text(one.title)}<br>{_text(one.variant_title)}</td><td>{_text(one.sku)}</td>"
            f"<td>{one.quantity}</td><td>{one.unfulfilled_quantity}</td><td>{_text(one.price)}</td></tr>"
            for one in shown.lines
        )
        return f"""{self._back()}
            {f'<p class="refused" role="alert">{_text(refusal)}</p>' if refusal else ""}
            <p>{_text(shown.customer)} · {_text(shown.phone)} · {_text(shown.address)}, {_text(shown.city)}</p>
            <p>{_text(shown.note)}</p>
            <p>{_status(shown.financial_status)} {_fulfillment_status(shown)} Total {_text(shown.total)},
            outstanding {_text(shown.outstanding)}</p>
            <table><thead><tr><th>Item</th><th>SKU</th><th>Ordered</th><th>To ship</th><th>Price</th></tr></thead>
            <tbody>{lines}</tbody></table>
            {self._shipments(shown)}{self._actions(shown)}"""

    def _shipments(self, shown: OrderView) -> str:
        items = "".join(
            f"<li>{_text(one.name)} {_status(one.display_status)} "
            + ", ".join(f"{_text(part.company)} {_text(part.number)}" for part in one.tracking)
            + "</li>"
            for one in shown.fulfillments
        )
        return f"<h2>Fulfillments</h2><ul>{items}</ul>" if items else ""

    def _actions(self, shown: OrderView) -> str:
        path = f"orders/{shown.name.removeprefix('#')}"
        fields = """<input name="company" placeholder="Courier" aria-label="Courier">
            <input name="number" placeholder="Tracking number" aria-label="Tracking number">
            <label><input type="checkbox" name="notify"> tell the customer</label>"""
        return "".join(
            (
                self._form(f"{path}/fulfill", "Fulfill the rest", fields),
                "<br>",
                self._form(f"{path}/pay", "Mark as paid", quiet=True),
                " ",
                self._form(f"{path}/cancel", "Cancel the order", quiet=True),
            )
        )

    def _form(self, path: str, button: str, fields: str = "", *, quiet: bool = False) -> str:
        look = ' class="quiet"' if quiet else ""
        return f"""<form method="post" action="{self._root}/page/{path}">{fields}
            <button{look}>{_text(button)}</button></form>"""

    def _back(self) -> str:
        return f'<p><a href="{self._root}/">All orders</a></p>'

    def _page(self, title: str, content: str, status: int = 200) -> Response:
        shop = _text(self._store.state.shop.name)
        html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{escape(title)} · {escape(self._store.state.shop.name)}</title><style>{_STYLE}</style></head>
            <body><main><h1>{shop}: {_text(title)}</h1>{content}</main></body></html>"""
        return Response(status=status, body=html.encode(), headers=_HEADERS)


def _text(value: str | None) -> str:
    """Return text safe between tags and inside quoted attributes; nothing for nothing."""
    return f"<bdi>{escape(value)}</bdi>" if value else ""


def _status(value: str | None) -> str:
    return f'<span class="status">{escape((value or "-").replace("_", " ").lower())}</span>'


def _fulfillment_status(shown: OrderView) -> str:
    if shown.cancelled:
        return _status("cancelled")
    return _status(shown.fulfillment_status if shown.routed else "being routed")
