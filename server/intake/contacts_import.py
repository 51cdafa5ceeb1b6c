"""Taking in an orders export: each order's contact becomes news, as if the store itself had shown it."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from server.db import op_log, store_news, webhooks
from server.db.webhooks import ToRead
from server.intake.opening_csv import BadRow
from server.intake.orders_csv import OrderInFile, OrdersFile
from server.intake.reading import Reader
from server.shopify.scalars import order_gid
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import StoreContact
from sync_protocol.canonical import canonical, digest_hex
from sync_protocol.ids import OWN_OPS, OpId, OrderId, ShopId, StaffId
from sync_protocol.ops import OpKind
from sync_protocol.outcomes import ResultStatus

BAD_ROWS_TOLD = 200


class ContactsImported(Struct, frozen=True, kw_only=True):
    """What a file brought: orders whose contact is filled, that were known already, and that are not here yet.

    Those that are `waiting` are asked for in the store and get their contact when they come. `bad` are the first rows that
    can't be taken in, `bad_rows` how many there are.
    """

    filled: int = 0
    unchanged: int = 0
    waiting: int = 0
    silent: int = 0
    bad_rows: int = 0
    bad: tuple[BadRow, ...] = ()


async def import_contacts(
    reader: Reader, shop_id: ShopId, staff_id: StaffId, file: OrdersFile
) -> ContactsImported:
    """Take in a file that was read. The same file again changes nothing, whatever people corrected in between (I23)."""
    found = await _found(reader, shop_id, file.orders)
    told = [
        StoreContact(order_id=order, contact=one.contact, imported_by=staff_id)
        for one, order in found.here
    ]
    known = await _known(reader, shop_id, [_news_id(body) for body in told])
    filled = 0
    for body in told:
        if _news_id(body) not in known:
            filled += await _tell(reader, shop_id, body)
    await _ask_for(reader, shop_id, staff_id, found.missing)
    all_bad = sorted((*file.bad, *found.bad), key=lambda row: row.row)
    return ContactsImported(
        filled=filled,
        unchanged=len(told) - filled,
        waiting=len(found.missing),
        silent=file.silent,
        bad_rows=len(all_bad),
        bad=tuple(all_bad[:BAD_ROWS_TOLD]),
    )


class _Ended(Struct, frozen=True):
    status: ResultStatus


def _news_id(body: StoreContact) -> OpId:
    """Name what a file says of an order: the same words are the same news, whoever brought them."""
    digest = digest_hex(canonical(body.contact))[:24]
    return OpId(f"{OWN_OPS}contact-{body.order_id}-{digest}")


async def _known(reader: Reader, shop_id: ShopId, ids: Sequence[OpId]) -> set[OpId]:
    async with reader.database.connection() as connection:
        return set(await op_log.known_ops(connection, shop_id, ids))


async def _tell(reader: Reader, shop_id: ShopId, body: StoreContact) -> bool:
    """Tell one contact; say whether it changed anything."""
    told = Told(id=_news_id(body), kind=OpKind.STORE_CONTACT, body=body)
    applied = await tell(reader.database, reader.live, shop_id, told, reader.clock())
    ends = [msgspec.json.decode(result, type=_Ended).status for result in applied.results]
    return ResultStatus.NOOP not in ends


async def tell_contact(reader: Reader, shop_id: ShopId, raw: bytes) -> None:
    """Tell a contact that had waited for its order to be read."""
    await _tell(reader, shop_id, msgspec.json.decode(raw, type=StoreContact))


class _Found(Struct, frozen=True, kw_only=True):
    here: list[tuple[OrderInFile, OrderId]]
    missing: list[tuple[OrderInFile, OrderId]]
    bad: list[BadRow]


async def _found(reader: Reader, shop_id: ShopId, orders: Sequence[OrderInFile]) -> _Found:
    """Find the orders by name; where that fails, by the id that newer exports carry."""
    async with reader.database.connection() as connection:
        here = await store_news.orders_named(connection, shop_id, [one.name for one in orders])
    found = _Found(here=[], missing=[], bad=[])
    for one in orders:
        ids = here.get(one.name, [])
        if len(ids) == 1:
            found.here.append((one, ids[0]))
        elif one.order_id in ids:
            found.here.append((one, one.order_id))
        elif ids:
            why = f"{len(ids)} orders are called {one.name}, and the file does not say by Id which"
            found.bad.append(BadRow(row=one.row, why=why))
        elif one.order_id is not None:
            found.missing.append((one, one.order_id))
        else:
            why = f"there is no order {one.name} here yet; import the file again when it has come"
            found.bad.append(BadRow(row=one.row, why=why))
    return found


async def _ask_for(
    reader: Reader,
    shop_id: ShopId,
    staff_id: StaffId,
    missing: Sequence[tuple[OrderInFile, OrderId]],
) -> None:
    """Queue orders that are not here yet; their contacts are told once they are read. Asked for again each hour."""
    hour = reader.clock() // 3_600_000
    wanted = [
        ToRead(
            resource_gid=order_gid(order),
            named=f"{order_gid(order)}@file/{digest_hex(canonical(one.contact))[:16]}/{hour}",
            with_it=msgspec.json.encode(
                StoreContact(order_id=order, contact=one.contact, imported_by=staff_id)
            ),
        )
        for one, order in missing
    ]
    async with reader.database.transaction() as connection:
        await webhooks.want_readings(connection, shop_id, wanted, reader.clock())
