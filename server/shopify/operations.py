"""Every document Rawana sends, bound to what it answers.

`cost_points` is the requested cost by the fitted model (a test recomputes it); the store's own figure comes back with
each answer.
"""

from __future__ import annotations

from importlib import resources
from typing import Any, Generic, TypeVar

import msgspec

from server.shopify import answers, change_answers, shop_answers
from server.shopify.bulk_answers import BulkOperationRead, BulkOperationRunQuery
from server.shopify.mirror_answers import (
    FulfillmentOrderReportProgress,
    InventoryAdjustQuantities,
    OrderMarkAsPaid,
    TagsAdd,
    TagsRemove,
    VariantInventoryItem,
)

API_VERSION = "2026-10"
# Lines read with an order; longer ones are read on page by page. 50 keeps an order below the 1,000 points a call may cost.
LINES_A_PAGE = 50

Reply = TypeVar("Reply")


class Operation(msgspec.Struct, Generic[Reply], frozen=True, kw_only=True):
    """One document: the operation's name, its text, and the type its `data` decodes to."""

    name: str
    document: str
    reply: type[Reply]
    cost_points: int


class ShopRead(answers.Answer, frozen=True, kw_only=True):
    """The store and what our app may do there."""

    shop: shop_answers.Shop
    current_app_installation: shop_answers.AppInstallation | None = None


class LocationsPage(answers.Answer, frozen=True, kw_only=True):
    """Up to 50 places that the store ships from."""

    locations: answers.Page[shop_answers.Location]


class VariantsPage(answers.Answer, frozen=True, kw_only=True):
    """A page of the catalogue."""

    product_variants: answers.Page[shop_answers.Variant]


class ProductVariants(answers.Answer, frozen=True, kw_only=True):
    """Only the variants of a product."""

    variants: answers.Page[shop_answers.Variant] = answers.Page[shop_answers.Variant]()


class ProductVariantsPage(answers.Answer, frozen=True, kw_only=True):
    """A page of one product's variants; null when the store has no such product."""

    product: ProductVariants | None = None


class Counted(answers.Answer, frozen=True, kw_only=True):
    """How many there are; `AT_LEAST` as precision where there are more."""

    count: int
    precision: str = ""


class OrdersCount(answers.Answer, frozen=True, kw_only=True):
    """How many orders a query finds."""

    orders_count: Counted | None = None


class WorkOfOrder(answers.Answer, frozen=True, kw_only=True):
    """The order that a fulfillment order belongs to."""

    order_id: str


class OrderOfWork(answers.Answer, frozen=True, kw_only=True):
    """Null when the store has no such fulfillment order."""

    fulfillment_order: WorkOfOrder | None = None


class ReturnOfOrder(answers.Answer, frozen=True, kw_only=True):
    """The order that a return belongs to."""

    order: answers.Ref


class OrderOfReturn(answers.Answer, frozen=True, kw_only=True):
    """Null when the store has no such return."""

    returned: ReturnOfOrder | None = msgspec.field(default=None, name="return")


class OrdersChanged(answers.Answer, frozen=True, kw_only=True):
    """A page of changed orders, oldest change first."""

    orders: answers.Page[answers.ChangedOrder]


class OrderRead(answers.Answer, frozen=True, kw_only=True):
    """One order; null when the store has none with that id."""

    order: answers.Order | None = None


class OrderLines(answers.Answer, frozen=True, kw_only=True):
    """Only the lines of an order."""

    line_items: answers.Page[answers.OrderLine]


class OrderLinesPage(answers.Answer, frozen=True, kw_only=True):
    """More lines of an order."""

    order: OrderLines | None = None


class FulfillmentOrderLines(answers.Answer, frozen=True, kw_only=True):
    """Only the lines of a fulfillment order."""

    line_items: answers.Page[answers.FulfillmentOrderLine]


class FulfillmentOrderLinesPage(answers.Answer, frozen=True, kw_only=True):
    """More lines of a fulfillment order."""

    fulfillment_order: FulfillmentOrderLines | None = None


class FulfillmentLines(answers.Answer, frozen=True, kw_only=True):
    """Only the lines of a fulfillment."""

    fulfillment_line_items: answers.Page[answers.FulfillmentLine]


