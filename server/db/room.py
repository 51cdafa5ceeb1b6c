"""Room on the disk under the embedded database, and how much of it is kept for PostgreSQL itself."""

import shutil
from pathlib import Path

RESERVE_BYTES = 64 << 20
"""Four pieces of its log: PostgreSQL stops altogether, reading included, when it can't begin a new piece."""


def has_room(data: Path) -> bool:
    """Whether more may be written. Asks the file system each time, which takes microseconds."""
    return shutil.disk_usage(data).free >= RESERVE_BYTES
