"""Proving the books: every balance re-folded from the legs, every chain re-hashed."""

from collections import Counter

from msgspec import Struct

from server.db import books, ledger, shops
from server.db.connections import Connection
from sync_protocol.ids import BranchId, OrderLineId, ShopId, VariantId
from sync_protocol.ledger import (
    BRANCH_ACCOUNTS,
    GENESIS_HASH,
    LedgerEntry,
    chain,
    out_account,
    unbalanced,
)

OUT = out_account(OrderLineId(""))

Balances = Counter[tuple[str, VariantId]]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something in the books that is not as it must be."""

    shop_id: ShopId
    what: str
    branch_id: BranchId | None = None
    version: int | None = None


async def verify_shop(connection: Connection, shop_id: ShopId) -> tuple[list[Finding], int]:
    """Return what is wrong with a shop's books, and how many ledger entries were read."""
    findings: list[Finding] = []
    entries = 0
    out: Counter[str] = Counter()
    for branch in await shops.branches_of(connection, shop_id):
        balances, count, found = await _verify_chain(connection, shop_id, branch.id)
        entries += count
        findings += found
        for (account, _), units in balances.items():
            out[account] += units
        findings += await _verify_stock(connection, shop_id, branch.id, balances)
    findings += await _verify_out(connection, shop_id, out)
    return findings, entries


async def _verify_chain(
    connection: Connection, shop_id: ShopId, branch_id: BranchId
) -> tuple[Balances, int, list[Finding]]:
    """Walk one ledger; the first bad row is named, since all behind it follow from it."""
    balances: Balances = Counter()
    previous, expected = GENESIS_HASH, 0
    findings: list[Finding] = []
    async for entry, stored in ledger.walk(connection, shop_id, branch_id):
        expected += 1
        what = _wrong_with(entry, stored, previous, expected)
        if what is not None and not findings:
            findings.append(
                Finding(shop_id=shop_id, branch_id=branch_id, version=entry.version, what=what)
            )
        previous = stored
        for leg in entry.legs:
            balances[leg.account, leg.variant_id] += leg.units
    heads = await ledger.read_heads(connection, shop_id, [branch_id])
    head = heads.get(branch_id, (0, GENESIS_HASH))
    if head != (expected, previous) and not findings:
        what = f"the head says version {head[0]}, the ledger ends at {expected}"
        findings.append(Finding(shop_id=shop_id, branch_id=branch_id, what=what))
    return balances, expected, findings


def _wrong_with(entry: LedgerEntry, stored: str, previous: str, expected: int) -> str | None:
    if entry.version != expected:
        return f"version {entry.version} stands where {expected} must"
    if unbalanced(entry.legs):
        return f"entry {entry.version} does not sum to zero"
    if chain(previous, entry) != stored:
        return f"entry {entry.version} is not what was chained"
    return None


async def _verify_stock(
    connection: Connection, shop_id: ShopId, branch_id: BranchId, balances: Balances
) -> list[Finding]:
    stored = await books.stock_of_branch(connection, shop_id, branch_id)
    variants = {v for account, v in balances if account in BRANCH_ACCOUNTS} | set(stored)
    findings = []
    for variant in sorted(variants):
        folded = tuple(balances[account, variant] for account in BRANCH_ACCOUNTS)
        if stored.get(variant, (0, 0, 0)) != folded:
            what = f"variant {variant}: stock says {stored.get(variant)}, the ledger {folded}"
            findings.append(Finding(shop_id=shop_id, branch_id=branch_id, what=what))
    return findings


async def _verify_out(connection: Connection, shop_id: ShopId, out: Counter[str]) -> list[Finding]:
    findings = []
    left = Counter({account: units for account, units in out.items() if account.startswith(OUT)})
    async for order in books.each_order(connection, shop_id):
        for line in order.lines:
            folded = left.pop(out_account(line.id), 0)
            if folded != line.out_units:
                what = f"order {order.name}, line {line.id}: {line.out_units} out, the ledger says {folded}"
                findings.append(Finding(shop_id=shop_id, what=what))
    for account in sorted(left):
        what = f"the ledger has {left[account]} units on {account}, which no order has"
        findings.append(Finding(shop_id=shop_id, what=what))
    return findings
