"""A process that loads the server's program once and then makes a server process for each line it reads.

Loading takes longer than all else of a start; a run that kills a thousand servers can't wait for it a thousand times.
What is born is a process of its own with the command line and the environment that were asked for, as if it had been
started from a shell.
"""

import ctypes
import gc
import json
import os
import signal
import sys

import click

import server.command.entry as program

PR_SET_PDEATHSIG = 1
"""From prctl(2): no server outlives the nursery, however the run ends."""


def become(order: dict) -> None:
    """Turn this newborn process into `rawana <words>`; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.environ.clear()
    os.environ.update(order["environment"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for ours, its in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, its)
    code = 1
    try:
        program.rawana.main(order["words"], prog_name="rawana")
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main() -> None:
    """Read orders until there are no more, answering each with the number of its process."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries the dead
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in program.COMMANDS:
        program.rawana.get_command(click.Context(program.rawana), name)
    gc.collect()
    gc.freeze()
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            become(json.loads(line))
        print(pid, flush=True)


if __name__ == "__main__":
    main()
