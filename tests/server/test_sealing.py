"""Nothing of a store's secrets lies open in the database: not from before, not after a change of keys, not in a backup."""

import base64
import logging
import zipfile

import pytest

from server.connecting.changing import Connecting, connect
from server.connecting.keeping_tokens import Keeper
from server.connecting.sealing import rotate, seal_what_is_open
from server.db import backups, stores
from server.shopify.failures import Unauthorized
from server.vault import Keys, Vault, is_sealed
from tests.server.books import rows_of
from tests.server.retail import KEY, KURTA, LAHORE, Retail
from tests.server.test_webhooks import deliver

TOKEN, SECRET = "shpat_very_secret_token", "a very secret secret"


@pytest.fixture
async def from_before(retail: Retail) -> Retail:
    """A connection as an older version wrote it."""
    async with retail.server.database.connection() as connection:
        await connection.execute(
            """
            INSERT INTO shopify_connection (shop_id, admin_url, access_token, webhook_secret)
            VALUES ($1, 'http://127.0.0.1:9', $2, $3)
            """,
            retail.id,
            TOKEN,
            SECRET,
        )
    return retail


async def sealed_values(retail: Retail) -> list[str]:
    (row,) = await rows_of(retail, "SELECT * FROM shopify_connection WHERE shop_id = $1", retail.id)
    return [row[column] for column in stores.SECRETS if row[column] is not None]


async def opened(retail: Retail, vault: Vault) -> tuple[str, str]:
    async with retail.server.database.connection() as connection:
        store = await stores.find_store(connection, retail.id)
    return (
        vault.open(retail.id, "access_token", store.access_token),
        vault.open(retail.id, "webhook_secret", store.webhook_secret),
    )


async def test_what_an_older_version_wrote_openly_is_sealed_at_start(from_before):
    retail = from_before
    await seal_what_is_open(retail.server.database, retail.server.vault)
    values = await sealed_values(retail)
    assert len(values) == 2
    assert all(is_sealed(value) for value in values)
    assert await opened(retail, retail.server.vault) == (TOKEN, SECRET)
    await seal_what_is_open(retail.server.database, retail.server.vault)
    assert await sealed_values(retail) == values


async def test_no_secret_is_in_a_backup(from_before, tmp_path):
    retail = from_before
    await seal_what_is_open(retail.server.database, retail.server.vault)
    key = base64.urlsafe_b64decode(KEY)
    await backups.write_backup(retail.server.database, tmp_path / "b", "b1", 1)
    with zipfile.ZipFile(tmp_path / "b") as file:
        whole = b"".join(file.read(name) for name in file.namelist())
    assert b"sealed:" in whole
    assert TOKEN.encode() not in whole
    assert SECRET.encode() not in whole
    assert key not in whole
    assert KEY.encode() not in whole


async def test_a_new_key_takes_the_old_ones_place_while_a_server_runs(from_before, tmp_path):
    retail, keys = from_before, Keys(tmp_path)
    running = Vault(keys)
    await seal_what_is_open(retail.server.database, running)
    before = await sealed_values(retail)
    done = await rotate(retail.server.database, keys, drop_old=False)
    assert (done.changed, done.locked) == (2, ())
    after = await sealed_values(retail)
    assert not set(before) & set(after)
    assert await opened(retail, running) == (TOKEN, SECRET)
    assert len(keys.read()) == 2
    await rotate(retail.server.database, keys, drop_old=True)
    assert len(keys.read()) == 1
    assert await opened(retail, running) == (TOKEN, SECRET)


async def test_a_rotation_leaves_what_no_key_opens_as_it_is_and_takes_the_others_along(
    from_before, tmp_path
):
    retail, keys = from_before, Keys(tmp_path)
    await seal_what_is_open(retail.server.database, retail.server.vault)
    rival = Retail(retail.server, "rival")
    await rival.set_up(units=0)
    async with retail.server.database.connection() as connection:
        wanted = Connecting(
            shop_id=rival.id, admin_url="http://127.0.0.1:9", token=TOKEN, webhook_secret=SECRET
        )
        await connect(connection, Vault(keys), wanted, 1)
    before = await sealed_values(retail)
    done = await rotate(retail.server.database, keys, drop_old=True)
    assert done.changed == 2
    assert len(done.locked) == 2
    assert all("put that key back" in sentence for sentence in done.locked)
    assert await sealed_values(retail) == before
    assert await opened(rival, Vault(keys)) == (TOKEN, SECRET)


async def test_without_the_key_phones_are_served_and_the_log_says_what_to_do(
    from_before, tmp_path, caplog
):
    retail = from_before
    await seal_what_is_open(retail.server.database, Vault(Keys(tmp_path)))
    stranger = Vault(Keys(tmp_path / "empty"))
    with caplog.at_level(logging.INFO):
        await seal_what_is_open(retail.server.database, stranger)
    assert "rawana shop connect acme" in caplog.text
    assert TOKEN not in caplog.text
    async with retail.server.database.connection() as connection:
        store = await stores.find_store(connection, retail.id)
    with pytest.raises(Unauthorized, match="put that key back"):
        Keeper(retail.server.database, stranger, retail.server.clock).open(store)
    # The server of this test has another key too: it answers its phones, and asks the store to deliver later.
    assert (await deliver(retail, secret=SECRET)).status_code == 503
    owner = await retail.device("zainab")
    lines = [{"variant_id": KURTA, "units": 3}]
    result = await owner.do("opening_stock", {"branch_id": LAHORE, "lines": lines})
    assert result["id"]
