"""What was sold and where it goes."""

from piccolo.columns import JSONB, Array, BigInt, Text
from piccolo.table import Table


class Variant(Table, tablename="variant"):
    """One sellable thing, mirrored from Shopify."""

    shop_id = Text()
    id = Text(primary_key=True)
    body = JSONB()


class CustomerOrder(Table, tablename="customer_order"):
    """An order with its lines; locking this row locks the order's fulfillments too."""

    shop_id = Text()
    id = Text(primary_key=True)
    name = Text()
    placed_at = BigInt()
    rev = BigInt()
    body = JSONB()
    phone = Text(null=True, default=None)
    wake_at = BigInt(null=True, default=None)


class Fulfillment(Table, tablename="fulfillment"):
    """One shipment. `variant_ids` repeats the body's so that reservations are found by index."""

    shop_id = Text()
    id = Text(primary_key=True)
    order_id = Text()
    branch_id = Text()
    state = Text()
    variant_ids = Array(base_column=Text())
    rev = BigInt()
    body = JSONB()
    run_id = Text(null=True, default=None)
    tracking_number = Text(null=True, default=None)


class RiderRun(Table, tablename="rider_run"):
    """A rider's run with its stops and its cash."""

    shop_id = Text()
    id = Text(primary_key=True)
    branch_id = Text()
    rider_id = Text()
    state = Text()
    rev = BigInt()
    body = JSONB()


class Transfer(Table, tablename="transfer"):
    """Goods between two branches."""

    shop_id = Text()
    id = Text(primary_key=True)
    branch_id = Text()
    to_branch_id = Text()
    state = Text()
    rev = BigInt()
    body = JSONB()
