"""One byte form for every JSON value, so that two parties hash the same thing.

Keys sorted, no white space, UTF-8. Sources: RFC 8785 in spirit; floats do not occur in our ops.
"""

import base64
import hashlib

import msgspec


def canonical(value: object) -> bytes:
    """Return the canonical JSON bytes of any struct, mapping or scalar."""
    return msgspec.json.encode(msgspec.to_builtins(value), order="sorted")


def digest_base64(data: bytes) -> str:
    """Return base64 (standard alphabet, padded) of SHA-256, the form of an op's `prev`."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")


def digest_hex(data: bytes) -> str:
    """Return lower-case hex of SHA-256, the form of a ledger hash."""
    return hashlib.sha256(data).hexdigest()
