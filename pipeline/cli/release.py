"""The command that releases a session to the public."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import Exit


@click.command()
@click.argument("session")
@workspace_option
@click.option("--by", "actor", help="Who releases it.")
@click.option("--reason", default="released", show_default=True, help="Why.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@json_option
@click.pass_context
def release(
    ctx: click.Context, session: str, workspace: Path, actor: str | None, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Publish the public rendition of SESSION, once its review is finished and signed off."""
    from pipeline.workflow.publish import ReleaseRequest
    from pipeline.workflow.release import preview_release
    from pipeline.workflow.release import release as release_session

    opened = open_workspace(workspace)
    if dry_run:
        preview = preview_release(session, workspace=opened, now=now())
        emit(preview, as_json)
        ctx.exit(int(Exit.POLICY if preview.blocking_reason else Exit.DONE))
    if not actor:
        raise click.UsageError("give --by, or --dry-run")
    request = ReleaseRequest(actor=actor, reason=reason)
    result = release_session(session, workspace=opened, release_request=request, now=now())
    emit(result if as_json else f"released: {', '.join(result.renditions)}", as_json)
