"""How each shop's store is reached: what was sealed stays sealed here."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec import Struct

from server.db.connections import Connection
from server.vault import Locked, Sealed, Vault, is_sealed
from sync_protocol.ids import ShopId

SECRETS = ("access_token", "webhook_secret", "client_secret", "refresh_token", "old_webhook_secret")
"""The columns that are sealed."""


class StoreKind(StrEnum):
    """Where access tokens come from.

    `token`: one that an admin made and that stays. `client_credentials`: fetched with the app's id and secret, for about a
    day. `offline`: given at installation, for an hour when a refresh token came with it, else for good.
    """

    TOKEN = "token"  # noqa: S105 - a kind, not a secret
    CLIENT_CREDENTIALS = "client_credentials"
    OFFLINE = "offline"


class GoneWhy(StrEnum):
    """Who ended a connection: we, or the store."""

    DISCONNECTED = "disconnected"
    UNINSTALLED = "uninstalled"


class ShopifyConnection(Struct, frozen=True, kw_only=True):
    """How a store is reached; times in epoch ms.

    `swept_to` is the `updatedAt` up to which missed news was looked for. `webhook_url` is where the store's webhooks reach
    us; None where they can't. One that is gone keeps its webhook secret: what the store still has to say must be believed.
    """

    shop_id: ShopId
    admin_url: str
    access_token: Sealed | None
    webhook_secret: Sealed
    kind: StoreKind = StoreKind.TOKEN
    swept_to: str | None = None
    client_id: str | None = None
    client_secret: Sealed | None = None
    refresh_token: Sealed | None = None
    expires_at: int | None = None
    refresh_expires_at: int | None = None
    scopes: tuple[str, ...] = ()
    old_webhook_secret: Sealed | None = None
    old_secret_until: int | None = None
    webhook_url: str | None = None
    connected_at: int = 0
    uninstall_told_at: int | None = None
    gone_at: int | None = None
    gone_why: GoneWhy | None = None
    check_found: str | None = None


async def write_store(connection: Connection, store: ShopifyConnection) -> None:
    """Write how the shop's store is reached, replacing what was there; how far it was swept stays."""
    await connection.execute(
        """
        INSERT INTO shopify_connection (shop_id, admin_url, access_token, webhook_secret, kind, client_id, client_secret,
            refresh_token, expires_at, refresh_expires_at, scopes, old_webhook_secret, old_secret_until, webhook_url,
            connected_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (shop_id) DO UPDATE SET admin_url = excluded.admin_url,
            access_token = excluded.access_token, webhook_secret = excluded.webhook_secret, kind = excluded.kind,
            client_id = excluded.client_id, client_secret = excluded.client_secret,
            refresh_token = excluded.refresh_token, expires_at = excluded.expires_at,
            refresh_expires_at = excluded.refresh_expires_at, scopes = excluded.scopes,
            old_webhook_secret = excluded.old_webhook_secret, old_secret_until = excluded.old_secret_until,
            webhook_url = excluded.webhook_url, connected_at = excluded.connected_at,
            uninstall_told_at = NULL, gone_at = NULL, gone_why = NULL, check_due_at = 0, check_found = NULL
        """,
        store.shop_id,
        store.admin_url,
        store.access_token,
        store.webhook_secret,
        store.kind.value,
        store.client_id,
        store.client_secret,
        store.refresh_token,
        store.expires_at,
        store.refresh_expires_at,
        list(store.scopes),
        store.old_webhook_secret,
        store.old_secret_until,
        store.webhook_url,
        store.connected_at,
    )


async def store_connections(connection: Connection) -> list[ShopifyConnection]:
    """Return the connections of all shops, less those that are gone."""
    rows = await connection.fetch(
        "SELECT * FROM shopify_connection WHERE gone_at IS NULL ORDER BY shop_id"
    )
    return [_store(dict(row)) for row in rows]


async def find_store(
    connection: Connection, shop_id: str, *, to_change: bool = False
) -> ShopifyConnection | None:
    """Return a shop's connection, also one that is gone. `to_change` keeps others away until the transaction ends."""
    locked = " FOR UPDATE" if to_change else ""
    row = await connection.fetchrow(
        f"SELECT * FROM shopify_connection WHERE shop_id = $1{locked}",  # noqa: S608 - ours
        shop_id,
    )
    return None if row is None else _store(dict(row))


async def stores_of_domain(connection: Connection, domain: str) -> list[ShopifyConnection]:
    """Return the connection of the shop of that myshopify.com name, also one that is gone."""
    rows = await connection.fetch(
        "SELECT c.* FROM shopify_connection c JOIN shop s ON s.id = c.shop_id WHERE s.domain = $1",
        domain,
    )
    return [_store(dict(row)) for row in rows]


def _store(row: dict[str, object]) -> ShopifyConnection:
    return msgspec.convert(row, ShopifyConnection)


