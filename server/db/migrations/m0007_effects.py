"""Intents towards Shopify about an order as a whole or about a shelf, and which location stands for a branch there."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0007-effects"

_FORWARDS = """
ALTER TABLE outbox ALTER fulfillment_id DROP NOT NULL, ALTER order_id DROP NOT NULL, ADD entry_id text,
    ADD refusals integer NOT NULL DEFAULT 0;
ALTER TABLE branch ADD location_gid text;
CREATE INDEX outbox_due ON outbox (shop_id, run_at) WHERE state IN ('pending', 'sent', 'unknown');
CREATE INDEX op_store_news ON op (shop_id, id text_pattern_ops) WHERE kind = 'shopify_order';
CREATE INDEX outbox_of_order ON outbox (shop_id, order_id, serial);
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _FORWARDS)
