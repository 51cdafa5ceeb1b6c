"""A branch's opening stock as a spreadsheet: one row per item, named by SKU, barcode or Shopify's variant number."""

import csv
import io
from collections.abc import Sequence

from msgspec import Struct

from sync_protocol.ids import VariantId
from sync_protocol.limits import UNITS_MAX
from sync_protocol.shop import Variant

ROWS_MAX = 50_000
ITEM_HEADS = ("variant_id", "sku", "barcode")
UNIT_HEADS = ("units", "quantity", "qty")


class BadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot be taken in: its number in the file (the heads are row 1), and why."""

    row: int
    why: str


class OpeningFile(Struct, frozen=True, kw_only=True):
    """What a file says: units per variant, and the rows that say nothing usable. Rows with 0 units are left out."""

    units: dict[VariantId, int]
    bad: tuple[BadRow, ...]


def read_opening_csv(text: str, variants: Sequence[Variant]) -> OpeningFile:
    """Read a file with a head row: an item column (variant_id, sku or barcode) and a units column, in any order.

    The same item in two rows is a mistake in the file: the second row is named.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    heads = {(name or "").strip().lower(): name for name in table.fieldnames or ()}
    item = next((heads[name] for name in ITEM_HEADS if name in heads), None)
    units = next((heads[name] for name in UNIT_HEADS if name in heads), None)
    if item is None or units is None:
        why = f"the first row must name one of {', '.join(ITEM_HEADS)}, and one of {', '.join(UNIT_HEADS)}"
        return OpeningFile(units={}, bad=(BadRow(row=1, why=why),))
    known = _by_name(variants, (item or "").strip().lower())
    found: dict[VariantId, int] = {}
    bad: list[BadRow] = []
    trouble: str | None
    for number, row in enumerate(table, start=2):
        if number > ROWS_MAX:
            bad.append(BadRow(row=number, why=f"more than {ROWS_MAX} rows"))
            break
        name, count = (row.get(item) or "").strip(), (row.get(units) or "").strip()
        trouble = _take(found, known, name, count)
        if trouble is not None:
            bad.append(BadRow(row=number, why=trouble))
    return OpeningFile(units={v: n for v, n in found.items() if n}, bad=tuple(bad))


def _by_name(variants: Sequence[Variant], head: str) -> dict[str, list[VariantId]]:
    """Return the variants by what the column calls them; a SKU that two of them carry names neither."""
    names: dict[str, list[VariantId]] = {}
    for variant in variants:
        name = variant.id if head == "variant_id" else getattr(variant, head)
        if name:
            names.setdefault(str(name).strip().casefold(), []).append(variant.id)
    return names


def _take(
    found: dict[VariantId, int], known: dict[str, list[VariantId]], name: str, count: str
) -> str | None:
    """Count one row in; return why not, where it cannot be."""
    if not name and not count:
        return None
    named = known.get(name.casefold(), [])
    if not named:
        return f"no item {name!r} in the catalogue"
    if len(named) > 1:
        return f"{name!r} names {len(named)} items; use variant_id"
    if not (count.isascii() and count.isdigit()):
        return f"{count!r} is no whole number of units"
    if int(count) > UNITS_MAX:
        return f"{count} units are more than {UNITS_MAX}"
    if named[0] in found:
        return f"{name!r} stood in an earlier row already"
    found[named[0]] = int(count)
    return None
