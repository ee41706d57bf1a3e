"""Progress: on a terminal a bar for each stage of a run, elsewhere lines, and a bar for bytes that are fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import TaskID


@contextmanager
def shown_progress(*, quiet: bool, lines: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Yields a function to call for each finished task; draws bars on a terminal.

    Elsewhere, with ``lines``, it writes a line on standard error for each, so that a log shows that the run lives.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bars:
        drawn: dict[str, TaskID] = {}

        def progress(stage: str, count: int, total: int) -> None:
            if total and stage not in drawn:
                drawn[stage] = bars.add_task(stage, total=total)
            if stage in drawn:
                bars.update(drawn[stage], completed=count)
            if lines and count and not (quiet or console.is_terminal):
                click.echo(f"{stage:8}  {count} of {total}", err=True)

        yield progress


@contextmanager
def shown_bytes(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yields a function that is told of bytes here and in all; draws a bar on a terminal and nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    console = Console(stderr=True)
    columns = (TextColumn(what), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda count, total: bars.update(task, completed=count, total=total)
