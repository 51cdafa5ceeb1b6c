"""Invitations, devices and their credentials. Secrets are kept as SHA-256 only."""

from msgspec import Struct

from server.db.connections import Connection
from server.db.shops import find_staff
from sync_protocol.ids import DeviceId, Incarnation, ShopId, StaffId
from sync_protocol.messages.hello import PhoneHealth
from sync_protocol.shop import Staff


class Device(Struct, frozen=True, kw_only=True):
    """A phone or browser that may talk to this server, as a request finds it."""

    shop_id: ShopId
    id: DeviceId
    staff_id: StaffId
    name: str
    revoked_at: int | None
    incarnation: Incarnation
    acked_n: int


class Visitor(Struct, frozen=True, kw_only=True):
    """Who is at the door: a device and the person it was given to."""

    device: Device
    staff: Staff

    @property
    def revoked(self) -> bool:
        """Whether it may no longer talk: it was locked out, or its person has left."""
        return self.device.revoked_at is not None or not self.staff.active


class Invited(Struct, frozen=True, kw_only=True):
    """Whom an enrolment code lets in."""

    shop_id: ShopId
    staff_id: StaffId


class Login(Struct, frozen=True, kw_only=True):
    """A person who signs in at a desk."""

    shop_id: ShopId
    staff_id: StaffId
    password_hash: str


async def store_code(
    connection: Connection, code_hash: str, invited: Invited, now: int, expires_at: int
) -> None:
    """Keep an invitation by its hash."""
    await connection.execute(
        """
        INSERT INTO enrol_code (code_hash, shop_id, staff_id, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        code_hash,
        invited.shop_id,
        invited.staff_id,
        now,
        expires_at,
    )


async def use_code(connection: Connection, code_hash: str, now: int) -> Invited | None:
    """Use an invitation up and return whom it lets in; None when wrong, used or expired."""
    row = await connection.fetchrow(
        """
        UPDATE enrol_code SET used_at = $2
        WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING shop_id, staff_id
        """,
        code_hash,
        now,
    )
    return (
        None
        if row is None
        else Invited(shop_id=ShopId(row["shop_id"]), staff_id=StaffId(row["staff_id"]))
    )


async def store_device(connection: Connection, device: Device, token_hash: str, now: int) -> None:
    """Write a new device."""
    await connection.execute(
        """
        INSERT INTO device (shop_id, id, staff_id, name, token_hash, enrolled_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        device.shop_id,
        device.id,
        device.staff_id,
        device.name,
        token_hash,
        now,
    )


async def find_visitor(connection: Connection, token_hash: str) -> Visitor | None:
    """Return who holds a credential, also when it was revoked; None when nobody does."""
    row = await connection.fetchrow(
        "SELECT shop_id, id, staff_id, name, revoked_at, incarnation, acked_n FROM device WHERE token_hash = $1",
        token_hash,
    )
    if row is None:
        return None
    device = _device(dict(row))
    staff = await find_staff(connection, device.shop_id, device.staff_id)
    assert staff is not None, "a foreign key holds a device's person"
    return Visitor(device=device, staff=staff)


async def find_device(
    connection: Connection, shop_id: ShopId, device_id: DeviceId
) -> Visitor | None:
    """Return a device with the person it was given to; None when this shop has no such device."""
    row = await connection.fetchrow(
        """
        SELECT shop_id, id, staff_id, name, revoked_at, incarnation, acked_n FROM device
        WHERE shop_id = $1 AND id = $2
        """,
        shop_id,
        device_id,
    )
    if row is None:
        return None
    device = _device(dict(row))
    staff = await find_staff(connection, device.shop_id, device.staff_id)
    assert staff is not None, "a foreign key holds a device's person"
    return Visitor(device=device, staff=staff)


def _device(row: dict[str, object]) -> Device:
    revoked_at, acked_n = row["revoked_at"], row["acked_n"]
    assert revoked_at is None or isinstance(revoked_at, int)
    assert isinstance(acked_n, int)
    return Device(
        shop_id=ShopId(str(row["shop_id"])),
        id=DeviceId(str(row["id"])),
        staff_id=StaffId(str(row["staff_id"])),
        name=str(row["name"]),
        revoked_at=revoked_at,
        incarnation=Incarnation(str(row["incarnation"])),
        acked_n=acked_n,
    )


async def forget_device(connection: Connection, device: Device, now: int) -> None:
    """End a device's right to talk: it logged out, or somebody revoked it."""
    await connection.execute(
        "UPDATE device SET revoked_at = coalesce(revoked_at, $3) WHERE shop_id = $1 AND id = $2",
        device.shop_id,
        device.id,
        now,
    )


async def find_login(connection: Connection, login: str) -> Login | None:
    """Return the active person of that login, or None."""
    row = await connection.fetchrow(
        """
        SELECT shop_id, id, password_hash FROM staff
        WHERE login = $1 AND active AND password_hash IS NOT NULL
        """,
        login.lower(),
    )
    if row is None:
        return None
    return Login(
        shop_id=ShopId(row["shop_id"]),
        staff_id=StaffId(row["id"]),
        password_hash=row["password_hash"],
    )


async def note_contact(
    connection: Connection,
    device: Device,
    now: int,
    *,
    incarnation: Incarnation,
    unsent: int,
    oldest_unsent_at: int | None,
    acked_n: int | None,
) -> None:
    """Write what a device says of itself with every push, for the fleet board."""
    await connection.execute(
        """
        UPDATE device SET last_seen_at = $3, unsent = $4, oldest_unsent_at = $5, incarnation = $7,
            acked_n = greatest(coalesce($6, 0), CASE WHEN incarnation = $7 THEN acked_n ELSE 0 END)
        WHERE shop_id = $1 AND id = $2
        """,
        device.shop_id,
        device.id,
        now,
        unsent,
        oldest_unsent_at,
        acked_n,
        incarnation,
    )


class Said(Struct, frozen=True, kw_only=True):
    """What a device says of itself when it greets."""

    app: str
    incarnation: Incarnation
    acked_n: int
    health: PhoneHealth


async def note_hello(connection: Connection, device: Device, now: int, said: Said) -> None:
    """Write what a device said, for the fleet board and for what it has yet to be told."""
    await connection.execute(
        """
        UPDATE device SET last_seen_at = $3, app = $4, incarnation = $5, acked_n = $6,
            persisted = $7, free_mb = $8, unsent = $9, oldest_unsent_at = $10
        WHERE shop_id = $1 AND id = $2
        """,
        device.shop_id,
        device.id,
        now,
        said.app,
        said.incarnation,
        said.acked_n,
        said.health.persisted,
        said.health.free_mb,
        said.health.unsent,
        said.health.oldest_at,
    )
