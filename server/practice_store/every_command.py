"""All commands: what a journal may hold, and the rule that carries each out."""

from __future__ import annotations

from collections.abc import Mapping

from server.practice_store.commands import Command, SeedCatalogue
from server.practice_store.order_rules import ORDER_RULES, OrderCommand, Rule
from server.practice_store.platform_rules import PLATFORM_RULES, PlatformCommand

# The store itself seeds its catalogue: that asks for more than the state.
AnyCommand = OrderCommand | SeedCatalogue | PlatformCommand

RULES: Mapping[type[Command], Rule] = {**ORDER_RULES, **PLATFORM_RULES}
