"""What a recorded conversation starts from: orders and variants that were there before, as the recorder read them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from server.practice_store.catalogue import Media, Product, SelectedOption, Variant
from server.practice_store.commands import (
    CancelOrder,
    CreateFulfillment,
    CustomerDraft,
    LineDraft,
    PlaceOrder,
    ShipGroup,
    TransactionDraft,
)
from server.practice_store.commands_refunds import CloseOrder
from server.practice_store.identity import number_of
from server.practice_store.inventory import InventoryItem
from server.practice_store.orders import Order
from server.practice_store.store import PracticeStore


class Starts:
    """The orders (by gid) and variants that the recorder read before a conversation, each as it was read first."""

    def __init__(self, case: Any) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.variants: list[dict[str, Any]] = []
        for call in (case.get("upstreamCalls") if isinstance(case, dict) else None) or ():
            for read in _objects(call.get("response")):
                gid = str(read.get("id"))
                if number_of(gid, "Order") and "name" in read:
                    self.orders.setdefault(gid, read)
                elif number_of(gid, "ProductVariant") and "price" in read:
                    self.variants.append(read)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "id" in value:
            yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def stock_variant(store: PracticeStore, read: dict[str, Any]) -> None:
    """Put a variant that was read into the store, under its own number."""
    number = number_of(read["id"], "ProductVariant")
    assert number is not None
    title = read["product"]["title"]
    store.state.variants[number] = Variant(
        number=number,
        product=Product(
            number=number + 1,
            title=title,
            vendor="",
            product_type="",
            featured_media=Media.of("https://pictures.invalid/none.jpg"),
        ),
        selected_options=(SelectedOption(name="Title", value="Default Title"),),
        sku=read.get("sku"),
        barcode="",
        price=Decimal(read["price"]),
        inventory_item=InventoryItem(number=number + 2),
        updated_at=store.clock(),
    )


def place_again(store: PracticeStore, read: dict[str, Any]) -> Order:
    """Make an order in the state in which one was read."""
    lines = (read.get("lineItems") or {}).get("nodes") or []
    payments = read.get("transactions") or []
    store.state.next_order_number = int(read["name"].removeprefix("#"))
    shipping = [_money(one["originalPriceSet"]) for one in _nodes(read, "shippingLines")]
    total = read.get("currentTotalPriceSet") or read.get("totalPriceSet")
    drafts = tuple(_line(one) for one in lines) or (
        LineDraft(title="Item", price=_money(total) if total else Decimal(10)),
    )
    customer = read.get("customer") or {}
    email, name = customer.get("email"), customer.get("displayName")
    made = store.execute(
        PlaceOrder(
            lines=drafts,
            customer=CustomerDraft(email=email, first_name=name) if email else None,
            email=read.get("email"),
            note=read.get("note"),
            tags=tuple(read.get("tags") or ()),
            shipping_title="Shipping" if shipping else None,
            shipping_price=sum(shipping, Decimal(0)),
            transactions=tuple(_payment(one) for one in payments),
            payment_expected=read.get("displayFinancialStatus") == "PENDING",
            currency=_currency(read),
        )
    )
    assert isinstance(made, Order), made
    if read.get("displayFulfillmentStatus") == "FULFILLED":
        group = ShipGroup(fulfillment_order=made.work[0].id)
        store.execute(CreateFulfillment(groups=(group,)))
    if read.get("cancelledAt"):
        store.execute(CancelOrder(order=made.number, reason=read.get("cancelReason") or "OTHER"))
    elif read.get("closed"):
        store.execute(CloseOrder(order=made.id))
    return made


def _nodes(read: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return (read.get(name) or {}).get("nodes") or []


def _line(read: dict[str, Any]) -> LineDraft:
    price = read.get("originalUnitPriceSet")
    return LineDraft(
        title=read["title"],
        quantity=read["quantity"],
        sku=read.get("sku"),
        price=_money(price) if price else Decimal(10),
    )


def _payment(read: dict[str, Any]) -> TransactionDraft:
    return TransactionDraft(
        gateway=read["gateway"],
        kind=read["kind"],
        status=read["status"],
        amount=_money(read["amountSet"]),
    )


def _money(bag: dict[str, Any]) -> Decimal:
    return Decimal(bag["shopMoney"]["amount"])


def _currency(read: Any) -> str:
    """The first currency named anywhere in what was read."""
    if isinstance(read, dict):
        found = read.get("currencyCode")
        if isinstance(found, str):
            return found
        read = list(read.values())
    if isinstance(read, list):
        return next((one for one in map(_currency, read) if one), "")
    return ""