class FulfillmentLinesPage(answers.Answer, frozen=True, kw_only=True):
    """More lines of a fulfillment."""

    fulfillment: FulfillmentLines | None = None


class FulfillmentWritten(answers.Answer, frozen=True, kw_only=True):
    """A fulfillment after a write, or why not."""

    fulfillment: answers.Fulfillment | None = None
    user_errors: tuple[answers.UserError, ...] = ()


class FulfillmentCreate(answers.Answer, frozen=True, kw_only=True):
    """Reply to fulfillmentCreate."""

    fulfillment_create: FulfillmentWritten


class FulfillmentTrackingUpdate(answers.Answer, frozen=True, kw_only=True):
    """Reply to fulfillmentTrackingInfoUpdate."""

    fulfillment_tracking_info_update: FulfillmentWritten


class FulfillmentCancel(answers.Answer, frozen=True, kw_only=True):
    """Reply to fulfillmentCancel."""

    fulfillment_cancel: FulfillmentWritten


class FulfillmentEvent(answers.Answer, frozen=True, kw_only=True):
    """A delivery event."""

    id: str
    status: str
    happened_at: str | None = None
    message: str | None = None


class EventWritten(answers.Answer, frozen=True, kw_only=True):
    """A delivery event after a write, or why not."""

    fulfillment_event: FulfillmentEvent | None = None
    user_errors: tuple[answers.UserError, ...] = ()


class FulfillmentEventCreate(answers.Answer, frozen=True, kw_only=True):
    """Reply to fulfillmentEventCreate."""

    fulfillment_event_create: EventWritten


class WebhookSubscriptionsPage(answers.Answer, frozen=True, kw_only=True):
    """A page of our app's subscriptions."""

    webhook_subscriptions: answers.Page[shop_answers.WebhookSubscription]


class SubscriptionWritten(answers.Answer, frozen=True, kw_only=True):
    """A subscription after a write, or why not."""

    webhook_subscription: shop_answers.WebhookSubscription | None = None
    user_errors: tuple[answers.UserError, ...] = ()


class WebhookSubscriptionCreate(answers.Answer, frozen=True, kw_only=True):
    """Reply to webhookSubscriptionCreate."""

    webhook_subscription_create: SubscriptionWritten


class WebhookSubscriptionUpdate(answers.Answer, frozen=True, kw_only=True):
    """Reply to webhookSubscriptionUpdate."""

    webhook_subscription_update: SubscriptionWritten


class SubscriptionDeleted(answers.Answer, frozen=True, kw_only=True):
    """The id of a subscription that is no more, or why it still is."""

    deleted_webhook_subscription_id: str | None = None
    user_errors: tuple[answers.UserError, ...] = ()


class WebhookSubscriptionDelete(answers.Answer, frozen=True, kw_only=True):
    """Reply to webhookSubscriptionDelete."""

    webhook_subscription_delete: SubscriptionDeleted


class OrderContacts(answers.Answer, frozen=True, kw_only=True):
    """Recent orders, newest first."""

    nodes: tuple[shop_answers.OrderContact, ...] = ()


class RecentContacts(answers.Answer, frozen=True, kw_only=True):
    """What is shown of the customers of recent orders."""

    orders: OrderContacts


def _operation(file: str, reply: type[Reply], cost_points: int) -> Operation[Reply]:
    text = (
        resources.files("server.shopify")
        .joinpath("operations", f"{file}.graphql")
        .read_text("utf-8")
    )
    name = "".join(part.capitalize() for part in file.split("_"))
    return Operation(
        name=name,
        document=text,
        reply=reply,
        cost_points=cost_points,
    )


