"""The shop in which the stories play: its orders, its people, its shelves, its books, and the time."""

from msgspec import Struct

from server.intake.waking import wake_due_orders
from server.sync.news import Told, tell
from sync_protocol.bodies.store_news import ShopifyOutcome
from sync_protocol.fulfillments import ShopifyState
from sync_protocol.ids import BranchId, OpId, VariantId
from sync_protocol.ops import OpKind
from tests.scenarios.keeping import Colleague
from tests.scenarios.people import Parcel, Said
from tests.scenarios.storefront import Storefront, StoreOrder
from tests.server.books import rows_of
from tests.server.retail import LAHORE, Retail


class Movement(Struct, frozen=True):
    """Sellable units that came to a shelf (positive) or left it."""

    kind: str
    branch: str
    variant: str
    units: int


class Stage(Storefront):
    """The shop. Everybody who comes on has a phone."""

    def __init__(self, retail: Retail) -> None:
        super().__init__(retail)
        self.people: list[Colleague] = []
        self.said: list[Said] = []

    async def enters(self, name: str) -> Colleague:
        """Give somebody a phone, which has all that it may have."""
        person = Colleague(name, await self.retail.phone(name), self.said)
        self.people.append(person)
        await person.syncs()
        return person

    def odd(self, code: str) -> int:
        """How many answers of that kind there were so far; they count as read."""
        codes = [said.code for said in self.said if said.answer.code == code]
        return len(codes)

    async def hours_pass(self, hours: float) -> int:
        """Let time go by; return how many orders it changed."""
        self.clock.pass_ms(int(hours * 3_600_000))
        server = self.retail.server
        return await wake_due_orders(server.database, server.live, server.clock)

    async def shopify_answers(
        self, parcel: Parcel, state: str, gid: str | None = None, error: str | None = None
    ) -> None:
        """What came of telling Shopify of a parcel, as the worker tells it."""
        body = ShopifyOutcome(
            fulfillment_id=parcel.id,
            state=ShopifyState(state),
            shopify_fulfillment_gid=gid,
            error=error,
        )
        kind = OpKind.SHOPIFY_OUTCOME
        told = Told(id=OpId(f"outcome-{self.clock()}"), kind=kind, body=body)
        server = self.retail.server
        await tell(server.database, server.live, self.retail.id, told, self.clock())

    # The shelves and the books

    async def shelf(self, branch: BranchId = LAHORE, variant: VariantId | None = None):
        """Sellable units at a branch; without a variant those of each."""
        rows = await self.rows(
            "SELECT variant_id, sellable FROM stock WHERE shop_id = $1 AND branch_id = $2", branch
        )
        held = {row["variant_id"]: row["sellable"] for row in rows}
        return held if variant is None else held.get(variant, 0)

    async def room(self, account: str, branch: BranchId, variant: VariantId) -> int:
        """Units in another of a branch's accounts: `damaged`, `quarantine`."""
        (row,) = await self.rows(
            "SELECT * FROM stock WHERE shop_id = $1 AND branch_id = $2 AND variant_id = $3",
            branch,
            variant,
        )
        return row[account]

    async def account(self, name: str) -> int:
        """Units on an account over all branches and variants, e.g. `lost`."""
        (row,) = await self.rows(
            "SELECT coalesce(sum(units), 0) AS n FROM ledger_leg WHERE shop_id = $1 AND account = $2",
            name,
        )
        return int(row["n"])

    async def cash(self, account: str) -> int:
        """Paisa on a cash account, e.g. `till/lhr`."""
        (row,) = await self.rows(
            "SELECT coalesce(sum(paisa), 0) AS n FROM cash_leg WHERE shop_id = $1 AND account = $2",
            account,
        )
        return int(row["n"])

    async def entries(self, order: StoreOrder) -> list[dict]:
        """The ledger's entries about an order, oldest first."""
        return await self.rows(
            """
            SELECT * FROM ledger_entry WHERE shop_id = $1 AND order_id = $2
            ORDER BY recorded_at, id
            """,
            order.id,
        )

    async def movements(self, order: StoreOrder) -> list[Movement]:
        """What went to and from shelves for an order, oldest first."""
        rows = await self.rows(
            """
            SELECT e.kind, e.branch_id, l.variant_id, l.units
            FROM ledger_entry e JOIN ledger_leg l USING (shop_id, branch_id, version)
            WHERE e.shop_id = $1 AND e.order_id = $2 AND l.account = 'sellable'
            ORDER BY e.recorded_at, e.id, l.place
            """,
            order.id,
        )
        return [Movement(*row.values()) for row in rows]

    async def told_shopify(self, thing: StoreOrder | Parcel) -> list[str]:
        """What is to be done in Shopify for an order or a parcel, in order."""
        column = "order_id" if isinstance(thing, StoreOrder) else "fulfillment_id"
        rows = await self.rows(
            f"SELECT kind FROM outbox WHERE shop_id = $1 AND {column} = $2 ORDER BY serial",
            thing.id,
        )
        return [row["kind"].removeprefix("shopify_") for row in rows]

    async def rows(self, sql: str, *arguments: object) -> list[dict]:
        return await rows_of(self.retail, sql, self.retail.id, *arguments)
