"""What apps write beside the store's own fields, as data: tags and metafields; and their subscriptions changed."""

from __future__ import annotations

import msgspec

from server.practice_store.commands import Command


class ChangeTags(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Add tags to something, or take them off (by gid)."""

    subject: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


class WantedMetafield(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One value to set. Compared, it must still have `digest` (None: must not be there)."""

    owner: str
    key: str
    value: str
    namespace: str | None = None
    type: str | None = None
    compared: bool = False
    digest: str | None = None


class SetMetafields(Command, frozen=True, kw_only=True):
    """Set metafields, all or none."""

    wanted: tuple[WantedMetafield, ...]


class ChangeSubscription(Command, frozen=True, kw_only=True, omit_defaults=True):
    """Change a subscription made over the API. What is None stays."""

    subscription: int
    uri: str | None = None
    name: str | None = None
    filter: str | None = None
    format: str | None = None
    include_fields: tuple[str, ...] | None = None
    metafield_namespaces: tuple[str, ...] | None = None
    metafields: tuple[tuple[str, str], ...] | None = None


class Unsubscribe(Command, frozen=True, kw_only=True):
    """An app no longer wants to be told."""

    subscription: int
