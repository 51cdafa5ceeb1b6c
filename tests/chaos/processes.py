"""Server processes to be killed: each is `rawana serve` (or another word) on a home and a port that stay."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
LOOK_S = 0.002


class Nursery:
    """Makes server processes quickly, see `tests.chaos.nursery`; or slowly, from nothing, where that is wanted."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=compiled(os.environ),
        )
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it has loaded

    def birth(self, words: Sequence[str], environment: Mapping[str, str]) -> int:
        """Start a process; return its number."""
        order = {"words": list(words), "environment": dict(environment), "log": str(self.log)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """No more are wanted."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


def compiled(environ: Mapping[str, str]) -> dict[str, str]:
    """Let Python keep what it has compiled, as it does in every ordinary installation."""
    return {name: text for name, text in environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class ServerProcess:
    """One command of `rawana`, to be started and killed over and over. `port` is None for one that serves nobody."""

    def __init__(
        self, nursery: Nursery, home: Path, *words: str, port: int | None = None, **more: str
    ) -> None:
        self._nursery = nursery
        self._words = [*words, *([] if port is None else ["--port", str(port)])]
        self._environment = compiled(os.environ) | {"RAWANA_HOME": str(home)} | more
        self.port = port
        self.pid: int | None = None

    async def start(self, **more: str) -> float:
        """Start it and wait until it answers; return the seconds that took."""
        assert not self.is_alive, "it runs already"
        began = time.perf_counter()
        self.pid = self._nursery.birth(self._words, self._environment | more)
        if self.port is not None:
            await self._until_it_listens()
        return time.perf_counter() - began

    async def _until_it_listens(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.transport.abort()
                return
            assert self.is_alive, f"the server ended by itself:\n{self.told()}"
            await asyncio.sleep(LOOK_S)
        raise AssertionError(f"the server does not answer:\n{self.told()}")

    @property
    def is_alive(self) -> bool:
        """Whether the process is still there."""
        if self.pid is None:
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    async def kill(self, number: int = signal.SIGKILL) -> None:
        """End it, by default without a warning, and wait until it is gone; its PostgreSQL runs on."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            await self.gone()

    async def gone(self, within_s: float = PATIENCE_S) -> None:
        """Wait until it has ended."""
        deadline = time.monotonic() + within_s
        while self.is_alive:
            assert time.monotonic() < deadline, "the process does not end"
            await asyncio.sleep(LOOK_S)
        self.pid = None

    def told(self) -> str:
        """Return the end of what the servers of this nursery said."""
        return self._nursery.log.read_text(errors="replace")[-4_000:]


def run_command(home: Path, *words: str) -> list[dict]:
    """Run a `rawana` command on a home to its end; return its JSON lines, whatever its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *words, "--json"],
        cwd=ROOT,
        env=compiled(os.environ) | {"RAWANA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
