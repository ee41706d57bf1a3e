"""Prints ``docs/commands.md`` from the help of the commands: ``python -m tests.command_table > docs/commands.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from pipeline.cli import main

_HEAD = """# Commands

Made from the help of the commands by `python -m tests.command_table`. `-h` after any command lists its options.
Every command that reads takes `--json`. `--workspace`, `-w` or the variable `OFFRECORD_WORKSPACE` names the workspace.
[Exit codes](../README.md#exit-codes) are in the README.
"""
_LONGEST_SHOWN = 30
_TABLE = "\n| command | does |\n|---|---|\n"


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, with its full name, as ``consent code find``."""
    yield from _below("", main)


def page() -> str:
    """The page: the commands without a group, then each group with its own."""
    names = {name: command for name, command in commands() if " " not in name}
    text = _HEAD + _TABLE + "".join(_row(name, command) for name, command in names.items())
    for name, group in _members(main):
        if isinstance(group, click.Group):
            rows = "".join(_row(full, command) for full, command in _below(f"{name} ", group))
            text += f"\n## `offrecord {name}`\n\n{_first_sentence(group)}\n{_TABLE}{rows}"
    return text


def _members(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in sorted(group.list_commands(context)):
        command = group.get_command(context, name)
        assert command is not None
        yield name, command


def _below(prefix: str, group: click.Group) -> Iterator[tuple[str, click.Command]]:
    for name, command in _members(group):
        if isinstance(command, click.Group):
            yield from _below(f"{prefix}{name} ", command)
        else:
            yield f"{prefix}{name}", command


def _row(name: str, command: click.Command) -> str:
    context = click.Context(command)
    arguments = [_shown(each, context) for each in command.params if isinstance(each, click.Argument)]
    words = " ".join([name, *arguments]).replace("|", "\\|")
    return f"| `offrecord {words}` | {_first_sentence(command)} |\n"


def _shown(argument: click.Argument, context: click.Context) -> str:
    """An argument as usage has it, but by its name where it may be one of many words."""
    shown = argument.make_metavar(context)
    return shown if len(shown) <= _LONGEST_SHOWN else argument.human_readable_name.upper()


def _first_sentence(command: click.Command) -> str:
    """The first paragraph of its help, which says what it does."""
    assert command.help
    return " ".join(command.help.partition("\n\n")[0].split())


if __name__ == "__main__":
    sys.stdout.write(page())
