"""The command line: commands of at most fifteen lines, and the only place that prints or exits."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType

import click

from pipeline import __version__
from pipeline.cli.common import Group

_COMMANDS = {
    "consent": "consent:consent",
    "detect": "detect:detect",
    "doctor": "upkeep:doctor",
    "export": "export:export",
    "init": "upkeep:init",
    "models": "models:models",
    "prove": "redact:prove",
    "redact": "redact:redact",
    "release": "release:release",
    "report": "night:report",
    "review": "review:review",
    "run": "night:run",
    "status": "night:status",
    "tag": "tag:tag",
    "terms": "terms:terms",
    "verify": "upkeep:verify",
}


class _Lazy(Group):
    """Loads a command's module only when the command is named, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"pipeline.cli.{module}"), name)
        return command


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is left of an error that nobody foresaw: its kind; its words might hold a secret."""
    if os.environ.get("OFFRECORD_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
    else:
        say = f"offrecord: unexpected error ({kind.__name__}); set OFFRECORD_TRACEBACK=1 and try again to see where"
        click.echo(say, err=True)


sys.excepthook = _one_line


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="offrecord")
def main() -> None:
    """Recorded office hours in; redacted media and feature requests out, as far as each participant's consent goes."""
