"""Products and variants, and the standard catalogue: about 200 variants of a Pakistani fashion, shoe and home brand."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product as combinations
from typing import ClassVar
from urllib.parse import quote

from server.practice_store.chance import Chance
from server.practice_store.identity import gid_of
from server.practice_store.inventory import InventoryItem
from server.practice_store.metafields import Kept
from server.practice_store.wares import DEPARTMENTS, Ware


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A picture; its address names the colour or product, and needs no network to be shown as text."""

    address: str

    def url(self, **_transform: object) -> str:
        """The address. The store does not scale pictures."""
        return self.address


@dataclass(frozen=True, kw_only=True, slots=True)
class MediaPreview:
    """The picture of a medium."""

    image: Image


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A medium of a product or variant; this store has pictures only."""

    preview: MediaPreview
    number: int = 1
    concrete_type: ClassVar[str] = "MediaImage"

    @classmethod
    def of(cls, address: str) -> Media:
        """Return a medium showing the picture at `address`."""
        return cls(preview=MediaPreview(image=Image(address=address)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """What the store lists; customers order one of its variants."""

    number: int
    title: str
    vendor: str
    product_type: str
    featured_media: Media
    status: str = "ACTIVE"
    tags: list[str] = field(default_factory=list)
    metafields_kept: Kept = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Product", self.number)


@dataclass(frozen=True, kw_only=True, slots=True)
class SelectedOption:
    """E.g. Size = 42."""

    name: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Variant:
    """A variant on sale."""

    number: int
    product: Product
    selected_options: tuple[SelectedOption, ...]
    sku: str
    barcode: str
    price: Decimal
    inventory_item: InventoryItem
    updated_at: int
    compare_at_price: Decimal | None = None
    media: list[Media] = field(default_factory=list)
    concrete_type: ClassVar[str] = "ProductVariant"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("ProductVariant", self.number)

    @property
    def inventory_quantity(self) -> int:
        """Units available at all locations that stock it."""
        levels = self.inventory_item.levels.values()
        return sum(one.units("available") for one in levels if one.is_active)

    @property
    def title(self) -> str:
        """The options, e.g. "Maroon / M"."""
        return " / ".join(option.value for option in self.selected_options)

    @property
    def display_name(self) -> str:
        """The product with its options."""
        return f"{self.product.title} - {self.title}"


class Stocktaker:
    """Draws up the standard catalogue from numbers and chance given by the caller."""

    def __init__(self, chance: Chance, numbers: list[int], at_ms: int) -> None:
        self._chance = chance
        self._numbers = iter(numbers)
        self._at_ms = at_ms

    def draw_up(self) -> list[Variant]:
        """Return every variant of every department."""
        return [
            variant
            for department in DEPARTMENTS
            for ware in department.wares
            for variant in self._variants(department.vendor, department.product_type, ware)
        ]

    def draw_up_one(self) -> Variant:
        """Return a single variant, of the first product."""
        department = DEPARTMENTS[0]
        return self._variants(department.vendor, department.product_type, department.wares[0])[0]

    def _variants(self, vendor: str, product_type: str, ware: Ware) -> list[Variant]:
        product = Product(
            number=next(self._numbers),
            title=ware.title,
            vendor=vendor,
            product_type=product_type,
            featured_media=Media.of(_picture(ware.title)),
        )
        choices = combinations(*(values for _, values in ware.options))
        return [self._variant(product, ware, values) for values in choices]

    def _variant(self, product: Product, ware: Ware, values: tuple[str, ...]) -> Variant:
        options = tuple(
            SelectedOption(name=name, value=value)
            for (name, _), value in zip(ware.options, values, strict=True)
        )
        on_sale = self._chance.random() < 0.2
        return Variant(
            number=next(self._numbers),
            product=product,
            selected_options=options,
            sku="-".join([ware.code, *(_abbreviated(value) for value in values)]),
            barcode=_barcode(self._chance),
            price=Decimal(ware.price_rupees),
            compare_at_price=Decimal(ware.price_rupees + 500) if on_sale else None,
            inventory_item=InventoryItem(number=next(self._numbers), created_at=self._at_ms),
            updated_at=self._at_ms,
            media=[Media.of(_picture(f"{ware.title} {values[0]}"))] if ware.pictured else [],
        )


def _picture(text: str) -> str:
    return f"https://cdn.practice.invalid/{quote(text.lower().replace(' ', '-'))}.jpg"


def _abbreviated(value: str) -> str:
    letters = "".join(char for char in value.upper() if char.isalnum())
    return letters if len(letters) <= 4 else letters[:3]


def _barcode(chance: Chance) -> str:
    """Return an EAN-13 with Pakistan's prefix 896 and a right check digit."""
    digits = f"896{chance.randrange(10**9):09d}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"
