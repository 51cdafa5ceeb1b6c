"""The command `rawana` and all that it can do."""

import logging
import os

import click

from server.command.backing_up import backup, missing, restore_command
from server.command.checking import export, verify
from server.command.demo import demo
from server.command.history import history
from server.command.practice import practice_store
from server.command.serving import migrate, serve, work
from server.command.setting_up import branch, enrol, shop, staff
from server.command.stock import stock
from server.points import arm_from


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def rawana() -> None:
    """Offline-first order fulfillment and branch stock for Shopify retailers."""
    arm_from(os.environ)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # The address of a request can name a customer's order; its outcome is told by whoever made it.
    logging.getLogger("httpx").setLevel(logging.WARNING)


for _command in (
    serve,
    work,
    migrate,
    demo,
    practice_store,
    shop,
    branch,
    staff,
    enrol,
    stock,
    history,
    backup,
    restore_command,
    missing,
    verify,
    export,
):
    rawana.add_command(_command)


def main() -> None:
    """Run the command line."""
    rawana()
