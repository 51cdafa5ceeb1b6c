"""Carrying out what a shop switched on beyond its shipments: paid, confirmed, packed, and what moved on a shelf.

Each looks at the store (or at our own books) as they are now, so that what is told late is still true.
"""

from collections import Counter

from msgspec import Struct

from server.db import book_reading, ledger
from server.db.outbox import Claimed
from server.db.pool import Database
from server.outbox.fulfilling import plan
from server.outbox.stepping import End, Ended, Withdraw, after_following_up
from server.shopify.answers import Order as StoreOrder
from server.shopify.client import AdminClient
from server.shopify.mirroring import (
    adjust_stock,
    find_inventory_item,
    mark_as_paid,
    report_progress,
    set_tag,
)
from server.shopify.orders import read_order
from server.shopify.scalars import order_gid, paisa, variant_gid
from sync_protocol.fulfillments import Fulfillment, ShopifyState
from sync_protocol.ids import OrderId, ShopId
from sync_protocol.ledger import SELLABLE, EntryKind, LedgerEntry
from sync_protocol.orders import ConfirmationState, Order
from sync_protocol.outcomes import EffectKind

CONFIRMED_TAG = "rawana-confirmed"
BESIDE_SHIPMENTS = frozenset(
    {
        EffectKind.SHOPIFY_PACKED,
        EffectKind.SHOPIFY_CONFIRMED,
        EffectKind.SHOPIFY_PAID,
        EffectKind.SHOPIFY_STOCK,
    }
)

REASONS = {
    EntryKind.RECEIVE: "received",
    EntryKind.COUNT_ADJUST: "cycle_count_available",
    EntryKind.COUNT_CONTRA: "cycle_count_available",
    EntryKind.FOUND: "correction",
    EntryKind.WRITE_OFF: "shrinkage",
    EntryKind.QC: "quality_control",
    EntryKind.COUNTER_RETURN: "restock",
}
"""Shopify's own words for why stock changed; whatever has none of its own is "other"."""


class Ours(Struct, frozen=True, kw_only=True):
    """The order and the shipments that an intent is about, as our books have them now."""

    order: Order | None
    shipments: dict[str, Fulfillment]


async def mirror(database: Database, client: AdminClient, effect: Claimed) -> Ended:
    """Carry one intent out and return how it ended.

    Raises:
        ShopifyError: as `AdminClient.call`; it may be carried out again.
    """
    if effect.kind is EffectKind.SHOPIFY_STOCK:
        return await _tell_shelf(database, client, effect)
    assert effect.order_id is not None
    ours = await _ours(database, effect.shop_id, effect.order_id)
    if ours.order is None:
        return Withdraw()
    gid = order_gid(effect.order_id)
    if effect.kind is EffectKind.SHOPIFY_CONFIRMED:
        present = ours.order.confirmation.state is ConfirmationState.CONFIRMED
        return after_following_up(gid, await set_tag(client, gid, CONFIRMED_TAG, present=present))
    store = await read_order(client, gid)
    if store is None:
        return Withdraw()
    if effect.kind is EffectKind.SHOPIFY_PAID:
        return await _mark_paid(client, ours.order, store)
    shipment = ours.shipments.get(effect.fulfillment_id or "")
    return Withdraw() if shipment is None else await _report_packed(client, shipment, store)


async def _ours(database: Database, shop_id: ShopId, order_id: OrderId) -> Ours:
    async with database.connection() as connection:
        order = await book_reading.find_order(connection, shop_id, order_id)
        shipments = await book_reading.shipments_of_order(connection, shop_id, order_id)
    return Ours(order=order, shipments={str(key): one for key, one in shipments.items()})


async def _mark_paid(client: AdminClient, order: Order, store: StoreOrder) -> Ended:
    """Shopify marks all as paid that is owed there: more than was collected here must not be."""
    if store.fully_paid or paisa(store.total_outstanding_set) == 0:
        return End(state=ShopifyState.CONFIRMED, gid=store.id)
    by_hand = sum(s.paisa for case in order.exchanges for s in case.settlements if not s.at_door)
    owed = paisa(store.total_outstanding_set)
    if owed > order.door_paisa + by_hand:
        return End(
            state=ShopifyState.FAILED,
            gid=store.id,
            error=f"Shopify still expects {owed / 100:.2f}; that is more than was collected.",
        )
    refusals = await mark_as_paid(client, store.id)
    if refusals:
        seen = await read_order(client, store.id)
        if seen is not None and seen.fully_paid:
            return End(state=ShopifyState.CONFIRMED, gid=store.id)
    return after_following_up(store.id, refusals)


async def _report_packed(client: AdminClient, shipment: Fulfillment, store: StoreOrder) -> Ended:
    """Report progress on the work that the parcel is packed from, as long as the parcel has not gone."""
    if shipment.shopify_state is not ShopifyState.NOT_YET or not shipment.goods_out:
        return Withdraw()
    planned = plan(store, shipment, frozenset())
    if planned.work is None:
        return Withdraw()
    open_work = {one.id for one in store.fulfillment_orders.nodes if one.status.upper() == "OPEN"}
    refusals: list[str] = []
    for work in planned.work:
        if work.fulfillment_order_id in open_work:
            refusals += await report_progress(client, work.fulfillment_order_id)
    return after_following_up(store.id, tuple(refusals))


async def _tell_shelf(database: Database, client: AdminClient, effect: Claimed) -> Ended:
    assert effect.entry_id is not None
    async with database.connection() as connection:
        entry = await ledger.find_entry(connection, effect.shop_id, effect.entry_id)
        location = None
        if entry is not None:
            location = await book_reading.location_of(connection, effect.shop_id, entry.branch_id)
    if entry is None or location is None:
        return Withdraw()
    units: Counter[str] = Counter()
    for variant_id, delta in _moved(entry).items():
        item = await find_inventory_item(client, variant_gid(variant_id))
        if item is not None and item.tracked:
            units[item.id] += delta
    if not any(units.values()):
        return Withdraw()
    reason = REASONS.get(entry.kind, "other")
    # Only after a refusal is the same movement another request: what got no answer is sent again under its name.
    key = f"{entry.id}/{effect.refusals}" if effect.refusals else str(entry.id)
    refusals = await adjust_stock(client, location, units, reason, key)
    return after_following_up(location, refusals)


def _moved(entry: LedgerEntry) -> Counter[str]:
    moved: Counter[str] = Counter()
    for leg in entry.legs:
        if leg.account == SELLABLE:
            moved[leg.variant_id] += leg.units
    return moved
