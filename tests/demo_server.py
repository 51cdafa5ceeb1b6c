"""A real `rawana demo` as a process of its own, to be killed and started again on the same home and port."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx

READY_TIMEOUT_S = 60


class DemoServer:
    """Start it, ask it, kill it; `told` is what it printed."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.told: dict = {}
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return self.told["url"]

    def start(self) -> None:
        """Start on the same port as before and wait until it answers."""
        command = [sys.executable, "-m", "server", "demo", "--home", str(self.home)]
        with (self.home.parent / f"{self.home.name}.log").open("a") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port), "--json"],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, (self.home.parent / f"{self.home.name}.log").read_text()[-3000:]
        self.told = json.loads(line)

    def kill(self) -> None:
        """SIGKILL: nothing is tidied up, and its PostgreSQL runs on."""
        assert self._process is not None
        self._process.kill()
        self._close()

    def stop(self) -> None:
        """End it well, and its PostgreSQL with it."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._close()

    def _close(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def enrol_code(self, name: str) -> str:
        return next(p["enrol_code"] for p in self.told["staff"] if p["name"] == name)

    def store(self, path: str) -> dict:
        """Ask the practice store."""
        return httpx.get(f"{self.told['practice_store_url']}/practice/api/{path}").json()

    def place_order(self, **wanted: object) -> dict:
        """Let somebody order; return the order as the store shows it."""
        url = f"{self.told['practice_store_url']}/practice/api/orders"
        answer = httpx.post(url, json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()["orders"][0]

    def command(self, *words: str) -> list[dict]:
        """Run a `rawana` command on the same home; return its JSON lines."""
        done = subprocess.run(
            [sys.executable, "-m", "server", *words, "--json"],
            env=os.environ | {"RAWANA_HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return [json.loads(line) for line in done.stdout.splitlines()]


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
