"""Reading the books straight from the database, to compare with what was told."""

from collections import Counter

from server.sync.verifying import verify_shop
from tests.server.retail import Retail

BOOKS = (
    "ledger_entry",
    "ledger_leg",
    "ledger_head",
    "stock",
    "customer_order",
    "fulfillment",
    "discrepancy",
    "op",
    "stream",
    "stream_row",
    "outbox",
    "device_log",
)


async def rows_of(retail: Retail, sql: str, *arguments: object) -> list[dict]:
    async with retail.server.database.connection() as connection:
        return [dict(row) for row in await connection.fetch(sql, *arguments)]


async def read(retail: Retail) -> dict[str, list[dict]]:
    """Return every row of the shop's books."""
    return {
        table: await rows_of(
            retail, f"SELECT t.* FROM {table} t WHERE shop_id = $1 ORDER BY t::text", retail.id
        )
        for table in BOOKS
    }


async def balances(retail: Retail) -> Counter[tuple[str, str, str]]:
    """Return units per (branch, account, variant), summed over all legs."""
    rows = await rows_of(
        retail,
        """
        SELECT branch_id, account, variant_id, sum(units)::bigint AS units FROM ledger_leg
        WHERE shop_id = $1 GROUP BY branch_id, account, variant_id
        """,
        retail.id,
    )
    return Counter(
        {(row["branch_id"], row["account"], row["variant_id"]): row["units"] for row in rows}
    )


async def findings(retail: Retail) -> list[str]:
    """Return what `rawana verify` has to say."""
    async with retail.server.database.connection() as connection:
        found, _ = await verify_shop(connection, retail.id)
    return [f.what for f in found]
