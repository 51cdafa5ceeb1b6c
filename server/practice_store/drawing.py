"""Drawing orders at random: what a Pakistani online brand gets on an ordinary day."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from server.practice_store.catalogue import Variant
from server.practice_store.chance import Chance
from server.practice_store.commands import LineDraft, PlaceOrder, TransactionDraft
from server.practice_store.people import draw_address, draw_customer, draw_note

COD_GATEWAY = "Cash on Delivery (COD)"
COD_SHARE = 0.88
FREE_SHIPPING_FROM = Decimal(5000)
SHIPPING_PRICE = Decimal(250)


def draw_order(chance: Chance, variants: Sequence[Variant], routed_after_ms: int) -> PlaceOrder:
    """Return an order of one to four lines, mostly cash on delivery."""
    customer = draw_customer(chance)
    chosen = chance.sample(variants, k=min(len(variants), chance.choice((1, 1, 1, 2, 2, 3, 4))))
    lines = tuple(
        LineDraft(
            variant=one.number,
            quantity=chance.choice((1, 1, 1, 1, 2, 3)),
            discount=_discount(chance, one),
        )
        for one in chosen
    )
    total = sum(
        (
            one.price * line.quantity - line.discount
            for one, line in zip(chosen, lines, strict=True)
        ),
        Decimal(0),
    )
    paid = chance.random() >= COD_SHARE
    return PlaceOrder(
        lines=lines,
        customer=customer,
        shipping_address=draw_address(chance, customer),
        phone=customer.phone if chance.random() < 0.5 else None,
        note=draw_note(chance),
        shipping_title="Free Delivery" if total >= FREE_SHIPPING_FROM else "Standard Delivery",
        shipping_price=Decimal(0) if total >= FREE_SHIPPING_FROM else SHIPPING_PRICE,
        transactions=(payment(paid=paid),),
        routed_after_ms=routed_after_ms,
    )


def payment(*, paid: bool) -> TransactionDraft:
    """Return a bank transfer already made, or cash due on delivery."""
    if paid:
        return TransactionDraft(gateway="Bank Deposit", status="SUCCESS")
    return TransactionDraft(gateway=COD_GATEWAY)


def _discount(chance: Chance, variant: Variant) -> Decimal:
    """A tenth off, for one line in ten."""
    if chance.random() >= 0.1:
        return Decimal(0)
    return (variant.price / 10).quantize(Decimal("1"))
