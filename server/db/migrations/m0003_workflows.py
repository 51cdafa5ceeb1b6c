"""Runs, transfers, counts and cash; what history is asked by; and what time alone will change."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.db.sql_migration import sql_migration

ID = "0003-workflows"

_WORK = """
ALTER TABLE customer_order ADD phone text, ADD wake_at bigint;
CREATE INDEX customer_order_phone ON customer_order (shop_id, phone);
CREATE INDEX customer_order_wake ON customer_order (wake_at) WHERE wake_at IS NOT NULL;
ALTER TABLE fulfillment ADD run_id text, ADD tracking_number text;
CREATE INDEX fulfillment_run ON fulfillment (shop_id, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX fulfillment_tracking ON fulfillment (shop_id, tracking_number) WHERE tracking_number IS NOT NULL;
CREATE TABLE rider_run (
    shop_id text NOT NULL,
    id text NOT NULL,
    branch_id text NOT NULL,
    rider_id text NOT NULL,
    state text NOT NULL,
    rev bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch,
    FOREIGN KEY (shop_id, rider_id) REFERENCES staff
);
CREATE TABLE transfer (
    shop_id text NOT NULL,
    id text NOT NULL,
    branch_id text NOT NULL,
    to_branch_id text NOT NULL CHECK (to_branch_id <> branch_id),
    state text NOT NULL,
    rev bigint NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (shop_id, id),
    FOREIGN KEY (shop_id, branch_id) REFERENCES branch,
    FOREIGN KEY (shop_id, to_branch_id) REFERENCES branch
);
ALTER TABLE discrepancy ADD run_id text, ADD transfer_id text;
CREATE INDEX discrepancy_open_run ON discrepancy (shop_id, run_id) WHERE closed_at IS NULL AND run_id IS NOT NULL;
"""

_BOOKS = """
ALTER TABLE stock ADD low_units bigint CHECK (low_units >= 0), ADD counted jsonb;
ALTER TABLE ledger_entry ADD transfer_id text, ADD run_id text, ADD reason text;
CREATE TABLE cash_leg (
    shop_id text NOT NULL,
    branch_id text NOT NULL,
    version bigint NOT NULL,
    place integer NOT NULL,
    account text NOT NULL,
    paisa bigint NOT NULL CHECK (paisa <> 0),
    PRIMARY KEY (shop_id, branch_id, version, place),
    FOREIGN KEY (shop_id, branch_id, version) REFERENCES ledger_entry
);
CREATE INDEX cash_leg_account ON cash_leg (shop_id, account);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cash_leg
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_unbalanced_cash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added GROUP BY shop_id, branch_id, version HAVING sum(paisa) <> 0
    ) THEN
        RAISE EXCEPTION 'a payment does not sum to zero' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER balanced AFTER INSERT ON cash_leg
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_cash();
"""

_HISTORY = """
ALTER TABLE op ADD touched text[] NOT NULL DEFAULT '{}', ADD changes jsonb NOT NULL DEFAULT '[]';
CREATE INDEX op_touched ON op USING gin (touched);
CREATE INDEX op_by ON op (shop_id, by_staff, recorded_at);
CREATE INDEX ledger_leg_history ON ledger_leg (shop_id, variant_id, branch_id, version);
ALTER TABLE outbox ADD notify_customer boolean NOT NULL DEFAULT false;
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check
    CHECK (state IN ('pending', 'sent', 'unknown', 'confirmed', 'failed', 'withdrawn'));
"""


async def forwards() -> MigrationManager:
    """Called by server.db.migrating, and by Piccolo's own command."""
    return sql_migration(ID, _WORK + _BOOKS + _HISTORY)
