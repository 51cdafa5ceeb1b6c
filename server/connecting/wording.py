"""Findings in plain English, for commands: what is wrong, what it costs, and what to do."""

from server.connecting.rules import Finding, FindingCode

COSTS = {
    "read_orders": "orders do not arrive at all",
    "write_orders": "cash collected is not marked as paid, and nothing is noted on orders",
    "read_customers": "customers' names are missing where an order has no address",
    "read_products": "new and changed goods do not arrive",
    "read_inventory": "the store's own stock figures can't be compared",
    "write_inventory": "the store is not told what moves on the branches' shelves",
    "read_locations": "the store's locations are unknown",
    "read_merchant_managed_fulfillment_orders": "what is left to ship is unknown, so nothing can be dispatched",
    "write_merchant_managed_fulfillment_orders": "the store is not told of dispatched parcels",
    "read_fulfillments": "parcels that were fulfilled in Shopify do not arrive (Branch Sync)",
    "write_fulfillments": "the store is not told of tracking numbers and deliveries",
    "read_returns": "returns and exchanges made in Shopify do not arrive",
}
"""What the shop goes without while a scope is missing."""

_WORDS = {
    FindingCode.SECRETS_LOCKED: "The store's secrets can't be opened. {0}",
    FindingCode.TOKEN_REFUSED: (
        "The store does not let us in ({0}). Was the app uninstalled, or its secret changed? "
        "Connect the store again."
    ),
    FindingCode.STORE_SILENT: "The store could not be asked ({0}). It is tried again by itself.",
    FindingCode.OTHER_STORE: (
        "These credentials are for {0}, and this shop is {1}. Connect it with those of {1}."
    ),
    FindingCode.SCOPE_MISSING: (
        "The scope {0} was not granted: {1}. Add it to the app's configuration, release a version, and approve it "
        "in the store."
    ),
    FindingCode.VERSION_FELL: (
        "Shopify answers with API version {1} instead of {0}: this version of Rawana is too old for it. Update Rawana."
    ),
    FindingCode.CUSTOMERS_HIDDEN: (
        "On the last {0} orders name, phone and address are all hidden: your plan or the app's missing approval for "
        "protected customer data. Ask for protected customer data access in the Dev Dashboard, upgrade the plan, or "
        "import the orders CSV."
    ),
    FindingCode.WEBHOOKS_NOWHERE: (
        "No address for webhooks is set, so orders come some minutes late. Give --webhook-url, or set RAWANA_PUBLIC_URL."
    ),
    FindingCode.WEBHOOKS_MADE: "Subscriptions that were missing were made: {all}.",
    FindingCode.WEBHOOKS_MENDED: "Subscriptions that led elsewhere lead here now: {all}.",
    FindingCode.WEBHOOK_REFUSED: "The store will not tell of {0}: {1}",
    FindingCode.OTHER_CURRENCY: "The store counts in {0}; Rawana counts in {1} only, so its amounts would be wrong.",
    FindingCode.TOKEN_ENDS: "Unless it is used before, the connection ends in {0} days. Install the app again.",
    FindingCode.CLOCK_OFF: (
        "This server's clock is {0} seconds ahead of the store's (behind, if negative). Set it by a time server."
    ),
    FindingCode.PRIVACY_REQUEST: (
        "The store asks for {0} ({1}; orders: {2}). Do it within 30 days: give the data to the merchant, or erase the "
        "contact data of these orders; then mark it done at the desk."
    ),
}


def words_of(finding: Finding) -> str:
    """Return a finding as a sentence or two."""
    about = finding.about
    if finding.code is FindingCode.SCOPE_MISSING:
        about = (about[0], COSTS[about[0]])
    return _WORDS[finding.code].format(*about, all=", ".join(about))
