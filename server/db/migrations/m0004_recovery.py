"""What is told again of parked ops, backups, what phones witnessed, and what a restored database knows that it lost."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0004-recovery"

_FORWARDS = """
ALTER TABLE op ADD decided_by text, ADD vouched_by text;
CREATE INDEX op_waiting ON op (recorded_at) WHERE status = 'parked';
ALTER TABLE epoch ADD outbound_from bigint NOT NULL DEFAULT 0;
CREATE TABLE backup (
    id text PRIMARY KEY,
    taken_at bigint NOT NULL,
    finished_at bigint NOT NULL
);
CREATE TABLE witness (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    device_id text NOT NULL,
    agreed boolean NOT NULL,
    version bigint NOT NULL,
    hash text NOT NULL,
    seen_at bigint NOT NULL,
    PRIMARY KEY (shop_id, branch_id, device_id, agreed),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch,
    FOREIGN KEY (shop_id, device_id) REFERENCES device
);
CREATE TABLE expected_op (
    shop_id text NOT NULL REFERENCES shop,
    op_id text NOT NULL,
    device_id text NOT NULL,
    incarnation text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (shop_id, op_id)
);
CREATE TABLE history_hole (
    shop_id text NOT NULL,
    device_id text NOT NULL,
    incarnation text NOT NULL,
    first_n bigint NOT NULL,
    last_n bigint NOT NULL CHECK (last_n >= first_n),
    found_at bigint NOT NULL,
    PRIMARY KEY (shop_id, device_id, incarnation, first_n),
    FOREIGN KEY (shop_id, device_id) REFERENCES device
);
CREATE TABLE snapshot_part (
    shop_id text NOT NULL,
    stream text NOT NULL,
    made_at bigint NOT NULL,
    from_version bigint NOT NULL,
    to_version bigint NOT NULL CHECK (to_version > from_version),
    hash text NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (shop_id, stream, made_at, from_version),
    FOREIGN KEY (shop_id, stream) REFERENCES stream
);
CREATE INDEX snapshot_part_hash ON snapshot_part (shop_id, hash);
CREATE INDEX stream_row_tombstone ON stream_row (written_at) WHERE body IS NULL;
ALTER TABLE device ADD board_at bigint NOT NULL DEFAULT 0, ADD board text NOT NULL DEFAULT '';
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _FORWARDS)
