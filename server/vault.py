"""Secrets at rest: what the database holds of them can be read only with a key that is not in the database.

AES-256-GCM; what is sealed names its key, and is bound to the shop and column that it belongs to, so that a value moved
to another row does not open. Two keys are live while one is being replaced.
"""

import base64
import binascii
import hashlib
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.settings import Settings

Sealed = NewType("Sealed", str)
"""`sealed:<key id>:<nonce and ciphertext in base64>`."""

KEY_BYTES = 32
KEY_FILE = "secret-key"
KEYS_KEPT = 2
"""The one that seals and the one before it, which a process that was just at work may still have sealed with."""

_NONCE_BYTES = 12
_FORM = re.compile(r"sealed:([0-9a-f]{12}):([A-Za-z0-9_-]+={0,2})\Z")


class Locked(Exception):
    """A secret can't be opened or sealed; the message says what to do about it."""


def is_sealed(text: str) -> bool:
    """Whether the text was sealed, with whatever key. Secrets of before were written as they are."""
    return _FORM.match(text) is not None


def key_id(key: bytes) -> str:
    """Return the name by which a sealed value refers to its key; it tells nothing about the key."""
    return hashlib.sha256(b"rawana key id\0" + key).hexdigest()[:12]


class Keys:
    """Where a server's keys come from: RAWANA_SECRET_KEY, or a file in its home that is made when it is first needed."""

    def __init__(self, home: Path, from_environment: str | None = None) -> None:
        self._path = home / KEY_FILE
        self._given = from_environment

    @property
    def in_environment(self) -> bool:
        """Whether the keys are the environment's to change, not ours."""
        return self._given is not None

    @property
    def place(self) -> str:
        """Where a person finds them."""
        return "RAWANA_SECRET_KEY" if self.in_environment else str(self._path)

    def read(self) -> tuple[bytes, ...]:
        """Return the keys, the one that seals first; none when there is no file yet.

        Raises:
            Locked: what is there is no key, or others may read the file.
        """
        if self._given is not None:
            return _keys_in(self._given, self.place)
        try:
            shared = self._path.stat().st_mode & 0o077
            text = self._path.read_text("ascii")
        except FileNotFoundError:
            return ()
        except (OSError, UnicodeDecodeError) as error:
            raise Locked(f"The key in {self.place} can't be read ({error}).") from error
        if shared:
            raise Locked(f"Others may read the key in {self.place}: run `chmod 600` on it.")
        return _keys_in(text, self.place)

    def make(self) -> tuple[bytes, ...]:
        """Make the first key, unless another process just has; return what there is then."""
        self._write((secrets.token_bytes(KEY_BYTES),), replace=False)
        return self.read()

    def begin_new(self) -> None:
        """Put a new key before those there are, which stay live."""
        assert not self.in_environment
        self._write((secrets.token_bytes(KEY_BYTES), *self.read()), replace=True)

    def keep(self, most: int) -> None:
        """Forget all keys but the first `most`."""
        assert not self.in_environment
        self._write(self.read()[:most], replace=True)

    def _write(self, keys: tuple[bytes, ...], *, replace: bool) -> None:
        """Write whole and durably, or not at all: a key that is lost takes every secret with it."""
        try:
            self._put(keys, replace=replace)
        except FileExistsError:
            return  # another process was quicker, and its key is as good
        except OSError as error:
            raise Locked(f"The key in {self.place} can't be written ({error}).") from error

    def _put(self, keys: tuple[bytes, ...], *, replace: bool) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{KEY_FILE}.{secrets.token_hex(4)}")
        lines = [base64.urlsafe_b64encode(key).decode() for key in keys]
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            if replace:
                fresh.replace(self._path)
            else:
                self._path.hardlink_to(fresh)  # which, unlike a rename, never takes another's place
        finally:
            fresh.unlink(missing_ok=True)


def _keys_in(text: str, place: str) -> tuple[bytes, ...]:
    words = text.split()
    try:
        keys = tuple(base64.urlsafe_b64decode(word) for word in words)
    except (binascii.Error, ValueError) as error:
        raise Locked(_no_key(place)) from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise Locked(_no_key(place))
    return keys


def _no_key(place: str) -> str:
    return (
        f"{place} must hold one key, or a new one and the one before it, each {KEY_BYTES} bytes in base64 "
        "(`openssl rand -base64 32 | tr +/ -_` makes one)."
    )


class Vault:
    """Seals and opens. Keys are read anew when one is missing, so that a rotation reaches a running server."""

    def __init__(self, keys: Keys, nonce: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._keys = keys
        self._nonce = nonce
        self._known: dict[str, AESGCM] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Vault":
        """Return the vault of a server."""
        return cls(Keys(settings.home, settings.secret_key))

    def seal(self, shop_id: str, column: str, secret: str) -> Sealed:
        """Return the secret sealed for one column of one shop's row.

        Raises:
            Locked: the key can't be used.
        """
        # Read each time, which is seldom: a server must not go on sealing with a key that was replaced.
        keys = self._keys.read() or self._keys.make()
        self._know(keys)
        named = key_id(keys[0])
        nonce = self._nonce(_NONCE_BYTES)
        closed = self._known[named].encrypt(nonce, secret.encode(), _bound(shop_id, column))
        return Sealed(f"sealed:{named}:{base64.urlsafe_b64encode(nonce + closed).decode()}")

    def open(self, shop_id: str, column: str, sealed: Sealed) -> str:
        """Return the secret.

        Raises:
            Locked: its key is not here, or the value was altered or moved.
        """
        found = _FORM.match(sealed)
        if found is None:
            raise Locked(f"The {column} of shop {shop_id} is not sealed: restart the server.")
        named, text = found.groups()
        if named not in self._known:
            self._know(self._keys.read())
        if named not in self._known:
            raise Locked(
                f"The {column} of shop {shop_id} is locked with key {named}, which is not in {self._keys.place}: "
                f"put that key back, or connect the store again with `rawana shop connect {shop_id}`."
            )
        try:
            raw = base64.urlsafe_b64decode(text)
            opened = self._known[named].decrypt(
                raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(shop_id, column)
            )
        except (InvalidTag, ValueError) as error:
            raise Locked(
                f"The {column} of shop {shop_id} was altered: connect the store again with "
                f"`rawana shop connect {shop_id}`."
            ) from error
        return opened.decode()

    def is_current(self, sealed: Sealed) -> bool:
        """Whether a value is sealed with the key that seals now.

        Raises:
            Locked: the key can't be used.
        """
        keys = self._keys.read()
        return bool(keys) and sealed.startswith(f"sealed:{key_id(keys[0])}:")

    def _know(self, keys: tuple[bytes, ...]) -> None:
        self._known = {key_id(key): AESGCM(key) for key in keys}


def _bound(shop_id: str, column: str) -> bytes:
    return f"shopify_connection/{shop_id}/{column}".encode()
