"""Shops and their people, orders and shipments, the ledger, streams, ops and the queues to the outside."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0002-books"

_PEOPLE = """
CREATE TABLE shop (
    id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    domain text NOT NULL UNIQUE,
    policy jsonb NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE shopify_connection (
    shop_id text PRIMARY KEY REFERENCES shop,
    admin_url text NOT NULL,
    access_token text NOT NULL,
    webhook_secret text NOT NULL,
    swept_to text
);
CREATE TABLE branch (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    name text NOT NULL,
    city text NOT NULL,
    active boolean NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE TABLE staff (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    branch_ids text[] NOT NULL,
    active boolean NOT NULL,
    login text UNIQUE CHECK (login = lower(login)),
    password_hash text,
    PRIMARY KEY (shop_id, id)
);
CREATE TABLE enrol_code (
    code_hash text PRIMARY KEY,
    shop_id text NOT NULL,
    staff_id text NOT NULL,
    made_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    FOREIGN KEY (shop_id, staff_id) REFERENCES staff
);
CREATE TABLE device (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    staff_id text NOT NULL,
    name text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    enrolled_at bigint NOT NULL,
    revoked_at bigint,
    last_seen_at bigint,
    app text NOT NULL DEFAULT '',
    incarnation text NOT NULL DEFAULT '',
    acked_n bigint NOT NULL DEFAULT 0,
    unsent bigint NOT NULL DEFAULT 0,
    oldest_unsent_at bigint,
    persisted boolean,
    free_mb bigint,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, staff_id) REFERENCES staff
);
CREATE TABLE device_log (
    shop_id text NOT NULL,
    device_id text NOT NULL,
    incarnation text NOT NULL,
    n bigint NOT NULL CHECK (n >= 0),
    links text[] NOT NULL,
    PRIMARY KEY (shop_id, device_id, incarnation)
);
"""

_OPS = """
CREATE TABLE op (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    device_id text NOT NULL,
    incarnation text NOT NULL,
    n bigint,
    kind text NOT NULL,
    by_staff text NOT NULL,
    at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    sent bytea NOT NULL,
    content_hash text NOT NULL,
    refs text[] NOT NULL,
    status text NOT NULL,
    code text,
    result text NOT NULL,
    PRIMARY KEY (shop_id, id),
    UNIQUE (shop_id, device_id, incarnation, n)
);
CREATE INDEX op_parked ON op (shop_id, device_id) WHERE status = 'parked';
CREATE INDEX op_refs ON op USING gin (refs);
CREATE TABLE discrepancy (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    code text NOT NULL,
    order_id text,
    fulfillment_id text,
    branch_id text,
    variant_id text,
    recorded_at bigint NOT NULL,
    closed_at bigint,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX discrepancy_open_stock ON discrepancy (shop_id, branch_id, variant_id) WHERE closed_at IS NULL;
CREATE INDEX discrepancy_open_order ON discrepancy (shop_id, order_id) WHERE closed_at IS NULL;
CREATE TABLE stream (
    shop_id text NOT NULL REFERENCES shop,
    name text NOT NULL,
    version bigint NOT NULL CHECK (version >= 0),
    floor bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (shop_id, name)
);
CREATE TABLE stream_row (
    shop_id text NOT NULL,
    stream text NOT NULL,
    key text NOT NULL,
    version bigint NOT NULL,
    body text,
    written_at bigint NOT NULL,
    PRIMARY KEY (shop_id, stream, key),
    FOREIGN KEY (shop_id, stream) REFERENCES stream
);
CREATE UNIQUE INDEX stream_row_feed ON stream_row (shop_id, stream, version);
"""

_BOOKS = """
CREATE TABLE variant (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE TABLE customer_order (
    shop_id text NOT NULL REFERENCES shop,
    id text NOT NULL,
    name text NOT NULL,
    placed_at bigint NOT NULL,
    rev bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id)
);
CREATE INDEX customer_order_name ON customer_order (shop_id, name);
CREATE TABLE fulfillment (
    shop_id text NOT NULL,
    id text NOT NULL,
    order_id text NOT NULL,
    branch_id text NOT NULL,
    state text NOT NULL,
    variant_ids text[] NOT NULL,
    rev bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, order_id) REFERENCES customer_order,
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch
);
CREATE INDEX fulfillment_order ON fulfillment (shop_id, order_id);
CREATE INDEX fulfillment_reserving ON fulfillment USING gin (variant_ids) WHERE state = 'pending';
CREATE TABLE stock (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    variant_id text NOT NULL,
    sellable bigint NOT NULL,
    damaged bigint NOT NULL,
    quarantine bigint NOT NULL,
    ledger_version bigint NOT NULL,
    PRIMARY KEY (shop_id, branch_id, variant_id),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch
);
CREATE TABLE ledger_head (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    version bigint NOT NULL CHECK (version >= 0),
    hash text NOT NULL,
    PRIMARY KEY (shop_id, branch_id),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch
);
CREATE TABLE ledger_entry (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    id text NOT NULL,
    kind text NOT NULL,
    op_id text NOT NULL,
    by_staff text NOT NULL,
    device_id text NOT NULL,
    at bigint NOT NULL,
    recorded_at bigint NOT NULL,
    order_id text,
    fulfillment_id text,
    reverses text,
    hash text NOT NULL,
    PRIMARY KEY (shop_id, branch_id, version),
    UNIQUE (shop_id, id),
    UNIQUE (shop_id, reverses),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch
);
CREATE INDEX ledger_entry_order ON ledger_entry (shop_id, order_id);
CREATE INDEX ledger_entry_op ON ledger_entry (shop_id, op_id);
CREATE TABLE ledger_leg (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    version bigint NOT NULL,
    place integer NOT NULL,
    account text NOT NULL,
    variant_id text NOT NULL,
    units bigint NOT NULL CHECK (units <> 0),
    PRIMARY KEY (shop_id, branch_id, version, place),
    FOREIGN KEY (shop_id, branch_id, version) REFERENCES ledger_entry
);
CREATE INDEX ledger_leg_variant ON ledger_leg (shop_id, branch_id, variant_id);
"""

_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leg
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added GROUP BY shop_id, branch_id, version, variant_id HAVING sum(units) <> 0
    ) THEN
        RAISE EXCEPTION 'a ledger entry does not sum to zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON ledger_leg
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced();
"""

_OUTSIDE = """
CREATE TABLE outbox (
    shop_id text NOT NULL REFERENCES shop,
    key text NOT NULL,
    serial bigint GENERATED ALWAYS AS IDENTITY,
    kind text NOT NULL,
    lane text NOT NULL,
    order_id text NOT NULL,
    fulfillment_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'unknown', 'confirmed', 'failed')),
    attempts integer NOT NULL DEFAULT 0,
    run_at bigint NOT NULL,
    lease_until bigint NOT NULL DEFAULT 0,
    sent_at bigint,
    last_error text,
    created_at bigint NOT NULL,
    PRIMARY KEY (shop_id, key)
);
CREATE INDEX outbox_open ON outbox (run_at, serial) WHERE state IN ('pending', 'sent', 'unknown');
CREATE INDEX outbox_lane ON outbox (shop_id, lane, serial) WHERE state IN ('pending', 'sent', 'unknown');
CREATE TABLE webhook_inbox (
    shop_id text NOT NULL REFERENCES shop,
    topic text NOT NULL,
    event_id text NOT NULL,
    webhook_id text NOT NULL,
    triggered_at text NOT NULL,
    body bytea NOT NULL,
    received_at bigint NOT NULL,
    resource_gid text,
    run_at bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    done_at bigint,
    last_error text,
    PRIMARY KEY (shop_id, topic, event_id)
);
CREATE INDEX webhook_inbox_open ON webhook_inbox (run_at) WHERE done_at IS NULL;
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _PEOPLE + _OPS + _BOOKS + _APPEND_ONLY + _OUTSIDE)
