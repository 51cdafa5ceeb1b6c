"""Reading ops from raw bytes, each by itself, so that one unreadable op never holds up its neighbours (R3)."""

import base64
import contextlib
import itertools
import math
import re
from collections.abc import Iterable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sync_protocol.canonical import canonical, digest_base64
from sync_protocol.ids import OWN_OPS, OpId, StaffId
from sync_protocol.limits import ID_MAX, INTEGER_MAX, NESTING_MAX, OP_BYTES_MAX, TEXT_MAX
from sync_protocol.nesting import pruned
from sync_protocol.ops import Op, OpBody, kind_rule


class ReadOp(Struct, frozen=True, kw_only=True):
    """An op with its body understood, or the code that says why not.

    `refs` are the entities that it touches as far as they can be told (`order/…`, `fulfillment/…`), also for bodies
    that are not understood: what depends on a parked op must park behind it.
    """

    op: Op
    body: OpBody | None
    problem: str | None = None
    detail: str | None = None
    refs: tuple[str, ...] = ()
    content_hash: str = ""

    @property
    def op_id(self) -> OpId:
        """The op's identity, for ever."""
        return OpId(self.op.id)

    @property
    def by(self) -> StaffId | None:
        """Who acted, when the op says so."""
        return None if self.op.by is None else StaffId(self.op.by)


class Unreadable(Struct, frozen=True, kw_only=True):
    """Bytes in an op's place that are not even an envelope. `id` and `n` are given where they could be made out."""

    id: OpId
    n: int | None
    detail: str


_decode_op = msgspec.json.Decoder(Op)
_decode_any = msgspec.json.Decoder()

TOO_DEEP = "nested too deeply"

_REFERENCES = {
    "order_id": "order",
    "fulfillment_id": "fulfillment",
    "run_id": "run",
    "transfer_id": "transfer",
    "discrepancy_id": "discrepancy",
}


def read_op(raw: bytes, bytes_max: int = OP_BYTES_MAX) -> ReadOp | Unreadable:
    """Read one op from the bytes that stood in the batch; only the server's own news may be larger than a phone's op.

    Never raises on any bytes: what cannot be read is answered as `Unreadable`, what cannot be understood as a
    `ReadOp` without a body.
    """
    if len(raw) > bytes_max:
        return _not_usable(raw, f"larger than {bytes_max} bytes")
    try:
        op = _decode_op.decode(raw)
        body = _decode_any.decode(op.body)
    except RecursionError:
        return _not_usable(raw, TOO_DEEP)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _unreadable(raw, str(error))
    if (trouble := unclean([op.id, op.kind, op.by, op.prev, op.seen, op.deps, body])) is not None:
        return _not_usable(raw, trouble)
    refs, content = references(body), content_hash(op, body)
    rule = kind_rule(op.kind)
    if rule is None or op.v > rule.version:
        return ReadOp(op=op, body=None, problem="unknown_kind", refs=refs, content_hash=content)
    try:
        typed = msgspec.convert(body, rule.body, strict=True)
    except msgspec.ValidationError as error:
        return ReadOp(
            op=op, body=None, problem="invalid", detail=str(error), refs=refs, content_hash=content
        )
    return ReadOp(op=op, body=typed, refs=refs, content_hash=content)


def read_phone_op(raw: bytes) -> ReadOp | Unreadable:
    """Read an op that a phone sent; a name kept for the server's own ops is none."""
    read = read_op(raw)
    named = read.id if isinstance(read, Unreadable) else read.op_id
    return nameless(raw, f"its id begins with {OWN_OPS}") if named.startswith(OWN_OPS) else read


def _not_usable(raw: bytes, detail: str) -> ReadOp | Unreadable:
    """Answer for an op whose envelope can be made out although its content can never be used."""
    try:
        op = _decode_op.decode(pruned(raw))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _unreadable(raw, detail)
    if unclean([op.id, op.kind, op.by, op.deps]) is not None:
        return _unreadable(raw, detail)
    return ReadOp(op=op, body=None, problem="invalid", detail=detail)


def content_hash(op: Op, body: object) -> str:
    """Return what must never differ under one op id: kind, version and body, whatever their place in the chain."""
    return digest_base64(canonical([op.kind, op.v, body]))


def link_hashes(raw: bytes) -> frozenset[str]:
    """Return the values that the next op's `prev` may carry for this op.

    The rule is base64 SHA-256 of the op's JSON exactly as it was sent. The canonical form counts too, so that an op
    which travelled through an exported file, and was written anew there, still links.
    """
    links = {digest_base64(raw)}
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        links.add(digest_base64(canonical(_decode_any.decode(raw))))
    return frozenset(links)


def references(body: object) -> tuple[str, ...]:
    """Return the entities that a body names, by the names of its fields alone."""
    if not isinstance(body, dict):
        return ()
    return tuple(
        f"{noun}/{body[field]}"
        for field, noun in _REFERENCES.items()
        if isinstance(body.get(field), str) and len(body[field]) <= ID_MAX
    )


def unclean(value: object, depth: int = 0) -> str | None:
    """Return why a decoded value cannot be stored or shown exactly everywhere, or None.

    NUL cannot be stored as text by PostgreSQL; an integer beyond 2^53 is rounded by every phone.
    """
    if isinstance(value, str):
        return "text holds a NUL character" if "\x00" in value else None
    if isinstance(value, int):
        return "integer beyond 2^53" if abs(value) > INTEGER_MAX else None
    if isinstance(value, float):
        return None if math.isfinite(value) else "number out of range"
    if depth > NESTING_MAX:
        return TOO_DEEP
    parts: Iterable[object] = ()
    if isinstance(value, dict):
        parts = itertools.chain(value.keys(), value.values())
    elif isinstance(value, list | tuple):
        parts = value
    return next((t for part in parts if (t := unclean(part, depth + 1)) is not None), None)


_ID = re.compile(rb'"id"\s*:\s*"([!#-\[\]-~]{1,%d})"' % ID_MAX)
_N = re.compile(rb'"n"\s*:\s*([1-9]\d{0,15})\s*[,}]')


def _unreadable(raw: bytes, detail: str) -> Unreadable:
    """Name unreadable bytes by the id on their surface, so that the phone gets its answer; else by their own hash."""
    named = _ID.search(pruned(raw, 1))
    nobody = nameless(raw, detail)
    return nobody if named is None else replace(nobody, id=OpId(named[1].decode("ascii")))


def nameless(raw: bytes, detail: str) -> Unreadable:
    """Return bytes as unreadable under the name of their own hash, in the place that their `n` gives."""
    numbered = _N.search(pruned(raw, 1))
    n = None if numbered is None else int(numbered[1])
    return Unreadable(
        id=OpId("unreadable-" + _hash_name(raw)),
        n=n if n is not None and n <= INTEGER_MAX else None,
        detail=detail[:TEXT_MAX],
    )


def _hash_name(raw: bytes) -> str:
    return (
        base64.urlsafe_b64encode(base64.b64decode(digest_base64(raw))).decode("ascii").rstrip("=")
    )
