"""What PostgreSQL's main process tells of itself in the file postmaster.pid of its data folder."""

import contextlib
import os
import signal
import socket
import struct
import time
from pathlib import Path

import msgspec

PID_FILE = "postmaster.pid"
SOCKET = ".s.PGSQL.5432"
_ANSWER_TIMEOUT_S = 2.0
# The shortest question that PostgreSQL's protocol has: an SSLRequest, answered with one letter.
_MAY_I_ENCRYPT = struct.pack("!II", 8, 80877103)
_PROC = Path("/proc")


class Postmaster(msgspec.Struct, frozen=True, kw_only=True):
    """A main process that runs in this data folder right now."""

    pid: int
    socket_folder: Path | None
    """None until the server has opened its socket, and for as long as the file is half written."""
    status: str
    """starting, stopping, ready or standby."""

    @property
    def has_socket(self) -> bool:
        """Whether its socket is there, and was not swept away with the temporary files since."""
        return self.socket_folder is not None and (self.socket_folder / SOCKET).exists()

    def answers(self) -> bool:
        """Whether it takes connections: just killed, it may still be in the list of processes."""
        if self.status != "ready" or self.socket_folder is None:
            return False
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_ANSWER_TIMEOUT_S)
            asking.connect(str(self.socket_folder / SOCKET))
            asking.sendall(_MAY_I_ENCRYPT)
            return asking.recv(1) in (b"N", b"S")
        return False


def running_postmaster(data: Path) -> Postmaster | None:
    """The main process of this data folder, or None when there is none, or only its stale file."""
    try:
        lines = os.fsdecode((data / PID_FILE).read_bytes()).splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (8 - len(lines))
    if not lines[0].strip("-").isdigit():
        return None
    pid = abs(int(lines[0]))
    if not _runs_in(pid, data):
        return None
    folder = Path(lines[4]) if lines[4] else None
    return Postmaster(pid=pid, socket_folder=folder, status=lines[7].strip())


def forget_recycled_pid(data: Path) -> None:
    """Drop a stale file whose process number belongs to somebody else by now.

    PostgreSQL refuses to start while a process of its own account has that number, as happens
    after a crash of the machine, or when nobody collects the dead (a container's process 1).
    It stays safe without the file: it also looks whether the data folder's shared memory is in use.
    """
    path = data / PID_FILE
    with contextlib.suppress(FileNotFoundError, ValueError):
        pid = abs(int(path.read_text(errors="replace").split("\n")[0]))
        if _exists(pid) and not _runs_in(pid, data):
            path.unlink()


def end_postmaster(data: Path, timeout_s: float) -> bool:
    """Disconnect everybody, write everything down and stop; True once no process is left.

    When the time runs out it is told to stop without ceremony, which costs a recovery at the
    next start, and nothing that was acknowledged.
    """
    for polite, order in ((True, signal.SIGINT), (False, signal.SIGQUIT)):
        deadline = time.monotonic() + (timeout_s if polite else 10.0)
        told = False
        while (process := running_postmaster(data)) is not None and time.monotonic() < deadline:
            if not told:
                os.kill(process.pid, order)
                told = True
            time.sleep(0.02)
        if process is None:
            return True
    return False


def _runs_in(pid: int, data: Path) -> bool:
    """Whether this process is alive with the data folder as its working folder, as a postmaster's."""
    if not _PROC.joinpath("self").exists():
        return _exists(pid)  # without /proc the number is all there is to go by
    with contextlib.suppress(OSError):  # a dead process that nobody collected has no working folder
        return (_PROC / str(pid) / "cwd").samefile(data)
    return False


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
