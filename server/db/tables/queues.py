"""What comes in from Shopify and what must go out to it."""

from piccolo.columns import BigInt, Boolean, Bytea, Integer, Text
from piccolo.table import Table


class Outbox(Table, tablename="outbox"):
    """What the server must do at Shopify: durable before it is tried, oldest first per lane."""

    shop_id = Text()
    key = Text(primary_key=True)
    serial = BigInt()
    kind = Text()
    lane = Text()
    order_id = Text(null=True, default=None)
    fulfillment_id = Text(null=True, default=None)
    entry_id = Text(null=True, default=None)
    refusals = Integer()
    state = Text()
    attempts = Integer()
    run_at = BigInt()
    lease_until = BigInt()
    sent_at = BigInt(null=True, default=None)
    last_error = Text(null=True, default=None)
    created_at = BigInt()
    notify_customer = Boolean()


class WebhookInbox(Table, tablename="webhook_inbox"):
    """Webhooks as they came, each event of a topic once, until they are worked off."""

    shop_id = Text()
    topic = Text()
    event_id = Text(primary_key=True)
    webhook_id = Text()
    triggered_at = Text()
    body = Bytea()
    received_at = BigInt()
    resource_gid = Text(null=True, default=None)
    run_at = BigInt()
    attempts = Integer()
    done_at = BigInt(null=True, default=None)
    last_error = Text(null=True, default=None)
