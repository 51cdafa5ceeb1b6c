"""Stores that are connected, invitations to install, and what stores ask of us for their customers' privacy."""

from piccolo.columns import Array, BigInt, Text
from piccolo.table import Table


class ShopifyConnection(Table, tablename="shopify_connection"):
    """How a shop's store is reached and how its webhooks are signed; secrets are sealed (server/vault.py)."""

    shop_id = Text(primary_key=True)
    admin_url = Text()
    access_token = Text(null=True, default=None)
    webhook_secret = Text()
    swept_to = Text(null=True, default=None)
    kind = Text()
    client_id = Text(null=True, default=None)
    client_secret = Text(null=True, default=None)
    refresh_token = Text(null=True, default=None)
    expires_at = BigInt(null=True, default=None)
    refresh_expires_at = BigInt(null=True, default=None)
    scopes = Array(base_column=Text())
    old_webhook_secret = Text(null=True, default=None)
    old_secret_until = BigInt(null=True, default=None)
    webhook_url = Text(null=True, default=None)
    connected_at = BigInt()
    uninstall_told_at = BigInt(null=True, default=None)
    gone_at = BigInt(null=True, default=None)
    gone_why = Text(null=True, default=None)
    check_due_at = BigInt()
    check_found = Text(null=True, default=None)


class ShopifyInstall(Table, tablename="shopify_install"):
    """An owner's invitation to tie one store to the shop, good once; of its secret only the hash."""

    state_hash = Text(primary_key=True)
    shop_id = Text()
    staff_id = Text()
    domain = Text()
    made_at = BigInt()
    expires_at = BigInt()
    used_at = BigInt(null=True, default=None)


class PrivacyRequest(Table, tablename="privacy_request"):
    """A store asked what we hold of a customer, or to erase it. Which orders, and nothing about the person."""

    shop_id = Text()
    id = Text(primary_key=True)
    topic = Text()
    order_ids = Array(base_column=Text())
    received_at = BigInt()
    closed_at = BigInt(null=True, default=None)
