"""The groups `shop` and `branch` with all their commands, which several modules add."""

from server.command import choosing, connecting, reading_store
from server.command.setting_up import branch, shop

ADDED_BY = (choosing, connecting, reading_store)

__all__ = ["branch", "shop"]
