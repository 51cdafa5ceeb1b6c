"""Secrets: what is kept of them, and how they are compared."""

import functools
import hashlib

import argon2

TOKEN_PREFIX = "rwn_"  # noqa: S105 (a mark, not a secret)
"""Marks a leaked credential as ours for whoever finds it."""

_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# OWASP's smallest recommended setting: 28 ms here; a sign-in must not take a core for longer.


@functools.cache
def _nobodys() -> str:
    """Return what a password is compared with where there is no such person; made at the first sign-in."""
    return _hasher.hash("nobody has this password")


def hash_secret(secret: str) -> str:
    """Return what is stored of a token or code of 50 bits or more: SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """Return what is stored of a password (argon2id)."""
    return _hasher.hash(password)


def is_password(password: str, stored: str | None) -> bool:
    """Compare a password; takes the same time when there is no such person."""
    nobodys = _nobodys()  # in both cases: the first sign-in must not tell by its time either
    try:
        _hasher.verify(stored or nobodys, password)
    except (argon2.exceptions.VerifyMismatchError, argon2.exceptions.InvalidHashError):
        return False
    return stored is not None


def normal_code(typed: str) -> str:
    """Return an enrolment code as it was made: people add dashes, lower case, and read 0 as O and 1 as I or L."""
    kept = "".join(c for c in typed.upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))
