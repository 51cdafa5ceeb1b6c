"""Customers and their addresses, as an order shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.practice_store.identity import gid_of
from server.practice_store.metafields import Kept

COUNTRIES = {"PK": "Pakistan", "CA": "Canada", "US": "United States"}


@dataclass(frozen=True, kw_only=True, slots=True)
class MailingAddress:
    """An address on an order."""

    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country_code_v2: str = "PK"
    phone: str | None = None
    latitude: None = None
    longitude: None = None

    @property
    def name(self) -> str | None:
        """First and last name."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None

    @property
    def country(self) -> str:
        """The country's name, as far as the store knows it."""
        return COUNTRIES.get(self.country_code_v2, self.country_code_v2)


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerPhone:
    """The form in which a customer's phone is asked for."""

    phone_number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerEmail:
    """The form in which a customer's e-mail is asked for."""

    email_address: str


@dataclass(kw_only=True, eq=False, slots=True)
class Customer:
    """Somebody who ordered at least once."""

    number: int
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    created_at: int
    number_of_orders: int = 0
    tags: list[str] = field(default_factory=list)
    metafields_kept: Kept = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Customer", self.number)

    @property
    def display_name(self) -> str:
        """The name, else what else identifies the customer."""
        name = " ".join(part for part in (self.first_name, self.last_name) if part)
        return name or self.email or self.phone or "Customer"

    @property
    def default_phone_number(self) -> CustomerPhone | None:
        """The phone, if known."""
        return CustomerPhone(phone_number=self.phone) if self.phone else None

    @property
    def default_email_address(self) -> CustomerEmail | None:
        """The e-mail, if known."""
        return CustomerEmail(email_address=self.email) if self.email else None
