"""What queries and mutations start from: every subject's fields in one."""

from __future__ import annotations

from server.practice_store.roots_bulk import BulkMutations, BulkQueries
from server.practice_store.roots_marks import MarkMutations
from server.practice_store.roots_nodes import NodeQueries
from server.practice_store.roots_orders import OrderMutations, OrderQueries
from server.practice_store.roots_platform import PlatformMutations, PlatformQueries
from server.practice_store.roots_shipping import ShippingMutations, ShippingQueries
from server.practice_store.roots_stock import StockMutations, StockQueries


class Queries(
    OrderQueries,
    ShippingQueries,
    PlatformQueries,
    BulkQueries,
    StockQueries,
    NodeQueries,
):
    """The fields of `QueryRoot`."""


class Mutations(
    OrderMutations,
    ShippingMutations,
    PlatformMutations,
    BulkMutations,
    StockMutations,
    MarkMutations,
):
    """The fields of `Mutation`. Each payload holds what was made, or why it was not."""
