"""Who watches over the embedded PostgreSQL: nobody else would start it again when it has ended.

A PostgreSQL that was killed (out of memory, a wrong hand) comes back with all that it acknowledged. One that was only
hurt in a backend restarts by itself, and is left alone.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path

from server.db import embedded
from server.db.binaries import NoPostgres
from server.db.postmaster import running_postmaster
from server.db.unprivileged import NoAccount

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.2
"""A look reads one small file; clients wait two seconds before they ask again anyway."""
TRY_AGAIN_S = 1.0


@contextlib.asynccontextmanager
async def kept_up(home: Path, pg_bin: Path | None) -> AsyncIterator[None]:
    """For as long as the block runs, start the home's PostgreSQL again whenever its main process is gone."""
    watching = asyncio.create_task(_watch(home, pg_bin))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(home: Path, pg_bin: Path | None) -> None:
    data = (home / "pgdata").resolve()
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if running_postmaster(data) is not None:
            continue
        _log.error("PostgreSQL has ended; starting it again")
        try:
            await asyncio.to_thread(embedded.start, home, pg_bin)
        except (embedded.PostgresWontStart, NoPostgres, NoAccount, OSError) as error:
            _log.error("%s; trying again in %.0f s", error, TRY_AGAIN_S)
            await asyncio.sleep(TRY_AGAIN_S)
        else:
            _log.warning("PostgreSQL runs again")
