"""What all commands share: the workspace option, output for people or machines, and errors turned into exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from pipeline.errors import Exit, OffrecordError
from pipeline.store.stages import plain


def now() -> datetime:
    """The time that a command goes by, aware UTC."""
    return datetime.now(UTC)


_WIDE = 200

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


def emit(value: object, as_json: bool) -> None:
    """Prints a value: as JSON for machines, else lines, mappings as a table of two columns, rows as a table."""
    if as_json:
        click.echo(json.dumps(plain(value), ensure_ascii=False, sort_keys=True))
        return
    shown = plain(value)
    if isinstance(shown, list) and shown and all(isinstance(row, dict) for row in shown):
        _print_rows(shown)
    elif isinstance(shown, dict):
        _print_rows([{"": key, " ": item} for key, item in shown.items()])
    else:
        click.echo("\n".join(map(str, shown)) if isinstance(shown, list) else str(shown))


def console() -> Console:
    """Where people read: as wide as the terminal, and wide enough for a line where there is none."""
    shown = Console()
    return shown if shown.is_terminal else Console(width=_WIDE)


def _print_rows(rows: Iterable[Mapping[str, object]]) -> None:
    rows = list(rows)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in rows[0]:
        table.add_column(name.strip().replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row.values()))
    console().print(table, markup=False)


def _cell(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return f"{value:.2f}" if isinstance(value, float) else "" if value is None else str(value)


class Group(click.Group):
    """A group whose commands end with the exit code of the error they meet, and one line about it on standard error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; every ``OffrecordError`` becomes its exit code."""
        try:
            return super().invoke(ctx)
        except OffrecordError as error:
            click.echo(f"offrecord: {error}", err=True)
            ctx.exit(int(error.code))
        except KeyboardInterrupt:
            click.echo("offrecord: interrupted; run again to go on", err=True)
            ctx.exit(int(Exit.INTERRUPTED))
