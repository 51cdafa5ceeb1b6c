"""The one place that reads the clock and chance; everything else takes times and ids as arguments."""

import secrets
import threading
import time
import uuid

# Crockford's base32 leaves out I, L, O and U: a code is read aloud and typed on a phone.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10  # 50 bits: not to be guessed through a rate limit while a code lives

_TAIL_BITS = 74  # of a UUIDv7: what 48 bits of milliseconds, version and variant leave over
_lock = threading.Lock()
_last_ms = 0
_last_tail = 0


def now_ms() -> int:
    """Milliseconds since 1970-01-01T00:00:00Z; may step backwards when the machine's clock is set."""
    return time.time_ns() // 1_000_000


def new_uuid7() -> str:
    """A UUIDv7 (RFC 9562 §5.7), greater than every other one this process has made.

    Within one millisecond, and while the clock runs behind, the random tail of the previous id is
    raised by a random step (method 2 of §6.2), so that ids stay unguessable as well as ordered.
    """
    global _last_ms, _last_tail  # noqa: PLW0603 - the order of ids is a fact about the process
    with _lock:
        ms = now_ms()
        if ms > _last_ms:
            # The top bit starts at 0, which leaves room for the steps of a busy millisecond.
            _last_ms, _last_tail = ms, secrets.randbits(_TAIL_BITS - 1)
        else:
            _last_tail += 1 + secrets.randbits(32)
            if _last_tail >> _TAIL_BITS:
                _last_ms, _last_tail = _last_ms + 1, secrets.randbits(_TAIL_BITS - 1)
        ms, tail = _last_ms, _last_tail
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return str(uuid.UUID(int=ms << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low))


def new_token() -> str:
    """A secret of 256 bits, 43 characters that need no escaping in a header or an address."""
    return secrets.token_urlsafe(32)


def new_code(length: int = CODE_LENGTH) -> str:
    """A code for a person to type, 5 bits a character, without letters that look like digits."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))


def retry_wait_s(attempt: int) -> float:
    """Seconds before a transaction is tried again: up to 10 ms doubled per attempt (from 0), to 1 s.

    The whole wait is drawn by chance: transactions that collided once must not collide again.
    """
    return min(0.01 * (1 << attempt), 1.0) * secrets.randbelow(1_000_000) / 1_000_000
