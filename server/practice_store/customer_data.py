"""Customers' names, addresses, phones and e-mails: shown, withheld as on a plan without them, or denied to the app.

`withheld`: they are null, and of an address only country and province are left, as a store's plan may have it. `denied`:
asking for them is an error, as for an app that is not approved for protected customer data. Webhooks lack them in both.
"""

from __future__ import annotations

from typing import Any, Literal

from server.practice_store.graphql_errors import coded

CustomerData = Literal["shown", "withheld", "denied"]
NOT_APPROVED = "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
_KEPT_OF_ADDRESS = frozenset(
    {"country", "countryCode", "countryCodeV2", "province", "provinceCode"}
)
_FIELDS = {
    "Customer": frozenset(
        {
            "displayName",
            "firstName",
            "lastName",
            "email",
            "phone",
            "defaultEmailAddress",
            "defaultPhoneNumber",
            "defaultAddress",
        }
    ),
    "Order": frozenset({"email", "phone"}),
}
# A name may not be null; what stands there instead is not recorded.
_NAMELESS = "Customer"
_ADDRESSES = frozenset({"shipping_address", "billing_address", "destination", "default_address"})
_CUSTOMER_KEYS = frozenset({"first_name", "last_name", "email", "phone", "default_address"})
_ORDER_KEYS = frozenset({"email", "phone", "contact_email"})
_REST_KEPT = frozenset({"country", "country_code", "country_name", "province", "province_code"})
_REST_IDS = frozenset({"id", "customer_id", "default"})


def is_hidden(parent: str, field: str) -> bool:
    """Tell whether a field of the API is about who a customer is."""
    if parent == "MailingAddress":
        return field not in _KEPT_OF_ADDRESS
    return field in _FIELDS.get(parent, ())


def instead_of(parent: str, field: str, how: CustomerData) -> str | None:
    """Return what an app gets instead of a hidden field.

    Raises:
        GraphQLError: it gets an error.
    """
    if how == "denied":
        subject = f"use the {field} field" if parent == "Order" else f"access the {parent} object"
        raise coded(f"This app is not approved to {subject}. {NOT_APPROVED}", "ACCESS_DENIED")
    return _NAMELESS if (parent, field) == ("Customer", "displayName") else None


def without_customer_data(body: dict[str, Any]) -> dict[str, Any]:
    """Return a webhook's body with what tells who a customer is as null."""
    shown: dict[str, Any] = {}
    for key, value in body.items():
        if key in _ADDRESSES and isinstance(value, dict):
            kept = _REST_KEPT | _REST_IDS
            shown[key] = {name: one if name in kept else None for name, one in value.items()}
        elif key == "customer" and isinstance(value, dict):
            shown[key] = {
                name: None if name in _CUSTOMER_KEYS else one for name, one in value.items()
            }
        elif key in _ORDER_KEYS:
            shown[key] = None
        elif isinstance(value, list):
            shown[key] = [
                without_customer_data(one) if isinstance(one, dict) else one for one in value
            ]
        else:
            shown[key] = value
    return shown
