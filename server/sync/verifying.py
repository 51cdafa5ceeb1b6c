"""Proving the books: every balance re-folded from the legs, every chain re-hashed, every counter counted again."""

from collections import Counter

from msgspec import Struct

from server.db import book_reading, ledger, shops, witnesses
from server.db.connections import Connection
from sync_protocol.fulfillments import NEVER_LEFT, Fulfillment
from sync_protocol.ids import BranchId, OrderLineId, ShopId, TransferId, VariantId
from sync_protocol.ledger import (
    BRANCH_ACCOUNTS,
    GENESIS_HASH,
    LedgerEntry,
    chain,
    out_account,
    transit_account,
    unbalanced,
)
from sync_protocol.orders import Order

OUT = out_account(OrderLineId(""))
TRANSIT = transit_account(TransferId(""))

Balances = Counter[tuple[str, VariantId]]


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something in the books that is not as it must be."""

    shop_id: ShopId
    what: str
    branch_id: BranchId | None = None
    version: int | None = None


class Folded(Struct, frozen=True, kw_only=True):
    """One branch's ledger, walked: balances per account, cash per run, and how many entries there were."""

    balances: Balances
    run_cash: Counter[str]
    entries: int
    findings: list[Finding]


async def verify_shop(connection: Connection, shop_id: ShopId) -> tuple[list[Finding], int]:
    """Return what is wrong with a shop's books, and how many ledger entries were read."""
    findings: list[Finding] = []
    entries = 0
    elsewhere: Balances = Counter()
    run_cash: Counter[str] = Counter()
    for branch in await shops.branches_of(connection, shop_id):
        folded = await _verify_chain(connection, shop_id, branch.id)
        entries += folded.entries
        findings += folded.findings
        run_cash.update(folded.run_cash)
        for place, units in folded.balances.items():
            elsewhere[place] += units
        findings += await _verify_stock(connection, shop_id, branch.id, folded.balances)
        findings += await _verify_witnesses(connection, shop_id, branch.id)
    findings += await _verify_orders(connection, shop_id, elsewhere)
    findings += await _verify_transfers(connection, shop_id, elsewhere)
    findings += await _verify_runs(connection, shop_id, run_cash)
    return findings, entries


async def _verify_chain(connection: Connection, shop_id: ShopId, branch_id: BranchId) -> Folded:
    """Walk one ledger; the first bad row is named, since all behind it follow from it."""
    balances: Balances = Counter()
    run_cash: Counter[str] = Counter()
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
        for paid in entry.cash if entry.run_id is not None else ():
            run_cash[f"{entry.run_id} {paid.account.partition('/')[0]}"] += paid.paisa
    heads = await ledger.read_heads(connection, shop_id, [branch_id])
    head = heads.get(branch_id, (0, GENESIS_HASH))
    if head != (expected, previous) and not findings:
        what = f"the head says version {head[0]}, the ledger ends at {expected}"
        findings.append(Finding(shop_id=shop_id, branch_id=branch_id, what=what))
    return Folded(balances=balances, run_cash=run_cash, entries=expected, findings=findings)


def _wrong_with(entry: LedgerEntry, stored: str, previous: str, expected: int) -> str | None:
    if entry.version != expected:
        return f"version {entry.version} stands where {expected} must"
    if unbalanced(entry.legs) or sum(leg.paisa for leg in entry.cash) != 0:
        return f"entry {entry.version} does not sum to zero"
    if chain(previous, entry) != stored:
        return f"entry {entry.version} is not what was chained"
    return None


async def _verify_witnesses(
    connection: Connection, shop_id: ShopId, branch_id: BranchId
) -> list[Finding]:
    """Hold the ledger against every head that a phone saw: a chain written anew proves, but not to its witnesses."""
    agreed = 0
    for seen in await witnesses.all_seen(connection, shop_id, branch_id):
        if seen.agrees:
            agreed = seen.version
            continue
        at = (
            "none is here"
            if seen.ours is None
            else f"one of {agreed + 1} to {seen.version} differs"
        )
        what = f"device {seen.device_id} saw another version {seen.version} of the ledger: {at}"
        return [Finding(shop_id=shop_id, branch_id=branch_id, version=agreed + 1, what=what)]
    return []


