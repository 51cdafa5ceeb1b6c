"""What the Admin API answers to the writes that a shop may switch on: paid, confirmed, packed, stock."""

from __future__ import annotations

from server.shopify import answers


class Written(answers.Answer, frozen=True, kw_only=True):
    """A write of which only the refusals matter."""

    user_errors: tuple[answers.UserError, ...] = ()


class OrderMarkAsPaid(answers.Answer, frozen=True, kw_only=True):
    """Reply to orderMarkAsPaid."""

    order_mark_as_paid: Written


class TagsAdd(answers.Answer, frozen=True, kw_only=True):
    """Reply to tagsAdd."""

    tags_add: Written


class TagsRemove(answers.Answer, frozen=True, kw_only=True):
    """Reply to tagsRemove."""

    tags_remove: Written


class FulfillmentOrderReportProgress(answers.Answer, frozen=True, kw_only=True):
    """Reply to fulfillmentOrderReportProgress."""

    fulfillment_order_report_progress: Written


class InventoryItem(answers.Answer, frozen=True, kw_only=True):
    """What is counted of a variant; `tracked` tells whether the store counts it at all."""

    id: str
    tracked: bool = True


class VariantOfItem(answers.Answer, frozen=True, kw_only=True):
    """A variant as far as its inventory item."""

    inventory_item: InventoryItem


class VariantInventoryItem(answers.Answer, frozen=True, kw_only=True):
    """Null when the store has no such variant (any more)."""

    product_variant: VariantOfItem | None = None


class InventoryWritten(answers.Answer, frozen=True, kw_only=True):
    """Why an adjustment was not made; none where it was."""

    user_errors: tuple[answers.CodedUserError, ...] = ()


class InventoryAdjustQuantities(answers.Answer, frozen=True, kw_only=True):
    """Reply to inventoryAdjustQuantities; null as a whole where the directive was refused."""

    inventory_adjust_quantities: InventoryWritten
