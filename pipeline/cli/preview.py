"""Commands for previews before a public release: the link, a participant's objection, and a decision about it."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import decider_option, emit, json_option, now, open_workspace, workspace_option


@click.command()
@click.argument("session")
@click.argument("participant")
@click.option("--by", "actor", required=True, help="Who sends it.")
@workspace_option
@json_option
def preview(session: str, participant: str, actor: str, workspace: Path, as_json: bool) -> None:
    """Make a link that shows PARTICIPANT what would be public of them in SESSION, and lets them object."""
    from pipeline.workflow.previews import make_preview

    opened = open_workspace(workspace)
    url = opened.settings.web.public_url or "http://127.0.0.1:8484"
    emit(make_preview(session, participant, url=url, actor=actor, workspace=opened, now=now()), as_json)


@click.command("object")
@click.argument("session")
@click.argument("participant")
@decider_option
@click.option("--reason", required=True, help="What they object to, and how it reached you.")
@workspace_option
def object_(session: str, participant: str, actor: str, reason: str, workspace: Path) -> None:
    """File that PARTICIPANT objects to the public release of SESSION; a public rendition is withdrawn at once."""
    from pipeline.workflow.previews import object_to_release

    opened, filed = open_workspace(workspace), {"actor": actor, "reason": reason}
    was_public = object_to_release(session, participant, **filed, workspace=opened, now=now())
    withdrawn = "; the public rendition is withdrawn" if was_public else ""
    click.echo(f"filed{withdrawn}; `offrecord consent settle-objection` decides about it")


@click.command()
@click.argument("session")
@click.argument("participant")
@decider_option
@click.option("--reason", required=True, help="What was decided, and why.")
@workspace_option
def settle_objection(session: str, participant: str, actor: str, reason: str, workspace: Path) -> None:
    """Decide that the objection of PARTICIPANT no longer holds the public release of SESSION."""
    from pipeline.workflow.previews import settle_objection as settle

    opened, filed = open_workspace(workspace), {"actor": actor, "reason": reason}
    settle(session, participant, **filed, workspace=opened, now=now())
    click.echo(f"stored; `offrecord release {session} --dry-run` says what else blocks it")
