"""The bounded values and small shapes of which bodies are made."""

from typing import Annotated

from msgspec import Meta, Struct

from sync_protocol.ids import OrderLineId, VariantId
from sync_protocol.limits import (
    ID_MAX,
    INTEGER_MAX,
    LINES_MAX,
    MONEY_PAISA_MAX,
    TEXT_MAX,
    UNITS_MAX,
)

NO_NUL = r"^[^\x00]*$"
"""What may stand in text that is stored; PostgreSQL cannot keep a NUL."""

Units = Annotated[int, Meta(ge=1, le=UNITS_MAX)]
Money = Annotated[int, Meta(ge=0, le=MONEY_PAISA_MAX)]
Text = Annotated[str, Meta(max_length=TEXT_MAX)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Number = Annotated[str, Meta(min_length=1, max_length=100)]
Count = Annotated[int, Meta(ge=0, le=UNITS_MAX)]
EpochMs = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]

AnId = Meta(min_length=1, max_length=ID_MAX, pattern=NO_NUL)
AName = Meta(max_length=200, pattern=NO_NUL)
ACount = Meta(ge=0, le=INTEGER_MAX)


class LineUnits(Struct, frozen=True, kw_only=True):
    """Units of one order line."""

    order_line_id: Annotated[OrderLineId, AnId]
    units: Units


class VariantUnits(Struct, frozen=True, kw_only=True):
    """Units of one variant."""

    variant_id: Annotated[VariantId, AnId]
    units: Units


Lines = Annotated[tuple[LineUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]
SomeLines = Annotated[tuple[LineUnits, ...], Meta(max_length=LINES_MAX)]
Goods = Annotated[tuple[VariantUnits, ...], Meta(min_length=1, max_length=LINES_MAX)]
