"""Which branch to take: what each holds against what is wanted, the best first, split where no branch has all."""

from msgspec.structs import replace

from sync_protocol.ids import BranchId
from sync_protocol.shop import Branch
from sync_protocol.stock import Stock, StockLevel
from sync_protocol.suggesting import suggest_branch
from tests.vectors.world import KARACHI, KURTA, LAHORE, SHOE, World

FULFILLED = [
    {"gid": "gid://shopify/Fulfillment/1", "live": True, "at": 1, "lines": []},
]


def fulfilled_in_the_store(world: World) -> World:
    reading = world.reading(updated_at=world.now)
    for line in reading["lines"]:  # type: ignore[attr-defined]
        line["fulfilled_units"] = line["current_units"] if line.get("ships", True) else 0
    world.news(reading | {"fulfillments": FULFILLED})
    return world


def holding(world: World, branch: str, variant: str, units: int, **more: object) -> None:
    key = (BranchId(branch), variant)
    world.book.stock[key] = Stock(branch_id=branch, variant_id=variant, sellable=units, **more)  # type: ignore[arg-type]


def told(world: World):
    return suggest_branch(world.book, world.book.orders["900"])  # type: ignore[index]


def test_each_branch_is_shown_with_ordered_available_and_after_and_a_word_for_it():
    world = fulfilled_in_the_store(World())
    holding(world, LAHORE, KURTA, 6)
    holding(world, LAHORE, SHOE, 2)
    holding(world, KARACHI, KURTA, 0)
    holding(world, KARACHI, SHOE, -1)
    options = {option.branch_id: option for option in told(world).options}
    lahore = [
        (x.wanted_units, x.available_units, x.after_units, x.level) for x in options[LAHORE].lines
    ]
    assert lahore == [(1, 6, 5, StockLevel.OK), (2, 2, 0, StockLevel.LOW)]
    assert [x.level for x in options[KARACHI].lines] == [StockLevel.ZERO, StockLevel.ZERO]
    assert options[LAHORE].covers
    assert not options[KARACHI].covers


def test_a_branch_that_has_everything_is_suggested_for_everything():
    world = fulfilled_in_the_store(World())
    holding(world, LAHORE, SHOE, 1)
    suggestion = told(world)
    assert suggestion.options[0].branch_id == KARACHI
    assert {share.branch_id for share in suggestion.shares} == {KARACHI}


def test_goods_that_no_one_branch_has_are_split_line_by_line():
    world = fulfilled_in_the_store(World())
    holding(world, LAHORE, KURTA, 1)
    holding(world, LAHORE, SHOE, 1)
    holding(world, KARACHI, KURTA, 0)
    holding(world, KARACHI, SHOE, 1)
    shares = [(s.order_line_id, s.branch_id, s.units) for s in told(world).shares]
    assert shares == [("71", LAHORE, 1), ("72", LAHORE, 1), ("72", KARACHI, 1)]


def test_what_nobody_has_is_not_guessed():
    world = fulfilled_in_the_store(World(sellable=0))
    assert told(world).shares == ()


def test_what_is_promised_to_others_is_not_available():
    world = fulfilled_in_the_store(World())
    holding(world, LAHORE, KURTA, 3, reserved=3)
    option = next(o for o in told(world).options if o.branch_id == LAHORE)
    assert option.lines[0].available_units == 0


def test_of_two_branches_with_everything_the_one_in_the_customers_city_comes_first():
    world = fulfilled_in_the_store(World())
    world.book.branches = {
        b: Branch(id=b, name=b, city=city) for b, city in ((LAHORE, "lahore"), (KARACHI, "Karachi"))
    }
    assert told(world).options[0].branch_id == LAHORE
    order = world.book.orders["900"]  # type: ignore[index]
    world.book.orders[order.id] = replace(order, branch_id=KARACHI)
    assert told(world).options[0].branch_id == KARACHI


def test_a_closed_branch_is_no_option():
    world = fulfilled_in_the_store(World())
    world.book.branches[LAHORE] = replace(world.book.branches[LAHORE], active=False)
    assert [o.branch_id for o in told(world).options] == [KARACHI]


def test_two_lines_of_one_thing_share_what_there_is():
    world = World()
    reading = world.reading(updated_at=world.now)
    for line in reading["lines"][:2]:  # type: ignore[index]
        line.update(variant_id=KURTA, current_units=1, ordered_units=1, fulfilled_units=1)
    world.news(reading | {"fulfillments": FULFILLED})
    holding(world, LAHORE, KURTA, 1)
    option = next(o for o in told(world).options if o.branch_id == LAHORE)
    assert [x.after_units for x in option.lines] == [0, -1]
    assert not option.covers


def test_an_order_that_nothing_was_fulfilled_of_gets_a_suggestion_for_what_is_left_to_ship():
    world = World()
    assert sum(share.units for share in told(world).shares) == 3
