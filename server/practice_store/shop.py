"""The store itself: its settings, what the app may do, and its locations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from server.practice_store.identity import gid_of

API_VERSION = "2026-10"
SCOPES = (
    "read_orders",
    "write_orders",
    "read_customers",
    "read_products",
    "read_inventory",
    "read_locations",
    "read_merchant_managed_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "read_fulfillments",
    "write_fulfillments",
    "read_returns",
    "write_returns",
    "write_inventory",
    "write_order_edits",
    "read_all_orders",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopPlan:
    """The plan; "Development" as in a Partner's test store."""

    public_display_name: str = "Development"
    partner_development: bool = True
    shopify_plus: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Shop:
    """The store's settings."""

    number: int
    name: str
    myshopify_domain: str
    currency_code: str = "PKR"
    iana_timezone: str = "Asia/Karachi"
    plan: ShopPlan = field(default_factory=ShopPlan)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Shop", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class LocationAddress:
    """Where a location is."""

    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    zip: str | None = None
    country_code: str = "PK"
    phone: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Location:
    """A place the store ships from."""

    number: int
    name: str
    address: LocationAddress
    is_active: bool = True
    fulfills_online_orders: bool = True
    ships_inventory: bool = True
    is_fulfillment_service: bool = False

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Location", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessScope:
    """One permission."""

    handle: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AppInstallation:
    """The app as installed here."""

    number: int
    scopes: tuple[str, ...] = SCOPES

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("AppInstallation", self.number)

    def with_scopes(self, scopes: tuple[str, ...]) -> AppInstallation:
        """Return it with other permissions."""
        return replace(self, scopes=scopes)

    @property
    def access_scopes(self) -> list[AccessScope]:
        """What the app may do."""
        return [AccessScope(handle=handle) for handle in self.scopes]


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiVersion:
    """One quarterly edition of the Admin API, as apps may ask for it."""

    handle: str = API_VERSION
    supported: bool = True

    @property
    def display_name(self) -> str:
        """The name as people read it."""
        if self.handle == "unstable":
            return "unstable"
        if not self.supported:
            return f"{self.handle} (Release candidate)"
        return f"{self.handle} ({'Latest' if self.handle == API_VERSION else 'Supported'})"


VERSIONS = (
    ApiVersion(handle="2026-01"),
    ApiVersion(handle="2026-04"),
    ApiVersion(handle="2026-07"),
    ApiVersion(handle=API_VERSION),
    ApiVersion(handle="2027-01", supported=False),
    ApiVersion(handle="unstable", supported=False),
)
