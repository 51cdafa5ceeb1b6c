"""Identities. All are strings on the wire.

What comes from Shopify is named by Shopify's own numeric id as text, never by an id minted here: a server that was
restored from an old backup reads its orders again from the store and must arrive at the same ids, or the ops that
phones kept would point at nothing. What people create on a device is a UUIDv7 minted on that device.
"""

from typing import NewType

ShopId = NewType("ShopId", str)
BranchId = NewType("BranchId", str)
StaffId = NewType("StaffId", str)
DeviceId = NewType("DeviceId", str)
OpId = NewType("OpId", str)
OrderId = NewType("OrderId", str)
OrderLineId = NewType("OrderLineId", str)
VariantId = NewType("VariantId", str)
FulfillmentId = NewType("FulfillmentId", str)
LedgerEntryId = NewType("LedgerEntryId", str)
DiscrepancyId = NewType("DiscrepancyId", str)
ReturnId = NewType("ReturnId", str)
ExchangeId = NewType("ExchangeId", str)
TransferId = NewType("TransferId", str)
RunId = NewType("RunId", str)
Epoch = NewType("Epoch", str)
Incarnation = NewType("Incarnation", str)
StreamName = NewType("StreamName", str)
RowKey = NewType("RowKey", str)

SHOPIFY_DEVICE = DeviceId("shopify")
"""The pseudo-device under which the store's own news enters as ops."""

OWN_OPS = "shopify/"
"""How the ids of the server's own ops begin. A phone's op may not take such a name, or it could stand in their way."""

SHOPIFY_STAFF = StaffId("shopify")
"""Who acted when the store did."""
