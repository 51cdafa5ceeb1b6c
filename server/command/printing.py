"""What the commands say: a line for a person, or one JSON line for a program."""

import enum

import click
import msgspec


class Exit(enum.IntEnum):
    """Exit codes that mean something; click itself uses 2 for wrong usage."""

    OK = 0
    FOUND_WRONG = 1
    USAGE = 2
    NOT_AVAILABLE = 3
    NOT_POSSIBLE = 4


class Stopped(click.ClickException):
    """An end that the user should understand from one sentence."""

    def __init__(self, sentence: str, code: Exit) -> None:
        super().__init__(sentence)
        self.exit_code = code  # type: ignore[misc]  # click means it to be set; its stub does not


def say(value: object, sentence: str, *, as_json: bool) -> None:
    """Print `value` as one JSON line, or the sentence."""
    click.echo(msgspec.json.encode(value).decode() if as_json else sentence)


json_option = click.option("--json", "as_json", is_flag=True, help="One line of JSON instead.")
"""On every command."""
