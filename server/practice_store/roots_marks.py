"""Tags and metafields over the API."""

from __future__ import annotations

from collections.abc import Sequence

from server.practice_store.asked import Asked, Input, InvalidIdError, Payload
from server.practice_store.commands_marks import ChangeTags, SetMetafields, WantedMetafield

TAGGED = ("gid://shopify/Order/", "gid://shopify/Customer/", "gid://shopify/Product/")


class MarkMutations(Asked):
    """What apps note on things."""

    def tags_add(self, *, id: str, tags: Sequence[str]) -> Payload:  # noqa: A002 - the schema's name
        """Add tags to what is there."""
        return self._payload("node", ChangeTags(subject=_tagged(id), add=tuple(tags)))

    def tags_remove(self, *, id: str, tags: Sequence[str]) -> Payload:  # noqa: A002 - the schema's name
        """Take tags off."""
        return self._payload("node", ChangeTags(subject=_tagged(id), remove=tuple(tags)))

    def metafields_set(self, *, metafields: Sequence[Input]) -> Payload:
        """Set metafields, all or none."""
        wanted = tuple(
            WantedMetafield(
                owner=one["ownerId"],
                key=one["key"],
                value=one["value"],
                namespace=one.get("namespace"),
                type=one.get("type"),
                compared="compareDigest" in one,
                digest=one.get("compareDigest"),
            )
            for one in metafields
        )
        payload = self._payload("metafields", SetMetafields(wanted=wanted))
        made = payload["metafields"]
        return {
            "metafields": list(made) if isinstance(made, tuple) else [],
            "user_errors": payload["user_errors"],
        }


def _tagged(gid: str) -> str:
    if not gid.startswith(TAGGED):
        raise InvalidIdError
    return gid
