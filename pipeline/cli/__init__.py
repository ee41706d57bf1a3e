"""The command line: commands of at most fifteen lines, and the only place that prints or exits."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import TracebackType

import click

from pipeline import __version__
from pipeline.cli.common import INTERRUPTED, Group

_COMMANDS = {
    "consent": ("consent", "What participants allow: answers, decisions, withdrawals."),
    "detect": ("detect", "Find names, terms and identifiers in JSON Lines."),
    "doctor": ("admin", "Say what is missing and how to get it."),
    "export": ("export", "Exports for product managers."),
    "init": ("admin", "Make a workspace."),
    "models": ("models", "The models on this machine."),
    "prove": ("redact", "Prove a rendition or a redacted file again."),
    "redact": ("redact", "Take spans of sound out of one media file."),
    "release": ("release", "Let a reviewed session out to the public."),
    "report": ("nightly", "Make the morning report again."),
    "requests": ("requests", "Feature requests: look, decide, merge, split, rename."),
    "review": ("review", "Look at what was proposed, decide, sign off."),
    "run": ("nightly", "The nightly batch: move every session as far as it may go."),
    "status": ("nightly", "Say what stands where, and the one next action for each."),
    "tag": ("tag", "Tag JSON Lines as requests, discoveries, problems and so on."),
    "terms": ("terms", "The lists of confidential terms, and what they forbid."),
    "verify": ("admin", "Re-hash what is kept and what is out, walk the chains."),
}
"""Each command with its module and its line of help, so that the help of all loads none."""


class _Lazy(Group):
    """Loads a command's module only when the command is named, so that each starts quickly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"pipeline.cli.{module}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What is left of an error that nobody foresaw: its kind; its words might hold a secret."""
    if os.environ.get("OFFRECORD_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
    elif issubclass(kind, KeyboardInterrupt):
        click.echo(INTERRUPTED, err=True)
    else:
        say = f"offrecord: unexpected error ({kind.__name__}); set OFFRECORD_TRACEBACK=1 and try again to see where"
        click.echo(say, err=True)


sys.excepthook = _one_line


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="offrecord")
def main() -> None:
    """Recorded office hours in; redacted media and feature requests out, as far as each participant's consent goes."""
