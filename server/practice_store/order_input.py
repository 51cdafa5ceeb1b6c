"""`OrderCreateOrderInput` as a command: orders that another app makes, and that tests make over the API."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from server.practice_store.asked import moment
from server.practice_store.commands import (
    AddressDraft,
    CustomerDraft,
    EditContact,
    LineDraft,
    PlaceOrder,
    TransactionDraft,
    UserError,
)
from server.practice_store.commands_marks import WantedMetafield
from server.practice_store.identity import number_of
from server.practice_store.state import State

Input = Mapping[str, Any]
_PROVINCES = {"PB": "Punjab", "SD": "Sindh", "KP": "Khyber Pakhtunkhwa", "BA": "Balochistan"}


def order_from_input(given: Input, state: State, now_ms: int) -> PlaceOrder | list[UserError]:
    """Return the order to place, or why it cannot be. A variant this store does not have becomes a custom item."""
    if not given.get("lineItems"):
        message = "Line items must have at least one line item"
        return [UserError(field=("order", "lineItems"), message=message, code="INVALID")]
    errors = _input_errors(given, now_ms)
    if errors:
        return errors
    shipping = given.get("shippingLines") or []
    return PlaceOrder(
        lines=tuple(_line(one, state) for one in given["lineItems"]),
        customer=_customer(given),
        shipping_address=_address(given.get("shippingAddress")),
        email=given.get("email"),
        phone=given.get("phone"),
        note=given.get("note"),
        tags=tuple(given.get("tags") or ()),
        attributes=tuple((one["key"], one["value"]) for one in given.get("customAttributes") or ()),
        shipping_title=shipping[0]["title"] if shipping else None,
        shipping_code=shipping[0].get("code") if shipping else None,
        shipping_source=shipping[0].get("source") if shipping else None,
        shipping_price=_amount(shipping[0].get("priceSet")) if shipping else Decimal(0),
        transactions=tuple(_transaction(one) for one in given.get("transactions") or ()),
        payment_expected=given.get("financialStatus") == "PENDING",
        currency=given.get("currency") or _currency(given) or state.shop.currency_code,
        source_name=given.get("sourceName") or "app",
        test=bool(given.get("test")),
        processed_at_ms=moment(given.get("processedAt")),
    )


def metafields_from_input(given: Input) -> tuple[WantedMetafield, ...]:
    """Return the metafields that `orderUpdate` sets besides."""
    return tuple(
        WantedMetafield(
            owner=given["id"],
            key=one["key"],
            value=one["value"],
            namespace=one.get("namespace"),
            type=one.get("type"),
        )
        for one in given.get("metafields") or ()
    )


def _input_errors(given: Input, now_ms: int) -> list[UserError]:
    processed_at = moment(given.get("processedAt"))
    if processed_at is not None and processed_at > now_ms:
        message = "Processed at cannot be in the future"
        field = ("order", "processedAt")
        return [UserError(field=field, message=message, code="PROCESSED_AT_INVALID")]
    if given.get("customerId") and given.get("customer"):
        message = "Only one of customerId and customer can be given"
        return [UserError(field=("order",), message=message, code="REDUNDANT_CUSTOMER_FIELDS")]
    for name in ("lineItems", "shippingLines"):
        for place, line in enumerate(given.get(name) or ()):
            for at, tax in enumerate(line.get("taxLines") or ()):
                if tax.get("rate") is None:
                    path = ("order", name, str(place), "taxLines", str(at), "rate")
                    message = "Tax line rate must be given"
                    return [UserError(field=path, message=message, code="TAX_LINE_RATE_MISSING")]
    return []


def correction_from_input(given: Input) -> EditContact:
    """Return what `orderUpdate` writes over; what is not given stays."""
    tags, attributes = given.get("tags"), given.get("customAttributes")
    return EditContact(
        order=number_of(given["id"], "Order") or 0,
        email=given.get("email"),
        phone=given.get("phone"),
        note=given.get("note"),
        po_number=given.get("poNumber"),
        tags=tuple(tags) if tags is not None else None,
        attributes=tuple((one["key"], one["value"]) for one in attributes)
        if attributes is not None
        else None,
        shipping_address=_address(given.get("shippingAddress")),
    )


def _line(given: Input, state: State) -> LineDraft:
    number = number_of(given.get("variantId") or "", "ProductVariant")
    known = number if number in state.variants else None
    return LineDraft(
        variant=known,
        quantity=given["quantity"],
        title=given.get("title") or (None if known else "Item"),
        sku=given.get("sku"),
        price=_amount(given["priceSet"]) if given.get("priceSet") else None,
        requires_shipping=given.get("requiresShipping") is not False,
        taxable=given.get("taxable") is not False,
        properties=tuple((one["name"], one["value"]) for one in given.get("properties") or ()),
    )


def _customer(given: Input) -> CustomerDraft | None:
    upsert = (given.get("customer") or {}).get("toUpsert")
    if not upsert:
        # Who orders with an e-mail alone is a customer too (recorded).
        email = given.get("email")
        return CustomerDraft(email=email) if email else None
    return CustomerDraft(
        first_name=upsert.get("firstName"),
        last_name=upsert.get("lastName"),
        email=upsert.get("email"),
        phone=upsert.get("phone"),
    )


def _address(given: Input | None) -> AddressDraft | None:
    if not given:
        return None
    code = given.get("provinceCode")
    return AddressDraft(
        first_name=given.get("firstName"),
        last_name=given.get("lastName"),
        company=given.get("company"),
        address1=given.get("address1"),
        address2=given.get("address2"),
        city=given.get("city"),
        province=given.get("province") or _PROVINCES.get(code or ""),
        province_code=code,
        zip=given.get("zip"),
        country_code=given.get("countryCode") or "PK",
        phone=given.get("phone"),
    )


def _transaction(given: Input) -> TransactionDraft:
    return TransactionDraft(
        gateway=given.get("gateway") or "manual",
        kind=given.get("kind") or "SALE",
        status=given.get("status") or "SUCCESS",
        amount=_amount(given.get("amountSet")),
    )


def _amount(bag: Input | None) -> Decimal:
    return Decimal(str(bag["shopMoney"]["amount"])) if bag else Decimal(0)


def _currency(given: Input) -> str | None:
    """The currency of the first priced line."""
    priced = (one["priceSet"] for one in given["lineItems"] if one.get("priceSet"))
    bag = next(priced, None)
    return bag["shopMoney"]["currencyCode"] if bag else None
