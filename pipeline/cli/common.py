"""What all commands share: the workspace option, output for people or machines, and errors turned into exit codes."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.errors import ConfigurationError, Exit, OffrecordError

if TYPE_CHECKING:
    from rich.console import Console


def now() -> datetime:
    """The time that a command goes by, aware UTC."""
    return datetime.now(UTC)


_WIDE = 200
NOTHING = "–"
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})

F = TypeVar("F", bound=Callable[..., Any])

workspace_option: Callable[[F], F] = click.option(
    "--workspace",
    "-w",
    "workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="OFFRECORD_WORKSPACE",
    required=True,
    help="The workspace folder (or OFFRECORD_WORKSPACE).",
)
json_option: Callable[[F], F] = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
decider_option: Callable[[F], F] = click.option("--by", "actor", required=True, help="Who decides.")


def emit(value: object, as_json: bool) -> None:
    """Prints a value: as JSON for machines, else lines, mappings as a line for each key, rows as a table."""
    from pipeline.store.codec import plain

    if as_json:
        click.echo(json.dumps(plain(value), ensure_ascii=False, sort_keys=True))
        return
    shown = plain(value)
    if isinstance(shown, list) and shown and all(isinstance(row, dict) for row in shown):
        _print_rows(shown)
    elif isinstance(shown, dict):
        width = max(map(len, shown))
        for key, item in shown.items():
            click.echo(f"{_title(key):{width}}  {_cell(item)}")
    elif isinstance(shown, list):
        click.echo("\n".join(map(str, shown)) if shown else "none")
    else:
        click.echo(str(shown))


def console() -> Console:
    """Where people read: as wide as the terminal, and wide enough for a line where there is none."""
    from rich.console import Console

    shown = Console()
    return shown if shown.is_terminal else Console(width=_WIDE)


def _print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        is_number = any(isinstance(row[name], int | float) and not isinstance(row[name], bool) for row in rows)
        table.add_column(_title(name), overflow="fold", justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row.values()))
    console().print(table)


def _title(key: str) -> str:
    return key.replace("_", " ")


def _cell(value: object) -> str:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_cell, value))
    if isinstance(value, dict):
        return ", ".join(f"{_title(key)} {_cell(item)}" for key, item in value.items())
    return f"{value:.2f}" if isinstance(value, float) else str(value)


class Group(click.Group):
    """A group whose commands end with the exit code of the error they meet, and one line about it on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; every ``OffrecordError`` becomes its exit code, and so does what the system refuses."""
        try:
            return super().invoke(ctx)
        except OffrecordError as error:
            _end(ctx, error)
        except Exception as error:
            known = _of_system(error)
            if known is None:
                raise
            _end(ctx, known)
        except KeyboardInterrupt:
            click.echo(INTERRUPTED, err=True)
            ctx.exit(int(Exit.INTERRUPTED))


INTERRUPTED = "offrecord: interrupted; run again to go on"


def _end(ctx: click.Context, error: OffrecordError) -> None:
    click.echo(f"offrecord: {error}", err=True)
    ctx.exit(int(error.code))


def _of_system(error: Exception) -> OffrecordError | None:
    """What a full disk, a held database or a missing right means for who reads it; None for anything else."""
    from pipeline.store.database import unavailable

    if isinstance(error, OSError) and error.errno in _CLOSED:
        action = "check whose the workspace and the files named are, and what this user may do there"
        return ConfigurationError("this user may not read or write something that the command needs", action=action)
    return unavailable(error)
