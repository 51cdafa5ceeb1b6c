"""A PostgreSQL of our own, in RAWANA_HOME: started, attached to and stopped by whoever needs it.

RAWANA_HOME holds `postgres.lock`, `postgres.password` and `pgdata`, the data folder (or a link to
it, see `_choose_ground`). The server listens on a unix socket only and wants the password (scram).
It outlives the process that started it: after a kill of ours the next start attaches to it.
Every function here blocks; from a coroutine call it in a thread.
"""

import contextlib
import fcntl
import os
import secrets
import shlex
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from server.db.address import DatabaseAddress
from server.db.binaries import find_binaries, make_reachable
from server.db.postmaster import (
    Postmaster,
    end_postmaster,
    forget_recycled_pid,
    running_postmaster,
)
from server.db.unprivileged import Account, account_to_run_as, can_enter, hand_over, run_as

# Given at each start, so that a newer Rawana also changes a database made by an older one.
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
_OWNER = "rawana"
_DATABASE = "postgres"
_START_TIMEOUT_S = 300  # replaying the log after a crash takes as long as it takes
_STOP_TIMEOUT_S = 60
_LOG_BYTES_MAX = 8 << 20
# The kernel takes 107 bytes for a socket's path (103 on macOS), `.s.PGSQL.5432.lock` included.
_SOCKET_FOLDER_BYTES_MAX = 103 - len("/.s.PGSQL.5432.lock")
# Where the data lies when root's home, which the account can't enter, is to hold it.
_GROUNDS = Path("/var/lib/rawana")


class PostgresWontStart(Exception):
    """PostgreSQL is there and did not start; the message carries the end of its log."""


def start(home: Path, pg_bin: Path | None = None) -> DatabaseAddress:
    """Make the database if there is none, start it if it does not run, and say where it is.

    Safe against several processes doing it at once. Raises NoPostgres, NoAccount or
    PostgresWontStart.
    """
    account = account_to_run_as()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock_held(home):
        data = home / "pgdata"
        if not (data / "PG_VERSION").exists():
            _make_data_folder(home, account, pg_bin)
        process = _bring_up(data.resolve(), account, pg_bin)
        return DatabaseAddress(
            host=str(process.socket_folder),
            user=_OWNER,
            password=_password_file(home).read_text(),
            database=_DATABASE,
        )


def stop(home: Path) -> None:
    """Stop the server if it runs; who is still connected is cut off. Raises PostgresWontStart."""
    if not home.exists():
        return
    with _lock_held(home):
        data = (home / "pgdata").resolve()
        process = running_postmaster(data)
        if process is None:
            return
        if not end_postmaster(data, _STOP_TIMEOUT_S):
            raise PostgresWontStart(f"PostgreSQL (process {process.pid}) did not stop.")
        _remove_short_folder(data)


def is_running(home: Path) -> bool:
    """Whether a PostgreSQL runs in this home and takes connections."""
    process = running_postmaster((home / "pgdata").resolve())
    return process is not None and process.answers()


