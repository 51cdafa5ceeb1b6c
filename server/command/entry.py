"""The command `rawana` and all that it can do."""

import importlib
import logging
import os

import click

from server.points import arm_from

COMMANDS = {
    "serve": "serving:serve",
    "work": "serving:work",
    "migrate": "serving:migrate",
    "demo": "demo:demo",
    "practice-store": "practice:practice_store",
    "shop": "shop_groups:shop",
    "keys": "connecting:keys",
    "branch": "shop_groups:branch",
    "staff": "setting_up:staff",
    "enrol": "setting_up:enrol",
    "stock": "stock:stock",
    "history": "history:history",
    "backup": "backing_up:backup",
    "restore": "backing_up:restore_command",
    "missing": "backing_up:missing",
    "verify": "checking:verify",
    "export": "checking:export",
}
"""Where each command is. Only the one that is asked for is loaded: a server that serves has no use for the demo's store."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: object = getattr(importlib.import_module(f"server.command.{module}"), name)
        assert isinstance(found, click.Command)
        return found


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def rawana() -> None:
    """Offline-first order fulfillment and branch stock for Shopify retailers."""
    arm_from(os.environ)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The address of a request can name a customer's order; its outcome is told by whoever made it.
    logging.getLogger("httpx").setLevel(logging.WARNING)


def main() -> None:
    """Run the command line."""
    rawana()
