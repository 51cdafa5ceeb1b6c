"""What our pool and transactions cost: each figure beside the limit it is measured against, taken in the same moment.

A figure alone says little on a machine that others use too; the ratio of two that were taken in
turns, round by round, holds. The median of the rounds is printed.
"""

import statistics
import sys
import time
from collections.abc import Awaitable, Callable

import asyncpg

from server.db import embedded
from server.db.pool import Database
from tests.conftest import make_home, remove_home

ROUNDS = 7
ROUND_S = 0.5
ROWS = 50  # of one push

LEDGER = """
CREATE TABLE bench_ledger (
    shop_id text, branch_id text, number bigint GENERATED ALWAYS AS IDENTITY,
    op_id text NOT NULL, variant_id bigint NOT NULL, delta_units int NOT NULL,
    PRIMARY KEY (shop_id, branch_id, number), UNIQUE (shop_id, op_id)
)
"""
INSERT = """
INSERT INTO bench_ledger (shop_id, branch_id, op_id, variant_id, delta_units)
SELECT 'shop', 'branch', * FROM unnest($1::text[], $2::bigint[], $3::int[])
"""

Work = Callable[[], Awaitable[object]]


def rows(batch: int) -> tuple[list[str], list[int], list[int]]:
    """The three columns of one push, with ids that never came before."""
    return [f"{batch}-{row}" for row in range(ROWS)], list(range(ROWS)), [-1] * ROWS


async def times_a_second(work: Work) -> float:
    """How often the work gets done, one after the other, for the length of a round."""
    began, done = time.perf_counter(), 0
    while (spent := time.perf_counter() - began) < ROUND_S:
        await work()
        done += 1
    return done / spent


async def measure(database: Database, lone: asyncpg.Connection) -> dict[str, list[float]]:
    """Rounds of every figure in turns."""
    batch = 0

    async def bare() -> None:
        nonlocal batch
        batch += 1
        await lone.execute(INSERT, *rows(batch))

    async def in_transaction() -> None:
        nonlocal batch
        batch += 1
        async with database.transaction() as connection:
            await connection.execute(INSERT, *rows(batch))

    async def question() -> None:
        await lone.fetchval("SELECT 1")

    async def pooled_question() -> None:
        async with database.connection() as connection:
            await connection.fetchval("SELECT 1")

    works: dict[str, Work] = {
        "insert 50 rows, bare connection": bare,
        "insert 50 rows, our transaction": in_transaction,
        "ask, bare connection": question,
        "ask, our pool": pooled_question,
    }
    figures: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            figures[name].append(await times_a_second(work))
    return figures


async def main() -> None:
    """Measure on a PostgreSQL of its own and print."""
    home = make_home("bench")
    try:
        began = time.perf_counter()
        address = embedded.start(home)
        first_s = time.perf_counter() - began
        async with Database(address) as database:
            lone = await database.connect_alone()
            await lone.execute(LEDGER)
            figures = await measure(database, lone)
            await lone.close()
    finally:
        remove_home(home)
    report = [f"first start of the embedded PostgreSQL: {first_s:.2f} s"]
    report += [f"{name}: {statistics.median(of):,.0f}/s" for name, of in figures.items()]
    for limit, ours in zip(*[iter(figures)] * 2, strict=True):
        ratios = [b / a for a, b in zip(figures[limit], figures[ours], strict=True)]
        report.append(f"{ours} ÷ {limit}: {statistics.median(ratios):.2f}")
    sys.stdout.write("\n".join(report) + "\n")
