"""Writes the TypeScript side of the shapes, tables and limits; `make generate` stores what this prints.

JSON Schema would lose the ids' names and the order of enums, so the structs are read directly.
"""

import enum
import json
import sys
import types
import typing
from collections.abc import Iterator
from types import ModuleType

import msgspec

from sync_protocol import (
    client_session,
    codes,
    exchanges,
    fleet,
    fulfillments,
    ids,
    ledger,
    limits,
    ops,
    orders,
    outcomes,
    permissions,
    rows,
    runs,
    shop,
    stock,
    transfers,
    version,
)
from sync_protocol.bodies import (
    asking,
    desk,
    keeping,
    parts,
    recording,
    returning,
    riding,
    shipping,
    store_news,
)
from sync_protocol.messages import hello, offer, pull, push

MODULES = (
    codes,
    shop,
    fulfillments,
    exchanges,
    fleet,
    orders,
    stock,
    runs,
    transfers,
    ledger,
    outcomes,
    parts,
    asking,
    shipping,
    returning,
    recording,
    keeping,
    riding,
    desk,
    store_news,
    ops,
    rows,
    hello,
    pull,
    push,
    offer,
    client_session,
)

SERVER_ONLY = frozenset({"KindRule", "ReadOp", "Unreadable", "Posting", "RowChange", "Effect"})
"""Shapes that never travel to a phone."""

_SCALARS = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    msgspec.Raw: "unknown",
}


def render() -> str:
    """Return the whole generated module."""
    found: dict[str, type] = {}
    for module in MODULES:
        found |= {cls.__name__: cls for cls in _own_classes(module)}
    parts = ["// Written by `make generate` from sync_protocol. Do not edit.\n"]
    parts += [
        _brand(name, new) for name, new in vars(ids).items() if isinstance(new, typing.NewType)
    ]
    parts += [_enum(cls) for cls in found.values() if issubclass(cls, enum.StrEnum)]
    parts += [_struct(cls) for cls in found.values() if issubclass(cls, msgspec.Struct)]
    parts += _tables()
    return "\n".join(parts)


def _own_classes(module: ModuleType) -> Iterator[type]:
    for name, cls in vars(module).items():
        mine = (
            isinstance(cls, type) and cls.__module__ == module.__name__ and not name.startswith("_")
        )
        if mine and name not in SERVER_ONLY and issubclass(cls, enum.StrEnum | msgspec.Struct):
            yield cls


def _brand(name: str, new: typing.NewType) -> str:
    return f'export type {name} = {_type(new.__supertype__)} & {{ readonly __brand: "{name}" }};\n'


def _enum(cls: type[enum.StrEnum]) -> str:
    values = ", ".join(json.dumps(member.value) for member in cls)
    doc = _first_line(cls)
    return f"/** {doc} */\nexport const {cls.__name__} = [{values}] as const;\nexport type {cls.__name__} = (typeof {cls.__name__})[number];\n"


def _struct(cls: type[msgspec.Struct]) -> str:
    """Write an interface and the function that fills what the wire leaves out because it is the default."""
    fields = msgspec.structs.fields(cls)
    rows = [f"  readonly {f.encode_name}: {_type(f.type)};" for f in fields]
    defaults = [f"    {f.encode_name}: {_default_text(f)}," for f in fields if not f.required]
    nested = [line for f in fields if (line := _fill_line(f)) is not None]
    body = "\n".join([*defaults, "    ...(raw as object),", *nested])
    return (
        f"/** {_first_line(cls)} */\nexport interface {cls.__name__} {{\n"
        + "\n".join(rows)
        + "\n}\n"
        f"export function fill{cls.__name__}(raw: unknown): {cls.__name__} {{\n"
        + ("  const r = raw as Record<string, unknown>;\n" if nested else "")
        + f"  return {{\n{body}\n  }} as unknown as {cls.__name__};\n}}\n"
    )


def _default_text(field: msgspec.structs.FieldInfo) -> str:
    factory = field.default_factory
    value = field.default if factory is msgspec.NODEFAULT else factory()
    return (
        bytes(value).decode()
        if isinstance(value, msgspec.Raw)
        else msgspec.json.encode(value).decode()
    )


def _fill_line(field: msgspec.structs.FieldInfo) -> str | None:
    """Return the line that fills a nested struct, or None where the field holds none."""
    name = field.encode_name
    bare = _without_none(field.type)
    absent = "" if field.required else f"r['{name}'] === undefined ? {{}} : "
    if _is_struct(bare):
        nullable = bare is not field.type
        made = f"fill{bare.__name__}(r['{name}'])"
        made = f"r['{name}'] === null ? null : {made}" if nullable else made
        return f"    {name}: {made}," if not absent else f"    ...({absent}{{ {name}: {made} }}),"
    inner = typing.get_args(bare)
    if (
        typing.get_origin(bare) is tuple
        and len(inner) == 2
        and inner[1] is Ellipsis
        and _is_struct(inner[0])
    ):
        made = f"(r['{name}'] as unknown[]).map(fill{inner[0].__name__})"
        return f"    {name}: {made}," if not absent else f"    ...({absent}{{ {name}: {made} }}),"
    return None


