"""What the Admin API answers about the store itself: its plan, scopes, locations, variants and subscriptions."""

from __future__ import annotations

import msgspec

from server.shopify.answers import Answer, Image


class Plan(Answer, frozen=True, kw_only=True):
    """The store's plan; it decides rate limits and whether customer data is shown."""

    public_display_name: str | None = None
    partner_development: bool = False
    shopify_plus: bool = False


class Shop(Answer, frozen=True, kw_only=True):
    """The store."""

    id: str
    name: str
    myshopify_domain: str
    currency_code: str
    iana_timezone: str | None = None
    plan: Plan | None = None


class AccessScope(Answer, frozen=True, kw_only=True):
    """One permission, e.g. `write_fulfillments`."""

    handle: str


class AppInstallation(Answer, frozen=True, kw_only=True):
    """Our app in this store."""

    id: str
    access_scopes: tuple[AccessScope, ...] = ()


class LocationAddress(Answer, frozen=True, kw_only=True):
    """Where a location is."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    zip: str | None = None
    country_code: str | None = None
    phone: str | None = None


class Location(Answer, frozen=True, kw_only=True):
    """A place the store ships from. Rawana's branches may map to one, to none, or several to the same."""

    id: str
    name: str
    is_active: bool = True
    fulfills_online_orders: bool = False
    ships_inventory: bool = False
    address: LocationAddress | None = None


class SelectedOption(Answer, frozen=True, kw_only=True):
    """E.g. Size = 42."""

    name: str
    value: str


class MediaPreview(Answer, frozen=True, kw_only=True):
    """The picture that stands for a medium."""

    image: Image | None = None


class Media(Answer, frozen=True, kw_only=True):
    """A medium of a product or variant."""

    preview: MediaPreview | None = None


class MediaPage(Answer, frozen=True, kw_only=True):
    """A variant's media; we read the first."""

    nodes: tuple[Media, ...] = ()


class Product(Answer, frozen=True, kw_only=True):
    """The product of a variant."""

    id: str
    title: str
    status: str | None = None
    vendor: str | None = None
    product_type: str | None = None
    featured_media: Media | None = None


class InventoryItem(Answer, frozen=True, kw_only=True):
    """What is counted when a variant is stocked."""

    id: str
    tracked: bool = True
    requires_shipping: bool = True


class Variant(Answer, frozen=True, kw_only=True):
    """A sellable variant; `price` is text in the store's currency."""

    id: str
    title: str
    display_name: str | None = None
    sku: str | None = None
    barcode: str | None = None
    price: str | None = None
    compare_at_price: str | None = None
    updated_at: str | None = None
    selected_options: tuple[SelectedOption, ...] = ()
    media: MediaPage = MediaPage()
    product: Product | None = None
    inventory_item: InventoryItem | None = None

    @property
    def image_url(self) -> str | None:
        """The variant's own picture, else the product's."""
        own = self.media.nodes[0] if self.media.nodes else None
        shown = own or (self.product.featured_media if self.product else None)
        if shown is None or shown.preview is None or shown.preview.image is None:
            return None
        return shown.preview.image.url


class ApiVersion(Answer, frozen=True, kw_only=True):
    """E.g. 2026-10."""

    handle: str


class WebhookSubscription(Answer, frozen=True, kw_only=True):
    """A standing order for one topic."""

    id: str
    topic: str
    uri: str | None = None
    name: str | None = None
    filter: str | None = None
    format: str | None = None
    created_at: str | None = None
    api_version: ApiVersion | None = None


class ContactCustomer(Answer, frozen=True, kw_only=True):
    """Who ordered, as far as we may know. A display name is never null: it stands there whatever is hidden."""

    first_name: str | None = None
    last_name: str | None = None


class ContactAddress(Answer, frozen=True, kw_only=True):
    """Where to, as far as we may know; the country is shown to everybody."""

    name: str | None = None
    phone: str | None = None
    address1: str | None = None
    country_code_v2: str | None = msgspec.field(name="countryCodeV2", default=None)


class OrderContact(Answer, frozen=True, kw_only=True):
    """What is shown of the customer of a recent order."""

    id: str
    phone: str | None = None
    customer: ContactCustomer | None = None
    shipping_address: ContactAddress | None = None

    @property
    def is_hidden(self) -> bool | None:
        """Whether none of it is shown; None where there may be nothing to show, as for a sale at a counter."""
        shown = [self.phone]
        if self.customer is not None:
            shown += [self.customer.first_name, self.customer.last_name]
        if self.shipping_address is not None:
            address = self.shipping_address
            shown += [address.name, address.phone, address.address1]
        elif self.customer is None:
            return None
        return not any(shown)
