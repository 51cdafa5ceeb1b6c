"""Phones and desks as the fleet board shows them."""

from msgspec import Struct

from sync_protocol.ids import DeviceId, StaffId


class FleetDevice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device, and what it last said of itself. Moments are epoch ms by the server's clock.

    `unsent` ops waited on it at the last contact, the oldest recorded at `oldest_unsent_at` by its own clock. `held_n` is
    the last number of its op log that is here, `missing_ops` how many of it were acknowledged before a restore and are not here
    again. `replaced_by`: the same person enrolled another device later, while
    ops still waited on this one.
    """

    id: DeviceId
    name: str
    staff_id: StaffId
    enrolled_at: int
    last_seen_at: int | None = None
    revoked_at: int | None = None
    app: str = ""
    unsent: int = 0
    oldest_unsent_at: int | None = None
    held_n: int = 0
    persisted: bool | None = None
    free_mb: int | None = None
    missing_ops: int = 0
    replaced_by: DeviceId | None = None
