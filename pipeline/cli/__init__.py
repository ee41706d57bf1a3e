"""The command line: commands of at most fifteen lines, and the only place that prints or exits."""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from types import TracebackType
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.common import INTERRUPTED, Group

_COMMANDS = {
    "backup": ("backup", "Write an encrypted backup of a workspace."),
    "backup-key": ("backup", "Make the key file that opens backups."),
    "config": ("config", "Show the settings, and where each comes from."),
    "consent": ("consent", "Manage consent: answers, decisions, withdrawals."),
    "db": ("database", "Copy the database to PostgreSQL or back, and upgrade it there."),
    "detect": ("detect", "Find names, terms and identifiers in JSON Lines."),
    "doctor": ("admin", "Check what a run needs, and say how to get what is missing."),
    "export": ("export", "Export requests and vCons."),
    "fetch": ("fetch", "Fetch recordings of Zoom, Teams or Meet into the inbox."),
    "init": ("admin", "Make a workspace."),
    "keys": ("keys", "Encrypt originals, and look after the keys that open them."),
    "models": ("models", "List, pull and verify models."),
    "prove": ("redact", "Prove a rendition or a redacted file again."),
    "redact": ("redact", "Redact spans of sound in one media file."),
    "release": ("release", "Publish a reviewed session."),
    "report": ("nightly", "Make the morning report again."),
    "requests": ("requests", "Review feature requests: list, decide, merge, split, rename."),
    "restore": ("backup", "Restore a workspace from its backup."),
    "retention": ("retention", "Show what retention removes, and place legal holds."),
    "review": ("review", "Review proposals: show, decide, sign off."),
    "run": ("nightly", "Run the nightly batch: move every session as far as it may go."),
    "serve": ("serve", "Serve the review app, or the consent form alone."),
    "session": ("drafts", "Draft the session.toml of a folder."),
    "status": ("nightly", "Show each session's status and its one next action."),
    "storage": ("storage", "Move originals into object storage, or back."),
    "tag": ("tag", "Tag JSON Lines as requests, discoveries, problems and so on."),
    "terms": ("terms", "List confidential terms, and check renditions against them."),
    "verify": ("admin", "Check originals, renditions and chains against their hashes."),
}
"""Each command with its module and its line of help, so that the help of all loads none."""


class _Lazy(Group):
    """Loads a command's module only when the command is named, so that each starts quickly."""

    def main(self, *args: Any, **options: Any) -> Any:
        """Runs a command; a terminal of another encoding gets what it cannot show as an escape, not an error."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*args, **options)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, sorted."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"pipeline.cli.{module}"), cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes a line for each command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _one_line(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Prints only the kind of an unforeseen error, because its words might hold a secret."""
    if os.environ.get("OFFRECORD_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
    elif issubclass(kind, KeyboardInterrupt):
        click.echo(INTERRUPTED, err=True)
    else:
        line = f"offrecord: unexpected error ({kind.__name__}); set OFFRECORD_TRACEBACK=1 and run again to see where"
        click.echo(line, err=True)


sys.excepthook = _one_line


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="offrecord")
def main() -> None:
    """Redact recorded office hours as far as each participant's consent allows, and export feature requests."""
