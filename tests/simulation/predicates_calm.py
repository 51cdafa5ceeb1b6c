"""Predicates that must hold once everything is calm: L1–L8, and the whole books anew."""

import msgspec

from sync_protocol.decide.book import Book
from sync_protocol.fulfillments import ShopifyState, Workflow
from sync_protocol.ledger import GENESIS_HASH, chain
from sync_protocol.limits import JOURNAL_FLOOR_DAYS
from sync_protocol.ops import Op
from sync_protocol.outcomes import EffectKind
from sync_protocol.project import (
    discrepancy_rows,
    fulfillment_rows,
    order_rows,
    run_rows,
    stock_rows,
    transfer_rows,
)
from sync_protocol.reading import link_hashes
from sync_protocol.replica import TOMBSTONE, encode_body
from tests.phone.memory import Memory
from tests.simulation import answering
from tests.simulation.model import Model, need
from tests.simulation.storefront import Storefront
from tests.simulation.tables import Tables

FLOOR_MS = JOURNAL_FLOOR_DAYS * 86_400_000
_op = msgspec.json.Decoder(Op)


def l1_nothing_waits(memory: Memory) -> None:
    """Every phone that may talk has sent all that it held."""
    need("L1", not memory.unsent(), memory.device_id, len(memory.unsent()), "wait")


def l2_phones_are_the_server(tables: Tables, memory: Memory) -> None:
    """A phone's rows are the server's, in every stream that it is given; answers of its own may stand with its ops (V1)."""
    device = tables.devices[memory.device_id]
    granted = answering.granted_streams(tables, device)
    need("L2", set(memory.replica.cursors) <= set(granted), memory.device_id)
    need("L2", memory.epoch == tables.epoch, memory.device_id, memory.epoch)
    for stream in granted:
        here = {k: row for k, row in tables.rows.get(stream, {}).items() if row[1] != TOMBSTONE}
        there = memory.replica.rows.get(stream, {})
        differs = [
            key
            for key in here.keys() | there.keys()
            if here.get(key) != there.get(key) and not key.startswith("result/")
        ]
        need("L2", not differs, memory.device_id, stream, differs[:3])
        head = tables.streams.get(stream, 0)
        need("L2", memory.replica.cursors.get(stream, 0) == head, memory.device_id, stream)


def l3_nothing_recorded_is_lost(
    model: Model, tables: Tables, memories: list[Memory], now: int
) -> None:
    """What a phone showed as saved is here, unless its storage is gone; what was acknowledged is at least counted."""
    held = {op.id for memory in memories for op in memory.ops}
    for shown in model.shown.values():
        kept = tables.ops.get(shown.id)
        if kept is not None:
            body = bytes(_op.decode(kept.sent).body)
            need("S4", body == shown.body, shown.id, "was changed on its way")
            continue
        need("L3", shown.id not in held, shown.id, "is on a phone and not here")
        if shown.answered_at is None:
            need("L3", shown.excused, shown.id, "was shown as saved and is nowhere")
            continue
        aged = now - shown.answered_at > FLOOR_MS
        need("L3", shown.excused or aged, shown.id, "was forgotten too early")
        need("L8", shown.id in tables.expected, shown.id, "was acknowledged and is not missed")


def l4_authors_know(tables: Tables, memory: Memory) -> None:
    """Who recorded an op has the answer that the log has."""
    for op in memory.ops:
        kept = tables.ops[op.id]
        need("L4", op.result == kept.result, memory.device_id, op.id, op.result, kept.result)


def l5_shipments_are_told_once(tables: Tables, store: Storefront) -> None:
    """Each dispatched smart shipment has its one fulfillment in the store, or somebody is asked why not."""
    standing = {
        sent.shipment_id
        for order in store.orders.values()
        for sent in order.sent
        if sent.ours and sent.live
    }
    # What the desk had recorded of a fulfillment is taken over by the parcel that it was (R24); after a restore that
    # fulfillment may even be one of ours of which nobody knows any more.
    shown = {sent.gid for order in store.orders.values() for sent in order.sent}
    ours = {
        queued.fulfillment_id
        for queued in tables.outbox.values()
        if queued.kind is EffectKind.SHOPIFY_FULFILL
    }
    for shipment in tables.book.fulfillments.values():
        if shipment.workflow is not Workflow.SMART or shipment.refused:
            continue
        if shipment.shopify_state is ShopifyState.CONFIRMED:
            gid = shipment.shopify_fulfillment_gid
            told = shipment.id in standing or gid in shown
            # What was taken over from a Branch Sync record was never told by us.
            told = told or (gid is None and shipment.id not in ours)
            need("L5", told, shipment.id, gid)
        failed = shipment.shopify_state is ShopifyState.FAILED
        need("L5", not failed or shipment.id not in standing, shipment.id, "is told and was not")
        need(
            "L5",
            shipment.shopify_state not in (ShopifyState.QUEUED, ShopifyState.UNKNOWN),
            shipment.id,
            shipment.shopify_state,
        )


