"""The command that hands requests and discoveries to product managers."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import now, workspace_option
from pipeline.store import Workspace


@click.group()
def export() -> None:
    """Exports for product managers."""


@export.command("requests")
@workspace_option
@click.option("--format", "format_", type=click.Choice(["csv", "jsonl"]), default="csv", help="The kind of file.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write there, not to standard output."
)
def requests_(workspace: Path, format_: str, output: Path | None) -> None:
    """Export requests and discoveries, as far as consent goes at this moment."""
    from pipeline.export.files import FORMATS, write
    from pipeline.requests import gather

    content = FORMATS[format_](gather(Workspace.open(workspace), now=now()))
    if output is None:
        click.echo(content, nl=False)
    else:
        write(output, content)
