"""Shops, their branches and people."""

from piccolo.columns import JSONB, Array, BigInt, Boolean, Text
from piccolo.table import Table


class Shop(Table, tablename="shop"):
    """A retailer. One server hosts many; every row of theirs carries this id first."""

    id = Text(primary_key=True)
    name = Text()
    domain = Text()
    policy = JSONB()
    created_at = BigInt()


class Branch(Table, tablename="branch"):
    """A place that holds stock."""

    shop_id = Text()
    id = Text(primary_key=True)
    name = Text()
    city = Text()
    active = Boolean()
    location_gid = Text(null=True, default=None)


class Staff(Table, tablename="staff"):
    """A person; `login` and `password_hash` only for those who sign in at a desk."""

    shop_id = Text()
    id = Text(primary_key=True)
    name = Text()
    role = Text()
    branch_ids = Array(base_column=Text())
    active = Boolean()
    login = Text(null=True, default=None)
    password_hash = Text(null=True, default=None)
