"""Metafields: named values that apps keep on things."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import ClassVar

from server.practice_store.identity import gid_of

APP = "$app"


@dataclass(kw_only=True, eq=False, slots=True)
class Metafield:
    """One value. Its digest changes with it."""

    number: int
    namespace: str
    key: str
    type: str
    value: str
    created_at: int
    updated_at: int
    concrete_type: ClassVar[str] = "Metafield"

    @property
    def id(self) -> str:
        """The gid."""
        return gid_of("Metafield", self.number)

    @property
    def compare_digest(self) -> str:
        """What must be sent to change the value and no other."""
        return hashlib.sha256(f"{self.type}:{self.value}".encode()).hexdigest()


Kept = dict[tuple[str, str], Metafield]


def full_namespace(given: str | None, app_number: int) -> str:
    """Return the namespace as it is kept: `$app` (or none) stands for the app's own."""
    if given is None or given == APP:
        return f"app--{app_number}"
    if given.startswith(f"{APP}:"):
        return f"app--{app_number}--{given.removeprefix(f'{APP}:')}"
    return given


def find_metafield(kept: Kept, namespace: str | None, key: str) -> Metafield | None:
    """Return the value kept under a namespace, which may be the app's own by its short name."""
    for (space, name), one in kept.items():
        own = re.fullmatch(r"app--\d+(?:--(.+))?", space)
        short = (f"{APP}:{own[1]}" if own[1] else APP) if own else None
        if name == key and (namespace or APP) in {space, short}:
            return one
    return None