async def _verify_stock(
    connection: Connection, shop_id: ShopId, branch_id: BranchId, balances: Balances
) -> list[Finding]:
    stored = await book_reading.stock_of_branch(connection, shop_id, branch_id)
    variants = {v for account, v in balances if account in BRANCH_ACCOUNTS} | set(stored)
    findings = []
    for variant in sorted(variants):
        folded = tuple(balances[account, variant] for account in BRANCH_ACCOUNTS)
        if stored.get(variant, (0, 0, 0)) != folded:
            what = f"variant {variant}: stock says {stored.get(variant)}, the ledger {folded}"
            findings.append(Finding(shop_id=shop_id, branch_id=branch_id, what=what))
    return findings


async def _verify_orders(
    connection: Connection, shop_id: ShopId, balances: Balances
) -> list[Finding]:
    """Compare each order's counters with its shipments, and what is out with the ledger."""
    findings = []
    left: Counter[str] = Counter()
    for (account, _), units in balances.items():
        if account.startswith(OUT):
            left[account] += units
    shipped = await _counted_shipments(connection, shop_id)
    async for order in book_reading.each_order(connection, shop_id):
        wrong = (*_wrong_out(order, left), *_wrong_counters(order, shipped))
        findings += [Finding(shop_id=shop_id, what=what) for what in wrong]
    for account in sorted(account for account, units in left.items() if units):
        what = f"the ledger has {left[account]} units on {account}, which no order has"
        findings.append(Finding(shop_id=shop_id, what=what))
    return findings


def _wrong_out(order: Order, left: Counter[str]) -> list[str]:
    found = []
    for line in order.lines:
        folded = left.pop(out_account(line.id), 0)
        if folded != line.out_units:
            found.append(
                f"order {order.name}, line {line.id}: {line.out_units} out, the ledger says {folded}"
            )
    return found


async def _counted_shipments(connection: Connection, shop_id: ShopId) -> Counter[tuple[str, str]]:
    """Count (line, counter) over all shipments: what is promised, out, and was ever shipped."""
    counts: Counter[tuple[str, str]] = Counter()
    async for shipment in book_reading.each_fulfillment(connection, shop_id):
        _count_shipment(shipment, counts)
    return counts


def _count_shipment(shipment: Fulfillment, counts: Counter[tuple[str, str]]) -> None:
    taken_back = shipment.shopify_cancelled and not shipment.goods_out
    for line in shipment.lines:
        if shipment.reserves:
            counts[line.order_line_id, "pending_units"] += line.units
        if shipment.goods_out:
            counts[line.order_line_id, "out_units"] += line.gone_units
        if shipment.state not in NEVER_LEFT and not taken_back:
            counts[line.order_line_id, "shipped_units"] += line.units


def _wrong_counters(order: Order, counts: Counter[tuple[str, str]]) -> list[str]:
    found = []
    for line in order.lines:
        for counter in ("pending_units", "out_units", "shipped_units"):
            said, counted = getattr(line, counter), counts[line.id, counter]
            if said != counted:
                found.append(
                    f"order {order.name}, line {line.id}: {counter} {said}, its shipments say {counted}"
                )
    return found


async def _verify_transfers(
    connection: Connection, shop_id: ShopId, balances: Balances
) -> list[Finding]:
    findings = []
    left = {place: n for place, n in balances.items() if place[0].startswith(TRANSIT) and n}
    for transfer in await book_reading.all_transfers(connection, shop_id):
        for line in transfer.lines:
            folded = left.pop((transit_account(transfer.id), line.variant_id), 0)
            if folded != line.transit_units:
                what = (
                    f"transfer {transfer.id}, variant {line.variant_id}: {line.transit_units} on the way, "
                    f"the ledger says {folded}"
                )
                findings.append(Finding(shop_id=shop_id, what=what))
    for (account, variant), units in sorted(left.items()):
        what = f"the ledger has {units} units of {variant} on {account}, which no transfer has"
        findings.append(Finding(shop_id=shop_id, what=what))
    return findings


async def _verify_runs(
    connection: Connection, shop_id: ShopId, run_cash: Counter[str]
) -> list[Finding]:
    """Compare each run's cash with the payments in the ledger (C2, C3)."""
    findings = []
    for run in await book_reading.all_runs(connection, shop_id):
        said = (run.counted_paisa or 0, run.shortage_paisa)
        booked = (run_cash[f"{run.id} till"], run_cash[f"{run.id} shortage"])
        if said != booked:
            what = f"run {run.id}: till and shortage {said} paisa, the ledger says {booked}"
            findings.append(Finding(shop_id=shop_id, branch_id=run.branch_id, what=what))
    return findings