def _is_struct(t: object) -> typing.TypeGuard[type[msgspec.Struct]]:
    return isinstance(t, type) and issubclass(t, msgspec.Struct)


def _without_none(t: typing.Any) -> typing.Any:  # noqa: ANN401 (annotations are of any type)
    if typing.get_origin(t) is typing.Annotated:
        t = typing.get_args(t)[0]
    if typing.get_origin(t) in (typing.Union, types.UnionType):
        some = [a for a in typing.get_args(t) if a is not type(None)]
        if len(some) == 1:
            return _without_none(some[0])
    return t


def _type(t: typing.Any) -> str:  # noqa: ANN401
    """Return a Python annotation in TypeScript."""
    origin, args = typing.get_origin(t), typing.get_args(t)
    if origin is typing.Annotated:
        return _type(args[0])
    if isinstance(t, typing.NewType):
        return t.__name__
    if t in _SCALARS:
        return _SCALARS[t]
    if origin is tuple:
        if args[-1] is Ellipsis:
            return f"readonly {_array_item(args[0])}[]"
        return f"readonly [{', '.join(_type(a) for a in args)}]"
    if origin is dict:
        return f"Readonly<Record<{_type(args[0])}, {_type(args[1])}>>"
    if origin in (typing.Union, types.UnionType):
        return " | ".join(_type(a) for a in args)
    if isinstance(t, type):
        return t.__name__
    raise TypeError(t)


def _array_item(t: typing.Any) -> str:  # noqa: ANN401
    text = _type(t)
    return f"({text})" if " " in text else text


def _first_line(cls: type) -> str:
    return (cls.__doc__ or cls.__name__).strip().splitlines()[0]


def _tables() -> list[str]:
    transitions = {
        state.value: {action.value: to.value for action, to in row.items()}
        for state, row in fulfillments.TRANSITIONS.items()
    }
    rights = {
        role.value: {k.value: r.value for k, r in row.items() if r is not permissions.Reach.NONE}
        for role, row in permissions.RIGHTS.items()
    }
    classes = {kind.value: rule.op_class.value for kind, rule in ops.KINDS.items()}
    bounds = {name: value for name, value in vars(limits).items() if name.isupper()}
    outcome_table = {
        code.value: [outcome.value for outcome in row] for code, row in outcomes.OUTCOMES.items()
    }
    bodies = {kind.value: cls.__name__ for kind, cls in rows.ROW_BODIES.items()}
    return [
        _constant("PROTOCOL", version.PROTOCOL, "number"),
        _constant("WIRE_FINGERPRINT", version.WIRE_FINGERPRINT, "string"),
        _constant("LIMITS", bounds, None),
        _constant(
            "TRANSITIONS",
            transitions,
            "Readonly<Record<FulfillmentState, Readonly<Partial<Record<FulfillmentAction, FulfillmentState>>>>>",
        ),
        _constant("GOODS_OUT", sorted(fulfillments.GOODS_OUT), "readonly FulfillmentState[]"),
        _constant("NEVER_LEFT", sorted(fulfillments.NEVER_LEFT), "readonly FulfillmentState[]"),
        _constant("ON_THE_WAY", sorted(fulfillments.ON_THE_WAY), "readonly FulfillmentState[]"),
        _constant("CONFLICTS", sorted(codes.CONFLICTS), "readonly Code[]"),
        _constant("DECIDES_ALONE", sorted(permissions.DECIDES_ALONE), "readonly Role[]"),
        _constant("MAY_SKIP_ASKING", sorted(permissions.MAY_SKIP_ASKING), "readonly Role[]"),
        _constant("TELLS_NO_STORE", sorted(permissions.TELLS_NO_STORE), "readonly Role[]"),
        _constant("BRANCH_MAY_ASK", sorted(permissions.ASKING), "readonly OpKind[]"),
        _constant("BRANCH_MAY_SEND", sorted(permissions.SENDING), "readonly OpKind[]"),
        _constant("OUTCOMES", outcome_table, "Readonly<Partial<Record<Code, readonly Outcome[]>>>"),
        _constant(
            "RIGHTS", rights, "Readonly<Record<Role, Readonly<Partial<Record<OpKind, Reach>>>>>"
        ),
        _constant("OP_CLASS", classes, "Readonly<Record<OpKind, OpClass>>"),
        _enum(permissions.Reach),
        "/** How each row kind's body is filled. */\nexport const FILL_ROW = {\n"
        + "".join(f"  {kind}: fill{name},\n" for kind, name in bodies.items())
        + "} as const;\n",
    ]


def _constant(name: str, value: object, annotation: str | None) -> str:
    text = json.dumps(value, indent=2)
    if annotation is None:
        return f"export const {name} = {text} as const;\n"
    return f"export const {name}: {annotation} = {text};\n"


if __name__ == "__main__":
    sys.stdout.write(render())
