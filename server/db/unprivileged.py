"""PostgreSQL refuses to run as root: under which account its programs run, and how they are run."""

import contextlib
import os
import pwd
import subprocess
from pathlib import Path

import msgspec

# Accounts that exist on a machine for such a purpose; none is ever created. `nobody` is last
# because other services may run as it, and what shares an account shares its files.
_ACCOUNTS = ("rawana", "postgres", "nobody")


class Account(msgspec.Struct, frozen=True):
    """An unprivileged account that root hands PostgreSQL to."""

    name: str
    uid: int
    gid: int


class NoAccount(Exception):
    """We are root and no unprivileged account exists; the message says what to do."""


def account_to_run_as() -> Account | None:
    """The account for PostgreSQL's programs; None when we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise NoAccount(
        "PostgreSQL does not run as root and there is no account called "
        f"{' or '.join(_ACCOUNTS)}: create one, or start Rawana as an ordinary user."
    )


def run_as(
    account: Account | None, argv: list[str | Path], *, cwd: str | Path = "/"
) -> subprocess.CompletedProcess[str]:
    """Run a program as the account (None: as ourselves) and capture what it says.

    It sees none of our environment but the library path: a PGPORT of the caller's must
    not move the server, and no secret of ours may be read from its process.
    """
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    if libraries := os.environ.get("LD_LIBRARY_PATH"):
        environment["LD_LIBRARY_PATH"] = libraries
    return subprocess.run(  # noqa: S603 - a list of arguments, no shell
        [str(part) for part in argv],
        cwd=cwd,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def can_enter(account: Account | None, path: Path) -> bool:
    """Whether the account may execute this program, or pass through this folder and its parents."""
    if account is None:
        return os.access(path, os.X_OK)
    # Asked of the system itself, since access lists and mounts have a say beside the modes.
    return run_as(account, ["test", "-x", path]).returncode == 0


def hand_over(account: Account | None, path: Path) -> None:
    """Make the account the owner of this one file or folder."""
    if account is not None:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)
