"""Commands that make and check a workspace: init, doctor, verify."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from pipeline.cli.common import emit, json_option, open_workspace, workspace_option
from pipeline.cli.output_file import OutputFolder
from pipeline.cli.workspace_places import is_in_a_workspace
from pipeline.errors import Exit, UsageProblem

_MODEL = "whisper-base"
_SETTINGS = f"""
[speech]
engine = "whisper"
model = "{_MODEL}"
"""


@click.command()
@click.argument("workspace", type=OutputFolder())
def init(workspace: Path) -> None:
    """Make a workspace in the new or empty folder WORKSPACE."""
    from pipeline import models
    from pipeline.store import Workspace
    from pipeline.store.terms import FILE_NAME

    if is_in_a_workspace(workspace):
        raise UsageProblem("that place is in a workspace", action="name a new folder outside it")
    root = Workspace.create(workspace, _SETTINGS).root
    place = quote(str(workspace))
    click.echo(f"made the workspace {root}; next:")
    if models.state(models.find(_MODEL)).state != "present":
        click.echo(f"  offrecord models pull {_MODEL}")
    click.echo(f"  list confidential terms in {quote(str(workspace / FILE_NAME))}")
    click.echo(f"  offrecord consent import ANSWERS --form FORM --workspace {place}")
    click.echo(f"  offrecord run INBOX --workspace {place}")


@click.command()
@click.option(
    "--workspace",
    "-w",
    type=click.Path(path_type=Path),
    envvar="OFFRECORD_WORKSPACE",
    help="Also check this workspace.",
)
@json_option
@click.pass_context
def doctor(ctx: click.Context, workspace: Path | None, as_json: bool) -> None:
    """Check what a run needs, and say how to get what is missing."""
    from pipeline.reports.doctor import examine

    findings = examine(open_workspace(workspace) if workspace else None)
    emit(findings, as_json)
    ctx.exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.CONFIGURATION)


@click.command()
@workspace_option
@click.option(
    "--megabytes", type=click.IntRange(min=1), help="Read only so much of the originals, on from the last time."
)
@json_option
@click.pass_context
def verify(ctx: click.Context, workspace: Path, megabytes: int | None, as_json: bool) -> None:
    """Check originals, renditions and chains against their hashes, and report orphans."""
    from pipeline.reports.verify import verify_workspace

    findings = verify_workspace(open_workspace(workspace), megabytes=megabytes)
    emit(findings, as_json)
    ctx.exit(Exit.DONE if all(finding.ok for finding in findings) else Exit.DAMAGED)
