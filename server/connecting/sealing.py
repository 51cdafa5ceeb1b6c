"""Sealing what an older version wrote in plain text, and sealing anew after the key was changed."""

import logging

from server.db import stores
from server.db.connections import Connection
from server.db.pool import Database, run_transaction
from server.db.stores import SealedAgain
from server.vault import KEYS_KEPT, Keys, Locked, Vault

_log = logging.getLogger(__name__)


async def seal_what_is_open(database: Database, vault: Vault) -> None:
    """At every start: nothing stays in plain text. Without a key nothing is changed, and phones are served all the same."""
    try:
        async with database.transaction() as connection:
            sealed = await stores.seal_again(connection, vault)
    except Locked as error:
        _log.error("Shopify is out of reach: %s", error)
        return
    for sentence in sealed.locked:
        _log.error("Shopify is out of reach: %s", sentence)
    if sealed.changed:
        _log.info("%d secrets of stores were sealed with the current key", sealed.changed)


async def rotate(database: Database, keys: Keys, *, drop_old: bool) -> SealedAgain:
    """Seal everything with a new key, but for what no key here opens: it stays as it is, and is told. With `drop_old`, the keys before it are forgotten.

    Where the keys are the environment's, the first of them is taken for the new one. A process that is at work with the
    old key can go on: it is kept until the rotation after this one, or until it is dropped.

    Raises:
        Locked: the keys can't be used; nothing was sealed anew.
    """
    if not keys.in_environment:
        keys.begin_new()
    vault = Vault(keys)

    async def work(connection: Connection) -> SealedAgain:
        return await stores.seal_again(connection, vault)

    sealed = await run_transaction(database, work)
    if not keys.in_environment:
        keys.keep(1 if drop_old else KEYS_KEPT)
    return sealed
