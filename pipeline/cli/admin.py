"""Commands that make and check a workspace: init, doctor, verify."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from pipeline.cli.common import emit, json_option, workspace_option
from pipeline.errors import Exit
from pipeline.store import Workspace, terms


@click.command()
@click.argument("workspace", type=click.Path(path_type=Path, file_okay=False))
def init(workspace: Path) -> None:
    """Make a workspace in the new or empty folder WORKSPACE."""
    made = Workspace.create(workspace)
    place = quote(str(workspace))
    click.echo(f"made {made.root}; next:")
    click.echo(f"  list what must never leave in {quote(str(workspace / terms.FILE_NAME))}")
    click.echo(f"  offrecord consent import ANSWERS --form FORM --workspace {place}")
    click.echo(f"  offrecord run INBOX --workspace {place}")


@click.command()
@click.option("--workspace", "-w", type=click.Path(path_type=Path), envvar="OFFRECORD_WORKSPACE", help="Check it too.")
@json_option
@click.pass_context
def doctor(ctx: click.Context, workspace: Path | None, as_json: bool) -> None:
    """Say what is missing and how to get it."""
    from pipeline.reports.doctor import examine

    findings = examine(Workspace.open(workspace) if workspace else None)
    emit(findings, as_json)
    ctx.exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.CONFIGURATION)


@click.command()
@workspace_option
@json_option
@click.pass_context
def verify(ctx: click.Context, workspace: Path, as_json: bool) -> None:
    """Re-hash the vault and what is out, walk the chains, report orphans."""
    from pipeline.reports.verify import inspect

    findings = inspect(Workspace.open(workspace))
    emit(findings, as_json)
    ctx.exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.DAMAGED)
