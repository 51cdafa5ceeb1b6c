"""Pakistani phone numbers as people type them, in the one form that dials and opens WhatsApp.

Source of the shapes: the project's phone vectors. A mobile number is 92 3xx xxxxxxx; landlines have an area code of two
to four digits.
"""

import re
import unicodedata
from enum import StrEnum

from msgspec import Struct

COUNTRY = "92"
_SPLITS = re.compile(r"[/,;|]| or ", re.IGNORECASE)
_LANDLINE = re.compile(r"^0?([1-9]\d{7,9})$")


class PhoneKind(StrEnum):
    """What a raw text turned out to be; only the first three can be dialled."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"
    INVALID = "invalid"
    EMPTY = "empty"
    NO_DIGITS = "no_digits"


class Phone(Struct, frozen=True, kw_only=True):
    """`digits`: country code and number without a plus, as wa.me wants it; None where nothing can be dialled."""

    digits: str | None
    kind: PhoneKind


def read_phone(raw: str) -> Phone:
    """Return the first number in `raw` that can be dialled."""
    if not raw.strip():
        return Phone(digits=None, kind=PhoneKind.EMPTY)
    parts = [_plain(part) for part in _SPLITS.split(raw)]
    if not any(c.isdigit() for part in parts for c in part):
        return Phone(digits=None, kind=PhoneKind.NO_DIGITS)
    found = (_read_one(part) for part in parts)
    return next(
        (phone for phone in found if phone.digits is not None),
        Phone(digits=None, kind=PhoneKind.INVALID),
    )


def _plain(text: str) -> str:
    """Return the ASCII digits of any script, with a leading plus where one stands before the first digit."""
    digits = "".join(str(unicodedata.digit(c)) for c in text if c.isdigit())
    before = re.split(r"\d", text, maxsplit=1)[0]
    return ("+" if "+" in before else "") + digits


def _read_one(text: str) -> Phone:
    international = text.startswith(("+", "00"))
    digits = text.lstrip("+")
    digits = digits.removeprefix("00")
    home = digits.removeprefix(COUNTRY) if digits.startswith(COUNTRY) else digits
    # "+92+92 300…" and "92 92 300…": somebody pasted the number behind a code that was there already.
    home = home.removeprefix(COUNTRY) if len(home) >= len("923001234567") else home
    national = home.lstrip("0") if home.startswith("0") else home
    if re.fullmatch(r"3\d{9}", national):
        return Phone(digits=COUNTRY + national, kind=PhoneKind.MOBILE)
    if international and not digits.startswith(COUNTRY):
        kind = PhoneKind.FOREIGN if 8 <= len(digits) <= 15 else PhoneKind.INVALID
        return Phone(digits=digits if kind is PhoneKind.FOREIGN else None, kind=kind)
    landline = _LANDLINE.match(home)
    if landline is not None and not landline[1].startswith("3"):
        return Phone(digits=COUNTRY + landline[1], kind=PhoneKind.LANDLINE)
    return Phone(digits=None, kind=PhoneKind.INVALID)
