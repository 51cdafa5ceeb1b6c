"""The page of one order: what it is, and every form by which the team changes it."""

from __future__ import annotations

from server.practice_store.fulfillment import SHIPPABLE, Fulfillment, FulfillmentOrder
from server.practice_store.money import rest_amount
from server.practice_store.order_lines import LineItem
from server.practice_store.orders import Order
from server.practice_store.page_shell import (
    field_of,
    form_of,
    hidden,
    status_of,
    text_of,
    tick_of,
)
from server.practice_store.returns import Return

COUNT = 'min="0" step="1"'
VARIANTS = 'list="variants" class="wide" autocomplete="off"'


class OrderPage:
    """Draws one order. `root` is where its forms are sent, without the deed at the end."""

    def __init__(self, order: Order, root: str) -> None:
        self._order = order
        self._root = root

    def content(self, refusal: str | None) -> str:
        """Return the page's content."""
        alert = f'<p class="refused" role="alert">{text_of(refusal)}</p>' if refusal else ""
        return f"""{alert}{self._summary()}<div class="columns"><div>
            {self._items()}{self._work()}{self._shipments()}{self._returns()}</div>
            <div>{self._customer()}{self._money()}{self._deeds()}</div></div>"""

    def _form(self, deed: str, button: str, fields: str = "", *, quiet: bool = False) -> str:
        return form_of(f"{self._root}/{deed}", button, fields, quiet=quiet)

    def _summary(self) -> str:
        order = self._order
        states = [status_of(order.display_financial_status)]
        if order.cancelled_at is not None:
            states.append(status_of("cancelled"))
        elif not order.is_routed:
            states.append(status_of("being routed"))
        else:
            states.append(status_of(order.display_fulfillment_status))
        if order.closed_at is not None:
            states.append(status_of("archived"))
        return (
            f'<p>{" ".join(states)} <span class="small">{text_of(", ".join(order.tags))}</span></p>'
        )

    # What is ordered

    def _items(self) -> str:
        rows = "".join(self._item(line) for line in self._order.line_items)
        table = f"""<table><thead><tr><th>Item</th><th>SKU</th><th class="number">Ordered</th>
            <th class="number">Now</th><th class="number">To ship</th><th class="number">Price</th></tr></thead>
            <tbody>{rows}</tbody></table>"""
        return f"<section><h2>Items</h2>{table}{self._edit()}</section>"

    def _item(self, line: LineItem) -> str:
        return f"""<tr><td>{text_of(line.title)}<br><span class="small">{text_of(line.variant_title)}</span></td>
            <td>{text_of(line.sku)}</td><td class="number">{line.quantity}</td>
            <td class="number">{line.current_quantity}</td><td class="number">{line.unfulfilled_quantity}</td>
            <td class="number">{rest_amount(line.price)}</td></tr>"""

    def _edit(self) -> str:
        rows = "".join(
            f"""<tr><td>{text_of(line.name)}</td>
            <td>{field_of("Units", f"quantity:{line.number}", str(line.current_quantity), kind="number", more=COUNT)}</td>
            <td>{field_of("Swap for SKU", f"swap:{line.number}", more=VARIANTS)}</td></tr>"""
            for line in self._order.line_items
        )
        added = field_of("Add SKU", "add", more=VARIANTS) + field_of(
            "Units", "added", "1", kind="number", more=COUNT
        )
        form = f"""<form method="post" action="{self._root}/edit"><table><tbody>{rows}</tbody></table>
            <div class="row">{added}{tick_of("Tell the customer", "notify")}<button>Save the edit</button></div></form>"""
        return f"<details><summary>Edit the items</summary>{form}</details>"

    # What is to be shipped and what is

    def _work(self) -> str:
        parts = "".join(self._one_work(work) for work in self._order.fulfillment_orders)
        return f"<section><h2>To ship</h2>{parts or '<p>The order is being routed.</p>'}</section>"

    def _one_work(self, work: FulfillmentOrder) -> str:
        lines = "".join(
            f"""<tr><td>{text_of(part.line_item.name)}</td><td class="number">{part.remaining_quantity}
            of {part.total_quantity}</td></tr>"""
            for part in work.line_items
        )
        head = f"<h3>{text_of(work.location.name)} {status_of(work.status)}</h3><table><tbody>{lines}</tbody></table>"
        target = hidden("work", str(work.number))
        if work.status == "ON_HOLD":
            why = ", ".join(
                hold.reason.replace("_", " ").lower() for hold in work.fulfillment_holds
            )
            return f'{head}<p class="small">On hold: {text_of(why)}</p>' + self._form(
                "release", "Release the hold", target, quiet=True
            )
        if work.status not in SHIPPABLE or not work.remaining_units:
            return head
        units = "".join(
            field_of(
                part.line_item.name,
                f"ship:{part.number}",
                str(part.remaining_quantity),
                kind="number",
                more=COUNT,
            )
            for part in work.line_items
            if part.remaining_quantity
        )
        ship = self._form(
            "fulfill",
            "Fulfill",
            f"{target}{units}{field_of('Courier', 'company')}{field_of('Tracking number', 'number')}"
            f"{field_of('Tracking address', 'url', kind='url')}{tick_of('Tell the customer', 'notify')}",
        )
        hold = self._form("hold", "Hold", target + field_of("Why", "notes"), quiet=True)
        return f"{head}{ship}{hold}"

    def _shipments(self) -> str:
        parts = "".join(self._one_shipment(one) for one in self._order.shipments)
        return f"<section><h2>Fulfillments</h2>{parts}</section>" if parts else ""

    def _one_shipment(self, shipment: Fulfillment) -> str:
        tracking = ", ".join(
            f"{text_of(one.company)} {text_of(one.number)}" for one in shipment.tracking_info()
        )
        items = ", ".join(
            f"{part.quantity} × {text_of(part.line_item.name)}"
            for part in shipment.fulfillment_line_items
        )
        target = hidden("fulfillment", str(shipment.number))
        deeds = ""
        if shipment.status == "SUCCESS":
            deeds = f"""<div class="row">{self._form("delivered", "Delivered", target, quiet=True)}
                {self._form("cancel-fulfillment", "Cancel this fulfillment", target, quiet=True)}</div>"""
        return f"""<h3>{text_of(shipment.name)} {status_of(shipment.display_status)}</h3>
            <p>{tracking}<br><span class="small">{items}</span></p>{deeds}"""

    # What comes back

    def _returns(self) -> str:
        kept = self._order.returned
        parts = "".join(self._one_return(one) for one in kept)
        shipped = [one for one in self._order.shipments if one.status == "SUCCESS"]
        if not shipped and not parts:
            return ""
        units = "".join(
            field_of(part.line_item.name, f"back:{part.number}", "0", kind="number", more=COUNT)
            for one in shipped
            for part in one.fulfillment_line_items
        )
        exchange = field_of("Send instead: SKU", "exchange", more=VARIANTS) + field_of(
            "Units", "exchanged", "1", kind="number", more=COUNT
        )
        form = self._form("return", "Open the return", units + exchange + field_of("Note", "note"))
        opening = f"<details><summary>Make a return</summary>{form}</details>" if shipped else ""
        return f"<section><h2>Returns</h2>{parts}{opening}</section>"

    def _one_return(self, one: Return) -> str:
        back = ", ".join(
            f"{part.quantity} × {text_of(part.fulfillment_line_item.line_item.name)}"
            for part in one.return_line_items
        )
        sent = ", ".join(
            f"{part.quantity} × {text_of(part.variant.display_name)}"
            for part in one.exchange_line_items
        )
        target = hidden("return", str(one.number))
        deeds = ""
        if one.status == "OPEN":
            deeds = f"""<div class="row">{self._form("receive", "It is back: restock it", target, quiet=True)}
                {self._form("close-return", "Close", target, quiet=True)}
                {self._form("cancel-return", "Cancel", target, quiet=True)}</div>"""
        exchange = f"<br>Sent instead: {sent}" if sent else ""
        return f'<h3>{text_of(one.name)} {status_of(one.status)}</h3><p class="small">{back}{exchange}</p>{deeds}'

    # Who pays for it and where it goes

    def _customer(self) -> str:
        order = self._order
        address = order.shipping_address
        name = address.name if address else None
        shown = [
            name or (order.customer.display_name if order.customer else None),
            (address.phone if address else None) or order.phone,
            order.email,
            address.address1 if address else None,
            address.address2 if address else None,
            ", ".join(part for part in (address.city, address.province) if part)
            if address
            else None,
        ]
        lines = "<br>".join(text_of(one) for one in shown if one)
        fields = (
            ("First name", "first_name", address.first_name if address else None),
            ("Last name", "last_name", address.last_name if address else None),
            ("Phone", "phone", (address.phone if address else None) or order.phone),
            ("Address", "address1", address.address1 if address else None),
            ("City", "city", address.city if address else None),
            ("Province", "province", address.province if address else None),
            ("Note", "note", order.note),
        )
        form = self._form(
            "address",
            "Save",
            "".join(field_of(label, key, value or "") for label, key, value in fields),
        )
        note = f'<p class="small">{text_of(order.note)}</p>' if order.note else ""
        return f"""<section><h2>Customer</h2><p>{lines}</p>{note}
            <details><summary>Change the address</summary>{form}</details></section>"""

    def _money(self) -> str:
        order = self._order
        rows = "".join(
            f"<tr><td>{label}</td><td class='number'>{rest_amount(amount)} {order.currency_code}</td></tr>"
            for label, amount in (
                ("Total", order.total),
                ("Paid", order.received),
                ("Outstanding", order.outstanding),
            )
        )
        pay = self._form("pay", "Mark as paid", quiet=True) if order.can_mark_as_paid else ""
        return f"<section><h2>Payment</h2><table><tbody>{rows}</tbody></table>{pay}{self._refund()}</section>"

    def _refund(self) -> str:
        if not order_paid(self._order):
            return ""
        units = "".join(
            field_of(line.name, f"refund:{line.number}", "0", kind="number", more=COUNT)
            for line in self._order.line_items
            if line.current_quantity
        )
        form = self._form(
            "refund",
            "Refund",
            units
            + field_of("Amount", "amount", more='inputmode="decimal"')
            + tick_of("Put the goods back on the shelf", "restock"),
        )
        return f"<details><summary>Refund</summary>{form}</details>"

    def _deeds(self) -> str:
        if self._order.cancelled_at is not None:
            return ""
        fields = tick_of("Restock", "restock", ticked=True) + tick_of(
            "Give the money back", "refund"
        )
        form = self._form("cancel", "Cancel the order", fields, quiet=True)
        return f"<section><h2>Cancel</h2>{form}</section>"


def order_paid(order: Order) -> bool:
    """Tell whether there is money to give back."""
    return order.received > 0
