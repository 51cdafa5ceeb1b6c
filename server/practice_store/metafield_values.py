"""What the value of a metafield must be, by its type, and what is said when it is not: in the recorded words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

MOST_DECIMAL = 9_999_999_999_999
MOST_ELEMENTS = 128
SCHEMES = ("http", "https", "mailto", "sms", "tel")
UNITS: Mapping[str, frozenset[str]] = {
    "dimension": frozenset({"mm", "cm", "m", "in", "ft", "yd"}),
    "volume": frozenset({"ml", "cl", "l", "m3", "us_fl_oz", "us_pt", "us_qt", "us_gal"}),
    "weight": frozenset({"g", "kg", "oz", "lb"}),
}
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_INTEGER = re.compile(r"-?\d+\Z")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?\Z")


class Wrong(NamedTuple):
    """What is wrong with a value, and with which element of a list."""

    why: str
    element: int | None = None


def wrong_value(
    kind: str, value: str, *, currency: str, exists: Callable[[str], bool]
) -> Wrong | None:
    """Return what is wrong with a value of a type; None for a good one or a type that is not known here.

    Args:
        kind: the type, such as number_integer or list.date.
        value: always text, whatever the type.
        currency: the shop's.
        exists: tells whether there is something with a gid.
    """
    if not value.strip():
        return Wrong("can't be blank.")
    if kind.startswith("list."):
        return _wrong_list(kind.removeprefix("list."), value, currency, exists)
    if kind.endswith("_reference"):
        return None if exists(value) else Wrong(f"references non-existent resource {value}.")
    match kind:
        case "money":
            return _wrong_money(value, currency)
        case "rating":
            return _wrong_rating(value)
        case "dimension" | "volume" | "weight":
            return _wrong_measure(value, UNITS[kind])
        case _:
            return _wrong_plain(kind, value)


def _wrong_plain(kind: str, value: str) -> Wrong | None:
    is_good, why = _PLAIN.get(kind, (lambda _: True, ""))
    if not is_good(value):
        return Wrong(why)
    if kind == "number_decimal" and abs(float(value)) > MOST_DECIMAL:
        return Wrong(f"can't exceed {MOST_DECIMAL}.")
    return None


def _wrong_list(
    kind: str, value: str, currency: str, exists: Callable[[str], bool]
) -> Wrong | None:
    held = _read(value)
    if not isinstance(held, list):
        return Wrong("must be an array.")
    if len(held) > MOST_ELEMENTS:
        return Wrong(f"has more than {MOST_ELEMENTS} elements.")
    for place, one in enumerate(held):
        text = one if isinstance(one, str) else msgspec.json.encode(one).decode()
        wrong = wrong_value(kind, text, currency=currency, exists=exists)
        if wrong is not None:
            # What a list of things refers to is told without the place (recorded).
            return Wrong(wrong.why, None if kind.endswith("_reference") else place)
    return None


def _wrong_money(value: str, currency: str) -> Wrong | None:
    held = _read(value)
    if (
        isinstance(held, dict)
        and _is_number(held.get("amount"))
        and held.get("currency_code") == currency
    ):
        return None
    return Wrong(
        "must be a stringified JSON object with amount (numeric) and currency_code"
        " (string matching the shop's currency) fields."
    )


def _wrong_measure(value: str, units: frozenset[str]) -> Wrong | None:
    held = _read(value)
    given = held if isinstance(held, dict) else {}
    if not _is_number(given.get("value")) or float(given["value"]) < 0:
        return Wrong("must be a non-negative number.")
    return None if given.get("unit") in units else Wrong("must be a supported unit.")


def _wrong_rating(value: str) -> Wrong | None:
    held = _read(value)
    given = held if isinstance(held, dict) else {}
    parts = [given.get(name) for name in ("value", "scale_min", "scale_max")]
    if not all(_is_number(one) for one in parts):
        return Wrong("must be a rating.")
    rating, least, most = (float(str(one)) for one in parts)
    if rating > most:
        return Wrong(f"has a maximum of {most}.")
    return Wrong(f"has a minimum of {least}.") if rating < least else None


def _is_number(value: object) -> bool:
    return not isinstance(value, bool) and bool(_DECIMAL.match(str(value)))


def _is_url(value: str) -> bool:
    return urlsplit(value).scheme in SCHEMES


def _is_link(value: str) -> bool:
    held = _read(value)
    return isinstance(held, dict) and _is_url(str(held.get("url") or ""))


def _read(value: str) -> object:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        return None


def _reads(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except (ValueError, msgspec.DecodeError):
        return False
    return True


_PLAIN: dict[str, tuple[Callable[[str], object], str]] = {
    "boolean": (lambda value: value in {"true", "false"}, "must be true or false."),
    "color": (_COLOR.match, "must be a hex color code."),
    "date": (
        lambda value: _reads(date.fromisoformat, value),
        "must be in YYYY-MM-DD format.",
    ),
    "date_time": (
        lambda value: _reads(datetime.fromisoformat, value),
        "must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00",
    ),
    "json": (lambda value: _reads(msgspec.json.decode, value), "is invalid JSON."),
    "link": (_is_link, "must be a valid link."),
    "number_decimal": (_DECIMAL.match, "must be a decimal."),
    "number_integer": (_INTEGER.match, "must be an integer."),
    "single_line_text_field": (
        lambda value: "\n" not in value,
        "must be a single line text string.",
    ),
    "url": (
        _is_url,
        (
            "cannot have an empty scheme (protocol), must include one of the following URL schemes:"
            f" {msgspec.json.encode(SCHEMES).decode().replace(',', ', ')}.'"
        ),
    ),
}