def l6_the_mirror_is_the_store(tables: Tables, store: Storefront) -> None:
    """Every order is as the store has it."""
    for placed in store.orders.values():
        order = tables.book.orders.get(placed.id)
        need("L6", order is not None, placed.id, "is not mirrored")
        assert order is not None
        need("L6", order.shopify_updated_at == placed.updated_s * 1000, placed.id)
        theirs = {line.id: line.current for line in placed.lines}
        need("L6", {x.id: x.current_units for x in order.lines} == theirs, placed.id)
        live = sorted(s.gid for s in placed.sent if s.live)
        shown = sorted(f.gid for f in order.store_fulfillments if f.live)
        need("L6", live == shown, placed.id, live, shown)


def l7_nothing_is_under_way(tables: Tables, now: int) -> None:
    """No effect is in flight, and nobody dead holds a lease."""
    for queued in tables.outbox.values():
        open_ = queued.state in ("pending", "sent", "unknown")
        need("L7", not open_, queued.key, queued.state)
        need("L7", queued.lease_until <= now, queued.key, "is leased")


def l8_what_is_missing_is_listed(model: Model, tables: Tables) -> None:
    """What is listed as missing was really there once."""
    for op_id in tables.expected:
        need("L8", op_id in model.ever_committed, op_id, "is missed and never was")


def s3_chains_prove_themselves(tables: Tables) -> None:
    """Every ledger's hashes follow from its entries, and every op log links."""
    for branch_id, ledger in tables.ledger.items():
        previous = GENESIS_HASH
        for entry, hash_ in ledger:
            previous = chain(previous, entry)
            need("S3", previous == hash_, branch_id, entry.version, "does not chain")
    for life, names in tables.lives.items():
        links: frozenset[str] = frozenset()
        last = None
        for kept in (tables.ops[name] for name in names):
            prev = None if kept.kind == "unreadable" else _op.decode(kept.sent).prev
            follows = last is None or kept.n == last + 1
            if prev and links and follows:
                need("S3", prev in links, life, kept.n, "does not link")
            links = frozenset() if kept.kind == "unreadable" else link_hashes(kept.sent)
            last = kept.n


def s5_rows_are_the_books_anew(tables: Tables) -> None:
    """Every row that ever came down is what the books say, made from nothing."""
    wanted = rows_anew(tables.book)
    for stream, rows in tables.rows.items():
        for key, (_, body) in rows.items():
            noun = key.partition("/")[0]
            if noun in ("parked", "result", "policy", "branch", "staff", "variant", "courier"):
                continue
            if noun == "discrepancy" and key.partition("/")[2] not in tables.book.open:
                continue
            here = None if body == TOMBSTONE else body
            need("S5", wanted.pop((stream, key), None) == here, stream, key)
    blank = {place for place in wanted if place[1].startswith("stock/")}
    need("S5", wanted.keys() <= blank, list(wanted)[:3], "has no row")


def rows_anew(book: Book) -> dict[tuple[str, str], bytes]:
    """Return every row that the streams of this book hold."""
    changes = [row for order in book.orders.values() for row in order_rows(None, order)]
    changes += [row for f in book.fulfillments.values() for row in fulfillment_rows(None, f)]
    changes += [row for run in book.runs.values() for row in run_rows(None, run)]
    changes += [row for t in book.transfers.values() for row in transfer_rows(t)]
    changes += [row for stock in book.stock.values() for row in stock_rows(stock)]
    changes += [row for found in book.open.values() for row in discrepancy_rows(found)]
    return {(row.stream, row.key): bytes(encode_body(row.body)) for row in changes}
