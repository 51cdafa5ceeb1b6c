"""How the practice store can be told to misbehave, for tests and for training."""

from __future__ import annotations

from typing import Literal

import msgspec

from server.practice_store.chance import Chance

ApiFaultKind = Literal[
    "http_429",
    "http_500",
    "http_503",
    "error_after",
    "timeout_before",
    "timeout_after",
    "late_commit",
    "drop_before",
    "drop_after",
    "garbage",
    "throttled",
    "internal_error",
]


class ApiFault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong with a `share` (0 to 1) of the Admin API calls (of one operation, if named).

    It does so `times` times, or with None until it is switched off. What an export is fetched by is the operation BulkFile;
    what gives tokens is AccessToken, which is hit only when it is named.

    `http_429`, `http_500`, `http_503`, `throttled` and `internal_error` answer so without running the call;
    `error_after` runs it and answers 502. `timeout_before` never answers and runs nothing; `timeout_after` runs it first;
    `late_commit` runs it `delay_ms` after the call came by the store's clock, whoever still waits, and never answers.
    `drop_before` and `drop_after` break the connection without an answer. `garbage` runs it and answers a page of HTML.
    """

    kind: ApiFaultKind
    operation: str | None = None
    times: int | None = 1
    share: float = 1.0
    delay_ms: int = 0
    retry_after_s: float = 2.0


class BulkFault(msgspec.Struct, frozen=True, kw_only=True):
    """The next `times` exports end with an error, after `kept_share` (from 0 to 1) of their rows."""

    error: Literal["INTERNAL_SERVER_ERROR", "TIMEOUT"] = "INTERNAL_SERVER_ERROR"
    kept_share: float = 0.0
    times: int = 1


class WebhookFaults(msgspec.Struct, kw_only=True):
    """What happens to webhooks: shares from 0 to 1, up to `delay_ms` of delay each, and whether batches are shuffled.

    Until `silent_until_ms` of the store's clock none is sent at all. `topics` (as in the header) narrows all of it to some.
    """

    duplicate: float = 0.0
    drop: float = 0.0
    delay_ms: int = 0
    reorder: bool = False
    silent_until_ms: int = 0
    topics: list[str] = []


class ApiFaults:
    """The faults switched on. The first that applies and that chance does not spare is taken."""

    def __init__(self, chance: Chance) -> None:
        self.coming: list[ApiFault] = []
        self._chance = chance

    def take(self, operation: str | None, *, named: bool = False) -> ApiFault | None:
        """Return the fault for this call, and count it. With `named` only one that names the operation."""
        for place, fault in enumerate(self.coming):
            any_call = fault.operation is None and not named
            if not any_call and fault.operation != operation:
                continue
            if fault.share < 1 and self._chance.random() >= fault.share:
                continue
            if fault.times is not None and fault.times <= 1:
                del self.coming[place]
            elif fault.times is not None:
                self.coming[place] = msgspec.structs.replace(fault, times=fault.times - 1)
            return fault
        return None