SHOP_READ = _operation("shop_read", ShopRead, 4)
LOCATIONS_PAGE = _operation("locations_page", LocationsPage, 16)
VARIANTS_PAGE = _operation("variants_page", VariantsPage, 86)
PRODUCT_VARIANTS_PAGE = _operation("product_variants_page", ProductVariantsPage, 87)
ORDERS_COUNT = _operation("orders_count", OrdersCount, 10)
ORDER_OF_WORK = _operation("order_of_work", OrderOfWork, 1)
ORDER_OF_RETURN = _operation("order_of_return", OrderOfReturn, 2)
ORDERS_CHANGED = _operation("orders_changed", OrdersChanged, 9)
ORDER_READ = _operation("order_read", OrderRead, 185)
ORDER_LINES_PAGE = _operation("order_lines_page", OrderLinesPage, 45)
FULFILLMENT_ORDER_LINES_PAGE = _operation(
    "fulfillment_order_lines_page", FulfillmentOrderLinesPage, 17
)
FULFILLMENT_LINES_PAGE = _operation("fulfillment_lines_page", FulfillmentLinesPage, 17)
ORDER_CHANGES = _operation("order_changes", change_answers.OrderChanges, 209)
FULFILLMENT_CREATE = _operation("fulfillment_create", FulfillmentCreate, 28)
FULFILLMENT_TRACKING_UPDATE = _operation(
    "fulfillment_tracking_update", FulfillmentTrackingUpdate, 51
)
FULFILLMENT_EVENT_CREATE = _operation("fulfillment_event_create", FulfillmentEventCreate, 10)
FULFILLMENT_CANCEL = _operation("fulfillment_cancel", FulfillmentCancel, 10)
WEBHOOK_SUBSCRIPTIONS_PAGE = _operation("webhook_subscriptions_page", WebhookSubscriptionsPage, 20)
WEBHOOK_SUBSCRIPTION_CREATE = _operation(
    "webhook_subscription_create", WebhookSubscriptionCreate, 11
)

BULK_OPERATION_RUN_QUERY = _operation("bulk_operation_run_query", BulkOperationRunQuery, 10)
BULK_OPERATION_READ = _operation("bulk_operation_read", BulkOperationRead, 1)
WEBHOOK_SUBSCRIPTION_UPDATE = _operation(
    "webhook_subscription_update", WebhookSubscriptionUpdate, 11
)
WEBHOOK_SUBSCRIPTION_DELETE = _operation(
    "webhook_subscription_delete", WebhookSubscriptionDelete, 10
)
RECENT_CONTACTS = _operation("recent_contacts", RecentContacts, 16)
ORDER_MARK_AS_PAID = _operation("order_mark_as_paid", OrderMarkAsPaid, 10)
TAGS_ADD = _operation("tags_add", TagsAdd, 10)
TAGS_REMOVE = _operation("tags_remove", TagsRemove, 10)
FULFILLMENT_ORDER_REPORT_PROGRESS = _operation(
    "fulfillment_order_report_progress", FulfillmentOrderReportProgress, 10
)
VARIANT_INVENTORY_ITEM = _operation("variant_inventory_item", VariantInventoryItem, 2)
INVENTORY_ADJUST_QUANTITIES = _operation(
    "inventory_adjust_quantities", InventoryAdjustQuantities, 10
)

ALL: tuple[Operation[Any], ...] = (
    SHOP_READ,
    LOCATIONS_PAGE,
    VARIANTS_PAGE,
    PRODUCT_VARIANTS_PAGE,
    ORDERS_COUNT,
    ORDER_OF_WORK,
    ORDER_OF_RETURN,
    ORDERS_CHANGED,
    ORDER_READ,
    ORDER_LINES_PAGE,
    FULFILLMENT_ORDER_LINES_PAGE,
    FULFILLMENT_LINES_PAGE,
    ORDER_CHANGES,
    FULFILLMENT_CREATE,
    FULFILLMENT_TRACKING_UPDATE,
    FULFILLMENT_EVENT_CREATE,
    FULFILLMENT_CANCEL,
    WEBHOOK_SUBSCRIPTIONS_PAGE,
    WEBHOOK_SUBSCRIPTION_CREATE,
    BULK_OPERATION_RUN_QUERY,
    BULK_OPERATION_READ,
    ORDER_MARK_AS_PAID,
    TAGS_ADD,
    TAGS_REMOVE,
    FULFILLMENT_ORDER_REPORT_PROGRESS,
    VARIANT_INVENTORY_ITEM,
    INVENTORY_ADJUST_QUANTITIES,
    WEBHOOK_SUBSCRIPTION_UPDATE,
    WEBHOOK_SUBSCRIPTION_DELETE,
    RECENT_CONTACTS,
)
