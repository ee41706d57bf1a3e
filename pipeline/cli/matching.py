"""The command by which staff match a participant to a party."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import UsageProblem
from pipeline.workflow.consent_actions import settle_match
from pipeline.workflow.consent_views import suggest_matches


@click.command()
@click.argument("session")
@click.argument("participant", default="")
@click.option("--party", help="The id of the party they are.")
@click.option("--undo", is_flag=True, help="Take back an earlier match.")
@click.option("--by", "actor", default="", help="Who decides it.")
@click.option("--reason", default="", help="How you know, in a few words.")
@click.option("--names", is_flag=True, help="Show names instead of ids.")
@workspace_option
@json_option
def match(
    session: str,
    participant: str,
    party: str | None,
    undo: bool,
    actor: str,
    reason: str,
    names: bool,
    workspace: Path,
    as_json: bool,
) -> None:
    """List the likely parties of SESSION's participants, or match one PARTICIPANT to a party."""
    opened = open_workspace(workspace)
    if not participant:
        emit(suggest_matches(session, workspace=opened, names=names), as_json)
        return
    if undo == bool(party):
        raise UsageProblem("say who they are", action="give either --party or --undo")
    emit(settle_match(session, participant, party, actor=actor, reason=reason, workspace=opened, now=now()), as_json)
