"""The store's catalogue, mirrored so that phones can find, show and scan what is sold."""

from collections.abc import Callable, Sequence

from server.db import shops
from server.db.pool import Database
from server.db.stores import ShopifyConnection
from server.intake.reading import Reader
from server.shopify import shop_answers
from server.shopify.client import AdminClient
from server.shopify.store import each_product_variant, list_variants
from server.shopify.translate import seen_variant
from sync_protocol.ids import ShopId

NO_SUCH_PRODUCT = "the store has no such product; what was sold of it stays known here"


async def read_product(reader: Reader, store: ShopifyConnection, gid: str) -> str | None:
    """Read the variants of one product anew; return a remark where the store has none.

    Raises:
        ShopifyError: nothing was mirrored.
    """
    found = [node async for node in each_product_variant(reader.client_of(store), gid)]
    if not found:
        return NO_SUCH_PRODUCT
    await take_variants(reader.database, store.shop_id, found, reader.clock())
    return None


async def take_variants(
    database: Database, shop_id: ShopId, found: Sequence[shop_answers.Variant], now: int
) -> int:
    """Mirror variants; return how many were new or had changed."""
    async with database.transaction() as connection:
        return await shops.store_variants(
            connection, shop_id, [seen_variant(one) for one in found], now
        )


async def mirror_variants(
    database: Database, client: AdminClient, shop_id: ShopId, clock: Callable[[], int]
) -> int:
    """Mirror the store's whole catalogue, page by page; return how many variants were new or changed.

    Raises:
        ShopifyError: what was read before stays.
    """
    after: str | None = None
    changed = 0
    while True:
        page = await list_variants(client, after, first=100)
        changed += await take_variants(database, shop_id, page.nodes, clock())
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page or after is None:
            return changed
