"""Shopify's own orders export as a second source: where a store's plan hides customers from apps, it still exports them.

Only whom to call and where to send is taken from it; everything else comes from the store itself.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from server.intake.opening_csv import BadRow
from sync_protocol.ids import OrderId
from sync_protocol.limits import TEXT_MAX
from sync_protocol.orders import Contact
from sync_protocol.phones import read_phone

ROWS_MAX = 200_000
PHONES = ("shipping phone", "billing phone", "phone")
NAMES = ("shipping name", "billing name")
CITIES = ("shipping city", "billing city")
ADDRESSES = (
    ("shipping address1", "shipping address2"),
    ("shipping street",),
    ("billing address1", "billing address2"),
    ("billing street",),
)
CONTACT_HEADS = frozenset({*PHONES, *NAMES, *CITIES, *(head for row in ADDRESSES for head in row)})

_ROUNDED = re.compile(r"\d+(?:[.,]\d+)?[eE]\+?\d+")
"""How a spreadsheet writes a long number that it has rounded: the digits are gone for good."""


class OrderInFile(Struct, frozen=True, kw_only=True):
    """One order of a file: the row where it begins (the heads are row 1), its name (#1001), its id where the file has it."""

    row: int
    name: str
    order_id: OrderId | None
    contact: Contact


class OrdersFile(Struct, frozen=True, kw_only=True):
    """What a file says. `silent` orders carry neither a name nor a number nor an address."""

    orders: tuple[OrderInFile, ...] = ()
    bad: tuple[BadRow, ...] = ()
    silent: int = 0


def read_orders_csv(text: str) -> OrdersFile:
    """Read an export with a head row; columns may stand in any order, and further ones are ignored.

    An order takes one row per line item, of which only the first carries the customer.
    """
    text = text.removeprefix("\ufeff")
    head_row = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text), delimiter=";" if _semicolons(head_row) else ",")
    heads = [head.strip().lower() for head in next(table, [])]
    if "name" not in heads or not CONTACT_HEADS & set(heads):
        why = (
            'this is no orders export of Shopify\'s: it has no columns "Name" and "Shipping Phone"'
        )
        return OrdersFile(bad=(BadRow(row=1, why=why),))
    orders: dict[str, OrderInFile] = {}
    bad: list[BadRow] = []
    silent: set[str] = set()
    for row, cells in _numbered(table):
        if row > ROWS_MAX:
            bad.append(BadRow(row=row, why=f"more than {ROWS_MAX} rows; split the file"))
            break
        found = _read_row(row, dict(zip(heads, cells, strict=False)))
        if isinstance(found, BadRow):
            bad.append(found)
        elif found is not None and found.contact == Contact():
            silent.add(found.name)
        elif found is not None:
            orders.setdefault(found.name, found)
    return OrdersFile(
        orders=tuple(orders.values()), bad=tuple(bad), silent=len(silent - orders.keys())
    )


def _semicolons(head_row: str) -> bool:
    return head_row.count(";") > head_row.count(",")


def _numbered(table: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Number the rows as a spreadsheet does; a quoted cell may hold line breaks."""
    row = 2
    while True:
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            cells = [f"\x00{error}"]
        yield row, cells
        row += 1


def _read_row(row: int, cells: Mapping[str, str]) -> OrderInFile | BadRow | None:
    """Return the order of a row, why it can't be read, or None for an empty row."""
    texts = {head: _text(cell) for head, cell in cells.items()}
    if any(cell.startswith("\x00") for cell in cells.values()):
        return BadRow(row=row, why="the row breaks off in the middle of a cell")
    name = texts.get("name")
    if name is None:
        return BadRow(row=row, why="no order name") if any(texts.values()) else None
    number = texts.get("id")
    if number is not None and not (number.isascii() and number.isdigit()):
        number = None
    phone = _first(texts, PHONES)
    if phone is not None and _ROUNDED.fullmatch(phone):
        why = f"the phone number {phone!r} was rounded by a spreadsheet; import the file as Shopify made it"
        return BadRow(row=row, why=why)
    parts = next((found for heads in ADDRESSES if (found := _all(texts, heads))), [])
    contact = Contact(
        name=_first(texts, NAMES),
        phone=None if phone is None else read_phone(phone).digits,
        phone_raw=phone,
        address=", ".join(parts)[:TEXT_MAX] or None,
        city=_first(texts, CITIES),
    )
    order_id = None if number is None else OrderId(number)
    return OrderInFile(row=row, name=name, order_id=order_id, contact=contact)


def _text(cell: str | None) -> str | None:
    """Return what a cell says. Shopify writes an apostrophe before a phone number, so that spreadsheets leave it be."""
    kept = (cell or "").replace("\x00", "").strip().removeprefix("'").strip()[:TEXT_MAX]
    return kept or None


def _first(texts: Mapping[str, str | None], heads: Sequence[str]) -> str | None:
    return next((text for head in heads if (text := texts.get(head))), None)


def _all(texts: Mapping[str, str | None], heads: Sequence[str]) -> list[str]:
    return [text for head in heads if (text := texts.get(head))]
