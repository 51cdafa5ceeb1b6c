"""The search language of listings, as far as Rawana uses it: `field:value` and `field:>=value`, all of which must hold."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from server.practice_store.bulk import BulkOperation
from server.practice_store.catalogue import Variant
from server.practice_store.fulfillment import FulfillmentOrder
from server.practice_store.orders import Order
from server.practice_store.timestamps import read_time

_TERM = re.compile(r"(\w+):(>=|<=|>|<)?('[^']*'|\"[^\"]*\"|\S+)")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "": operator.eq,
}


Searched = TypeVar("Searched")


class UnknownSearchError(Exception):
    """The query uses something this store does not know; a real store would quietly ignore it, which hides mistakes."""


class WrongFilterError(Exception):
    """A condition with a value that cannot be read."""

    def __init__(self, field: str) -> None:
        super().__init__(f"Invalid timestamp for query filter `{field}`.")


class Term(NamedTuple):
    """One condition."""

    field: str
    comparison: str
    value: str


Holds = Callable[[Searched, Term], bool]


def read_terms(query: str | None) -> list[Term]:
    """Return the conditions of a query.

    Raises:
        UnknownSearchError: part of it is not a condition.
    """
    text = query or ""
    terms = [Term(one[1], one[2] or "", one[3].strip("'\"")) for one in _TERM.finditer(text)]
    rest = re.sub(r"\bAND\b", " ", _TERM.sub(" ", text)).strip()
    if rest:
        raise UnknownSearchError(rest)
    return terms


def order_terms(query: str | None) -> list[Term]:
    """Return the conditions on orders; raises UnknownSearchError for one that the store does not know."""
    terms = read_terms(query)
    for term in terms:
        if term.field != "updated_at":
            _known(_ORDER_TERMS, term)
    return terms


def variant_terms(query: str | None) -> list[Term]:
    """Return the conditions on variants; raises UnknownSearchError for one that the store does not know."""
    terms = read_terms(query)
    for term in terms:
        _known(_VARIANT_TERMS, term)
    return terms


def bulk_terms(query: str | None) -> list[Term]:
    """Return the conditions on exports; raises UnknownSearchError for one that the store does not know."""
    terms = read_terms(query)
    for term in terms:
        _known(_BULK_TERMS, term)
        if term.field.endswith("_at"):
            try:
                read_time(term.value)
            except ValueError as error:
                raise WrongFilterError(term.field) from error
    return terms


def work_terms(query: str | None) -> list[Term]:
    """Return the conditions on fulfillment orders; raises UnknownSearchError for one that the store does not know."""
    terms = read_terms(query)
    for term in terms:
        _known(_WORK_TERMS, term)
    return terms


def work_matches(work: FulfillmentOrder, terms: list[Term]) -> bool:
    """Tell whether a fulfillment order meets all terms."""
    return all(_known(_WORK_TERMS, term)(work, term) for term in terms)


def order_matches(order: Order, terms: list[Term], indexed_at: int) -> bool:
    """Tell whether an order meets all terms, its last change being the one the index knows of."""
    return all(_order_term(order, term, indexed_at) for term in terms)


def variant_matches(variant: Variant, terms: list[Term]) -> bool:
    """Tell whether a variant meets all terms."""
    return all(_known(_VARIANT_TERMS, term)(variant, term) for term in terms)


def bulk_matches(operation: BulkOperation, terms: list[Term]) -> bool:
    """Tell whether an export meets all terms."""
    return all(_known(_BULK_TERMS, term)(operation, term) for term in terms)


def _order_term(order: Order, term: Term, indexed_at: int) -> bool:
    if term.field == "updated_at":
        return _time(indexed_at, term)
    return _known(_ORDER_TERMS, term)(order, term)


def _known(table: dict[str, Holds[Searched]], term: Term) -> Holds[Searched]:
    if term.field not in table:
        raise UnknownSearchError(term.field)
    return table[term.field]


def _time(at_ms: int, term: Term) -> bool:
    """Compare whole seconds: that is all a store keeps."""
    return _COMPARE[term.comparison](at_ms // 1000, read_time(term.value) // 1000)


def _fulfillment_status(order: Order, term: Term) -> bool:
    spelling = {
        "shipped": "fulfilled",
        "partial": "partially_fulfilled",
        "unshipped": "unfulfilled",
    }
    wanted = term.value.lower()
    return order.display_fulfillment_status.lower() == spelling.get(wanted, wanted)


def _status(order: Order, term: Term) -> bool:
    holds = {
        "any": True,
        "open": order.closed_at is None and order.cancelled_at is None,
        "closed": order.closed_at is not None,
        "cancelled": order.cancelled_at is not None,
    }
    if term.value.lower() not in holds:
        raise UnknownSearchError(f"status:{term.value}")
    return holds[term.value.lower()]


_ORDER_TERMS: dict[str, Holds[Order]] = {
    "created_at": lambda order, term: _time(order.created_at, term),
    "processed_at": lambda order, term: _time(order.processed_at, term),
    "name": lambda order, term: order.name.removeprefix("#") == term.value.removeprefix("#"),
    "id": lambda order, term: _COMPARE[term.comparison](order.number, int(term.value)),
    "tag": lambda order, term: term.value in order.tags,
    "email": lambda order, term: order.email == term.value,
    "financial_status": lambda order, term: (
        (order.display_financial_status or "").lower() == term.value.lower()
    ),
    "fulfillment_status": _fulfillment_status,
    "return_status": lambda order, term: order.return_status.lower() == term.value.lower(),
    "status": _status,
}
_WORK_TERMS: dict[str, Holds[FulfillmentOrder]] = {
    "id": lambda work, term: _COMPARE[term.comparison](work.number, int(term.value)),
    "status": lambda work, term: work.status == term.value.upper(),
    "updated_at": lambda work, term: _time(work.updated_at, term),
    "assigned_location_id": lambda work, term: work.location.number == int(term.value),
}
_VARIANT_TERMS: dict[str, Holds[Variant]] = {
    "updated_at": lambda variant, term: _time(variant.updated_at, term),
    "sku": lambda variant, term: variant.sku == term.value,
    "barcode": lambda variant, term: variant.barcode == term.value,
    "product_id": lambda variant, term: variant.product.number == int(term.value),
}
_BULK_TERMS: dict[str, Holds[BulkOperation]] = {
    "created_at": lambda operation, term: _time(operation.created_at, term),
    "id": lambda operation, term: _COMPARE[term.comparison](operation.number, int(term.value)),
    "operation_type": lambda operation, term: operation.type.lower() == term.value.lower(),
    "status": lambda operation, term: operation.status.lower() == term.value.lower(),
}
