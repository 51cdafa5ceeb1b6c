"""`python -m tests.chaos RUN [--cycles N] [--seed S]`: one JSON line of figures; exit 1 when a promise was broken."""

import argparse
import asyncio
import json
import sys
import time

from tests.chaos import (
    blackout,
    crash_points,
    disk_full,
    drain,
    postgres_kills,
    server_kills,
    shipment_kills,
    storm,
    webhook_storm,
)

RUNS = {
    "server-kills": server_kills,
    "postgres-kills": postgres_kills,
    "disk-full": disk_full,
    "crash-points": crash_points,
    "chaos": storm,
    "drain": drain,
    "blackout": blackout,
    "webhook-storm": webhook_storm,
    "shipment-kills": shipment_kills,
}


def main() -> int:
    """Do one run."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("run", choices=RUNS)
    parser.add_argument("--cycles", type=int, help="how much of it; the full size when left out")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    module = RUNS[asked.run]
    size = {} if asked.cycles is None else {"cycles": asked.cycles}
    began = time.perf_counter()
    figures = asyncio.run(module.run(seed=asked.seed, **size))
    figures["broken"] = [*figures["broken"], *module.too_tame(figures)]
    figures["took_s"] = round(time.perf_counter() - began, 1)
    print(json.dumps(figures), flush=True)
    return 1 if figures["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
