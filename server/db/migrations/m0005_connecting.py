"""How a store was connected and with which rights, what the last check found, who was invited to install, privacy requests."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0005-connecting"

# access_token and webhook_secret hold plain text from before. The server seals them at its next start, so that only a later
# migration can demand of these two what is demanded of the new columns here.
_FORWARDS = """
ALTER TABLE shopify_connection
    ALTER access_token DROP NOT NULL,
    ADD kind text NOT NULL DEFAULT 'token' CHECK (kind IN ('token', 'client_credentials', 'offline')),
    ADD client_id text,
    ADD client_secret text CHECK (client_secret LIKE 'sealed:%'),
    ADD refresh_token text CHECK (refresh_token LIKE 'sealed:%'),
    ADD expires_at bigint,
    ADD refresh_expires_at bigint,
    ADD scopes text[] NOT NULL DEFAULT '{}',
    ADD old_webhook_secret text CHECK (old_webhook_secret LIKE 'sealed:%'),
    ADD old_secret_until bigint,
    ADD webhook_url text,
    ADD connected_at bigint NOT NULL DEFAULT 0,
    ADD uninstall_told_at bigint,
    ADD gone_at bigint,
    ADD gone_why text CHECK (gone_why IN ('disconnected', 'uninstalled')),
    ADD check_due_at bigint NOT NULL DEFAULT 0,
    ADD check_found text,
    ADD CHECK ((gone_at IS NULL) = (gone_why IS NULL)),
    ADD CHECK ((old_webhook_secret IS NULL) = (old_secret_until IS NULL)),
    ADD CHECK (kind = 'token' OR (client_id IS NOT NULL AND client_secret IS NOT NULL) OR gone_at IS NOT NULL);
CREATE TABLE shopify_install (
    state_hash text PRIMARY KEY,
    shop_id text NOT NULL,
    staff_id text NOT NULL,
    domain text NOT NULL,
    made_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    FOREIGN KEY (shop_id, staff_id) REFERENCES staff
);
CREATE TABLE privacy_request (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    topic text NOT NULL CHECK (topic IN ('customers/data_request', 'customers/redact', 'shop/redact')),
    order_ids text[] NOT NULL,
    received_at bigint NOT NULL,
    closed_at bigint,
    PRIMARY KEY (shop_id, id)
);
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _FORWARDS)