async def note_sweep(connection: Connection, shop_id: ShopId, swept_to: str) -> None:
    """Remember up to which `updatedAt` the store has been read."""
    await connection.execute(
        "UPDATE shopify_connection SET swept_to = $2 WHERE shop_id = $1", shop_id, swept_to
    )


async def note_grant(connection: Connection, store: ShopifyConnection) -> None:
    """Write renewed tokens and what they allow."""
    await connection.execute(
        """
        UPDATE shopify_connection SET access_token = $2, refresh_token = $3, expires_at = $4, refresh_expires_at = $5
        WHERE shop_id = $1
        """,
        store.shop_id,
        store.access_token,
        store.refresh_token,
        store.expires_at,
        store.refresh_expires_at,
    )


async def note_secrets(connection: Connection, store: ShopifyConnection) -> None:
    """Write the app's secret, and what webhooks may be signed with."""
    await connection.execute(
        """
        UPDATE shopify_connection
        SET client_secret = $2, webhook_secret = $3, old_webhook_secret = $4, old_secret_until = $5 WHERE shop_id = $1
        """,
        store.shop_id,
        store.client_secret,
        store.webhook_secret,
        store.old_webhook_secret,
        store.old_secret_until,
    )


async def forget_old_secrets(connection: Connection, now: int) -> None:
    """Erase secrets whose time after the change is over."""
    await connection.execute(
        """
        UPDATE shopify_connection SET old_webhook_secret = NULL, old_secret_until = NULL
        WHERE old_secret_until <= $1
        """,
        now,
    )


async def end_store(connection: Connection, shop_id: str, why: GoneWhy, now: int) -> bool:
    """Mark a connection as gone and forget its tokens; False when there is none, or it was gone before."""
    done = await connection.execute(
        """
        UPDATE shopify_connection SET gone_at = $3, gone_why = $2, access_token = NULL, refresh_token = NULL,
            client_secret = NULL, expires_at = NULL, refresh_expires_at = NULL
        WHERE shop_id = $1 AND gone_at IS NULL
        """,
        shop_id,
        why.value,
        now,
    )
    return done == "UPDATE 1"


async def note_uninstall_told(connection: Connection, shop_id: str, now: int) -> None:
    """A webhook says that the store uninstalled us. Whether that is so, the check tells that is now due."""
    await connection.execute(
        "UPDATE shopify_connection SET uninstall_told_at = $2, check_due_at = 0 WHERE shop_id = $1",
        shop_id,
        now,
    )


async def take_due_checks(
    connection: Connection, now: int, every_ms: int, *, at_once: bool = False
) -> list[ShopifyConnection]:
    """Take the stores that are due to be checked, or with `at_once` all; the next check is due `every_ms` later."""
    rows = await connection.fetch(
        """
        UPDATE shopify_connection SET check_due_at = $1 + $2
        WHERE gone_at IS NULL AND (check_due_at <= $1 OR $3) RETURNING *
        """,
        now,
        every_ms,
        at_once,
    )
    return [_store(dict(row)) for row in rows]


async def put_check(connection: Connection, shop_id: ShopId, due_at: int) -> None:
    """Have the store checked at that moment (epoch ms)."""
    await connection.execute(
        "UPDATE shopify_connection SET check_due_at = $2 WHERE shop_id = $1", shop_id, due_at
    )


async def note_check(
    connection: Connection, shop_id: ShopId, scopes: Sequence[str] | None, found: str
) -> None:
    """Keep what a check found (JSON), and the scopes it saw granted; None where it saw none."""
    await connection.execute(
        "UPDATE shopify_connection SET check_found = $3, scopes = coalesce($2, scopes) WHERE shop_id = $1",
        shop_id,
        None if scopes is None else list(scopes),
        found,
    )


class SealedAgain(Struct, frozen=True, kw_only=True):
    """How many values were sealed anew; of those that can't be opened, why."""

    changed: int
    locked: tuple[str, ...]


async def seal_again(connection: Connection, vault: Vault) -> SealedAgain:
    """Seal what is there in plain text or with a key other than the current one; what can't be opened stays as it is.

    Raises:
        Locked: the key to seal with can't be used; nothing was changed.
    """
    changed, locked = 0, []
    rows = await connection.fetch("SELECT * FROM shopify_connection ORDER BY shop_id FOR UPDATE")
    for row in rows:
        for column in SECRETS:
            value: str | None = row[column]
            if value is None or (is_sealed(value) and vault.is_current(Sealed(value))):
                continue
            shop_id = row["shop_id"]
            try:
                plain = vault.open(shop_id, column, Sealed(value)) if is_sealed(value) else value
            except Locked as error:
                locked.append(str(error))
                continue
            await connection.execute(
                f"UPDATE shopify_connection SET {column} = $2 WHERE shop_id = $1",  # noqa: S608 - ours
                shop_id,
                vault.seal(shop_id, column, plain),
            )
            changed += 1
    return SealedAgain(changed=changed, locked=tuple(locked))
