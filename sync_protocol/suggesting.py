"""Which branch could have sent, or could send, an order's goods: ordered against available, branch by branch (S15–S18).

Computed from the rows that a screen has, at the moment of looking; nothing of it is stored.
"""

from msgspec import Struct

from sync_protocol.decide.book import Book
from sync_protocol.ids import BranchId, OrderLineId, VariantId
from sync_protocol.orders import Order, OrderLine, needs_branch_units, remaining_units
from sync_protocol.stock import StockLevel, available_units, level_of


class LineOption(Struct, frozen=True, kw_only=True):
    """One line at one branch: what is wanted, what is available there, what would be left, and that in a word."""

    order_line_id: OrderLineId
    variant_id: VariantId
    wanted_units: int
    available_units: int
    after_units: int
    level: StockLevel


class BranchOption(Struct, frozen=True, kw_only=True):
    """One branch; `covers` when all lines are there in full."""

    branch_id: BranchId
    lines: tuple[LineOption, ...]
    covers: bool


class Share(Struct, frozen=True, kw_only=True):
    """Units of one line from one branch."""

    order_line_id: OrderLineId
    branch_id: BranchId
    units: int


class Suggestion(Struct, frozen=True, kw_only=True):
    """Every branch with the order's lines, the best first, and how to take them: from one branch, or split per line.

    What no branch has is not in `shares`: a branch is never guessed.
    """

    options: tuple[BranchOption, ...]
    shares: tuple[Share, ...]


def suggest_branch(book: Book, order: Order) -> Suggestion:
    """Suggest for the units that left in the store without a branch or, where there are none, for those left to ship."""
    wanted = {line.id: needs_branch_units(line) for line in order.lines}
    if not any(wanted.values()):
        wanted = {line.id: remaining_units(line) for line in order.lines}
    lines = tuple(line for line in order.lines if wanted[line.id] > 0)
    options = sorted(
        (
            _option(book, branch.id, lines, wanted)
            for branch in book.branches.values()
            if branch.active
        ),
        key=lambda option: _rank(book, order, option),
    )
    return Suggestion(options=tuple(options), shares=_shares(tuple(options), lines, wanted))


def _option(
    book: Book,
    branch_id: BranchId,
    lines: tuple[OrderLine, ...],
    wanted: dict[OrderLineId, int],
) -> BranchOption:
    found = []
    taken: dict[VariantId, int] = {}
    for line in lines:
        assert line.variant_id is not None, "only lines in stock logic want units"
        held = book.stock_of(branch_id, line.variant_id)
        # Two lines of one variant share what there is.
        here = available_units(held) - taken.get(line.variant_id, 0)
        taken[line.variant_id] = taken.get(line.variant_id, 0) + wanted[line.id]
        low = book.policy.low_stock_units if held.low_units is None else held.low_units
        found.append(
            LineOption(
                order_line_id=line.id,
                variant_id=line.variant_id,
                wanted_units=wanted[line.id],
                available_units=here,
                after_units=here - wanted[line.id],
                level=level_of(here, low),
            )
        )
    covers = all(line.after_units >= 0 for line in found)
    return BranchOption(branch_id=branch_id, lines=tuple(found), covers=covers)


def _rank(book: Book, order: Order, option: BranchOption) -> tuple[bool, bool, int, int, str]:
    """Whoever has everything first, then the branch that has the order, the customer's city, the fuller shelf."""
    branch = book.branches[option.branch_id]
    city = (order.contact.city or "").strip().casefold()
    near = bool(city) and branch.city.strip().casefold() == city
    short = sum(max(0, -line.after_units) for line in option.lines)
    spare = sum(line.after_units for line in option.lines)
    return (
        not option.covers,
        order.branch_id != option.branch_id,
        short - near,
        -spare,
        option.branch_id,
    )


def _shares(
    options: tuple[BranchOption, ...],
    lines: tuple[OrderLine, ...],
    wanted: dict[OrderLineId, int],
) -> tuple[Share, ...]:
    if options and options[0].covers:
        first = options[0].branch_id
        return tuple(
            Share(order_line_id=line.id, branch_id=first, units=wanted[line.id]) for line in lines
        )
    left = {
        (option.branch_id, part.order_line_id): max(0, part.available_units)
        for option in options
        for part in option.lines
    }
    shares = []
    for line in lines:
        open_units = wanted[line.id]
        # The branch that can give the most of this line, so that one line comes in as few parcels as can be.
        for option in sorted(options, key=lambda o: -left[o.branch_id, line.id]):
            units = min(open_units, left[option.branch_id, line.id])
            if units > 0:
                shares.append(Share(order_line_id=line.id, branch_id=option.branch_id, units=units))
                open_units -= units
    return tuple(shares)
