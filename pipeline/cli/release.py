"""The command that lets a session out to the public."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.errors import Exit
from pipeline.store import Workspace


@click.command()
@click.argument("session")
@workspace_option
@click.option("--by", "actor", help="Who releases it.")
@click.option("--reason", default="released", show_default=True, help="Why.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@json_option
@click.pass_context
def release(
    ctx: click.Context, session: str, workspace: Path, actor: str | None, reason: str, dry_run: bool, as_json: bool
) -> None:
    """Release SESSION to the public, once its review is finished and signed off."""
    from pipeline.workflow import release
    from pipeline.workflow.publish import Wish

    opened = Workspace.open(workspace)
    if dry_run:
        found = release.outlook(session, workspace=opened, now=now())
        emit(found, as_json)
        ctx.exit(int(Exit.POLICY if found.stops else Exit.DONE))
    if not actor:
        raise click.UsageError("give --by, or --dry-run")
    result = release.release(session, workspace=opened, wish=Wish(actor=actor, reason=reason), now=now())
    emit(result if as_json else f"released: {', '.join(result.renditions)}", as_json)
