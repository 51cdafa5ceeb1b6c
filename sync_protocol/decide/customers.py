"""What a shop's own orders say about a customer: the same order twice, parcels refused before (A24)."""

from msgspec.structs import replace

from sync_protocol.decide.book import Book
from sync_protocol.orders import Order, OrderFlag

OWN_CURRENCY = "PKR"
HOUR_MS = 3_600_000


def with_customer_flags(book: Book, order: Order) -> Order:
    """Return the order with its flags as contact and the customer's other orders have them. A flag never decides."""
    phone = order.contact.phone
    past = tuple(p for p in book.past.get(phone or "", ()) if p.id != order.id)
    mine = {line.variant_id for line in order.lines if line.variant_id is not None}
    window_ms = book.policy.duplicate_within_h * HOUR_MS
    twin = next(
        (
            p
            for p in past
            if not p.cancelled
            and order.placed_at - p.placed_at <= window_ms
            and (p.placed_at, p.id) < (order.placed_at, order.id)
            and not mine.isdisjoint(p.variants)
        ),
        None,
    )
    refused = sum(p.refused for p in past)
    standing = {
        OrderFlag.DUPLICATE: twin is not None,
        OrderFlag.REPEAT_REFUSER: refused >= book.policy.refuser_after,
        **_of_contact(order),
        OrderFlag.FOREIGN_CURRENCY: order.currency != OWN_CURRENCY,
    }
    return replace(
        order,
        flags=tuple(flag for flag in OrderFlag if standing[flag]),
        duplicate_of=None if twin is None else twin.id,
        refused_before=refused,
    )


def _of_contact(order: Order) -> dict[OrderFlag, bool]:
    contact = order.contact
    return {
        OrderFlag.BAD_PHONE: contact.phone is None and contact.phone_raw is not None,
        OrderFlag.NO_PHONE: contact.phone is None and contact.phone_raw is None,
        OrderFlag.NO_ADDRESS: contact.address is None,
    }


def with_contact_flags(order: Order) -> Order:
    """Return the order with those flags that its contact alone decides; the others stay as they are."""
    own = _of_contact(order)
    standing = {flag: flag in order.flags for flag in OrderFlag} | own
    return replace(order, flags=tuple(flag for flag in OrderFlag if standing[flag]))
