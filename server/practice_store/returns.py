"""Returns: units that a customer sends back, and what is sent in exchange."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(kw_only=True, eq=False, slots=True)
class Return:
    """One return."""

    number: int
    status: str
