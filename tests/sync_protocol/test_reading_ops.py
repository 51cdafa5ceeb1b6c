"""One op is read by itself; nothing that a device can send raises."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_protocol.bodies.asking import Confirm
from sync_protocol.limits import NESTING_MAX, OP_BYTES_MAX
from sync_protocol.nesting import cut_ops, pruned
from sync_protocol.phones import read_phone
from sync_protocol.reading import ReadOp, Unreadable, link_hashes, read_op

GOOD = {"id": "op-1", "n": 1, "kind": "confirm", "by": "amna", "at": 5, "body": {"order_id": "9"}}


def encoded(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_a_good_op_is_understood():
    read = read_op(encoded())
    assert isinstance(read, ReadOp)
    assert read.body == Confirm(order_id="9")
    assert read.refs == ("order/9",)


def test_fields_of_tomorrow_are_ignored():
    read = read_op(encoded(mood="good", body={"order_id": "9", "emoji": "👍"}))
    assert isinstance(read, ReadOp)
    assert read.body == Confirm(order_id="9")


@pytest.mark.parametrize("changes", [{"kind": "teleport"}, {"v": 2}])
def test_a_kind_or_version_of_tomorrow_parks_and_keeps_what_it_refers_to(changes):
    read = read_op(encoded(**changes))
    assert isinstance(read, ReadOp)
    assert (read.body, read.problem, read.refs) == (None, "unknown_kind", ("order/9",))


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (encoded(body={"order_id": "9", "note": "a\x00b"}), "NUL"),
        (encoded(body={"order_id": "9", "k": 2**53}), "2^53"),
        (encoded(body={"order_id": "9", "k": 10**40}), "2^53"),
        (encoded(body={"order_id": "9", "note": "x" * OP_BYTES_MAX}), "larger"),
        (encoded(body={"order_id": 9}), "order_id"),
        (encoded(body={}), "order_id"),
        (encoded(body=[]), "object"),
        (
            encoded().replace(b'"9"', b'"9","z":' + b"[" * 10_000 + b"]" * 10_000),
            "larger",
        ),
        (encoded().replace(b'"9"', b'"9","z":' + b"[" * 2_000 + b"]" * 2_000), "deeply"),
        (
            encoded().replace(
                b'"9"', b'"9","z":' + b"[" * (NESTING_MAX + 1) + b"]" * (NESTING_MAX + 1)
            ),
            "deeply",
        ),
    ],
)
def test_content_that_cannot_be_kept_exactly_is_named(raw, detail):
    read = read_op(raw)
    assert isinstance(read, ReadOp)
    assert (read.op.id, read.op.n, read.body, read.problem) == ("op-1", 1, None, "invalid")
    assert detail in (read.detail or "")


@pytest.mark.parametrize(
    ("raw", "op_id", "n"),
    [
        (encoded(n="one"), "op-1", None),
        (encoded(n=10**30), "op-1", None),
        (encoded(kind=7), "op-1", 1),
        (encoded(at="yesterday"), "op-1", 1),
        (encoded(id="x" * 65), None, 1),
        (encoded(id=5), None, 1),
        (b"5", None, None),
        (b"[[", None, None),
        (b'"\\ud800"', None, None),
        (b"\xff\xfe", None, None),
        (b"", None, None),
    ],
)
def test_what_is_no_envelope_is_named_by_its_id_or_its_hash(raw, op_id, n):
    read = read_op(raw)
    assert isinstance(read, Unreadable)
    assert (read.id if op_id else read.id.startswith("unreadable-")) == (op_id or True)
    assert read.n == n
    assert read == read_op(raw)


def test_one_poison_op_leaves_its_neighbours_readable():
    deep = encoded(id="op-2").replace(b'"9"', b'"9","z":' + b"[" * 10_000 + b"]" * 10_000)
    body = b'{"ops":[' + b",".join([encoded(), deep, encoded(id="op-3")]) + b'],"unsent":3}'
    assert cut_ops(body) == (b'{"ops":[],"unsent":3}', (encoded(), deep, encoded(id="op-3")))


def test_ops_are_cut_apart_wherever_they_stand():
    half = encoded(id="op-2").replace(b'"9"', b'"\\ud800"')
    body = b'{"pull":{"cursors":{"ops":1}},"n":"[{", "ops" : [' + encoded() + b" , " + half + b"] }"
    assert cut_ops(body) == (
        b'{"pull":{"cursors":{"ops":1}},"n":"[{", "ops" : [] }',
        (encoded(), half),
    )
    read = read_op(half)
    assert isinstance(read, Unreadable)
    assert (read.id, read.n) == ("op-2", 1)
    assert cut_ops(b'{"ops":[{"id":1}') is None
    assert cut_ops(b'{"other":[]}') is None


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise(raw):
    read_op(raw)
    link_hashes(raw)
    pruned(raw)
    cut_ops(raw)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.fixed_dictionaries(dict.fromkeys(GOOD, json_values)))
def test_no_values_in_an_ops_fields_raise(value):
    read_op(json.dumps(value).encode())


def test_an_op_written_anew_still_links():
    raw = encoded()
    respaced = json.dumps(json.loads(raw), indent=2).encode()
    assert link_hashes(raw) & link_hashes(respaced)


@pytest.mark.parametrize(
    ("raw", "digits"),
    [
        ("0300-1234567", "923001234567"),
        ("+92 (0)300 1234567", "923001234567"),
        ("۰۳۰۰۱۲۳۴۵۶۷", "923001234567"),
        ("0300123456", None),
        ("", None),
        ("call me", None),
        ("+971501234567", "971501234567"),
    ],
)
def test_a_phone_is_read_as_it_is_dialled(raw, digits):
    assert read_phone(raw).digits == digits