@contextlib.contextmanager
def _lock_held(home: Path) -> Iterator[None]:
    with (home / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # let go by the system, however we end
        yield


def _password_file(home: Path) -> Path:
    return home / "postgres.password"


def _make_data_folder(home: Path, account: Account | None, pg_bin: Path | None) -> None:
    """Run initdb beside the final place and rename, so that a killed initdb leaves no half database."""
    ground = _choose_ground(home, account)
    binaries = make_reachable(find_binaries(pg_bin, None), account, ground)
    fresh = ground / "pgdata-being-made"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password = secrets.token_urlsafe(24)
    _write_secret(fresh / "password", password)
    for path in (fresh / "password", fresh):
        hand_over(account, path)
    argv: list[str | Path] = [binaries / "initdb", "--no-instructions", "--data-checksums"]
    argv += ["-D", fresh / "pgdata", "-U", _OWNER, "--encoding=UTF8", "--locale=C.UTF-8"]
    argv += ["--auth=scram-sha-256", f"--pwfile={fresh / 'password'}"]
    made = run_as(account, argv)
    if made.returncode != 0:
        raise PostgresWontStart(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    _write_secret(_password_file(home), password)
    (fresh / "pgdata").rename(ground / "pgdata")
    shutil.rmtree(fresh)
    if ground != home:
        (home / "pgdata").unlink(missing_ok=True)
        (home / "pgdata").symlink_to(ground / "pgdata")


def _choose_ground(home: Path, account: Account | None) -> Path:
    """The folder that gets the data: home, unless the account can't come there.

    Home itself may become passable to others (0711); its parents, such as /root, never do.
    Then the data gets a folder of its own below /var/lib/rawana, and home a link to it.
    """
    if not can_enter(account, home):
        home.chmod(home.stat().st_mode | 0o011)
    if can_enter(account, home):
        return home
    _GROUNDS.mkdir(mode=0o711, parents=True, exist_ok=True)
    ground = Path(tempfile.mkdtemp(prefix=f"{home.name}-", dir=_GROUNDS))
    ground.chmod(0o711)
    if not can_enter(account, ground):
        raise PostgresWontStart(
            f"PostgreSQL runs as {account.name if account else 'this user'}, which can enter "
            f"neither {home} nor {_GROUNDS}: set RAWANA_HOME to a folder that it can reach."
        )
    return ground


def _bring_up(data: Path, account: Account | None, pg_bin: Path | None) -> Postmaster:
    """Start the server or wait for the one that is starting, until it takes connections."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        process = running_postmaster(data)
        if process is None:
            _start_server(data, account, pg_bin)
        elif process.answers():
            return process
        elif process.status == "ready" and not process.has_socket:  # nobody can reach it any more
            end_postmaster(data, _STOP_TIMEOUT_S)
        else:
            time.sleep(0.05)
    raise PostgresWontStart(f"PostgreSQL was not ready within {_START_TIMEOUT_S} s.")


def _start_server(data: Path, account: Account | None, pg_bin: Path | None) -> None:
    forget_recycled_pid(data)
    major = int((data / "PG_VERSION").read_text())
    binaries = make_reachable(find_binaries(pg_bin, major), account, data.parent)
    log = data / "server.log"
    if log.exists() and log.stat().st_size > _LOG_BYTES_MAX:
        log.replace(data / "server.log.1")
    seen = log.stat().st_size if log.exists() else 0
    settings = _SETTINGS | {"unix_socket_directories": _quoted(_socket_folder(data, account))}
    options = " ".join(shlex.join(["-c", f"{name}={value}"]) for name, value in settings.items())
    # Names relative to the data folder: pg_ctl hands them to a shell, whatever home is called.
    argv: list[str | Path] = [binaries / "pg_ctl", "-D", ".", "-l", "server.log", "-w"]
    argv += ["-t", str(_START_TIMEOUT_S), "-o", options, "start"]
    if run_as(account, argv, cwd=data).returncode == 0:
        return
    with log.open(errors="replace") as text:
        text.seek(seen)
        told = text.read()
    # After a kill of the main process its children need a moment to notice and leave.
    if "is still in use" not in told and "already exists" not in told:
        raise PostgresWontStart(f"PostgreSQL did not start. The end of {log}:\n{told[-2000:]}")
    time.sleep(0.2)


def _socket_folder(data: Path, account: Account | None) -> Path:
    """A folder that only the account enters, with a path that a socket's address can hold.

    Too long a path can't be bound, and asyncpg takes a comma for the end of a host. Then
    `socket` is a link to a folder in the temporary folder, whose name is left to chance so that
    no other user of the machine can have put one there first.
    """
    folder = data.parent / "socket"
    if len(os.fsencode(folder)) <= _SOCKET_FOLDER_BYTES_MAX and "," not in str(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        hand_over(account, folder)
        return folder
    # Kept over a crash: who was connected looks for the server where it was.
    if folder.is_symlink() and _is_private(folder.readlink(), account):
        return folder.readlink()
    places = (tempfile.gettempdir(), "/tmp")  # noqa: S108 - for a TMPDIR that is long as well
    place = min(places, key=lambda place: len(place) > 60)
    short = Path(tempfile.mkdtemp(prefix="rawana-", dir=place))
    hand_over(account, short)
    folder.unlink(missing_ok=True)
    folder.symlink_to(short)
    return short


def _is_private(folder: Path, account: Account | None) -> bool:
    try:
        seen = folder.lstat()
    except FileNotFoundError:
        return False
    owner = os.geteuid() if account is None else account.uid
    return stat.S_ISDIR(seen.st_mode) and seen.st_uid == owner and not seen.st_mode & 0o077


def _remove_short_folder(data: Path) -> None:
    folder = data.parent / "socket"
    if folder.is_symlink():
        shutil.rmtree(folder.readlink(), ignore_errors=True)
        folder.unlink()


def _quoted(folder: Path) -> str:
    """As the one element of a list of folders: a comma or a space in it is part of its name."""
    return '"' + str(folder).replace('"', '""') + '"'


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(descriptor)
