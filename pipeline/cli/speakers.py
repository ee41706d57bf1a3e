"""Commands for turns of nobody known: list them, assign them to a participant, take that back."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import decider_option, emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import UsageProblem


@click.command()
@click.argument("session")
@workspace_option
@json_option
def speakers(session: str, workspace: Path, as_json: bool) -> None:
    """List the turns of SESSION in which the recording does not say who speaks."""
    from pipeline.workflow.speaker_actions import list_speakers

    emit(list_speakers(open_workspace(workspace), session, now=now()), as_json)


@click.command()
@click.argument("session")
@click.argument("speaker")
@click.argument("participant", default="")
@click.option("--undo", is_flag=True, help="Undo an earlier assignment.")
@decider_option
@click.option("--reason", required=True, help="How you know, in a few words.")
@workspace_option
def assign(session: str, speaker: str, participant: str, undo: bool, actor: str, reason: str, workspace: Path) -> None:
    """Assign SPEAKER (a turn, or all unknown turns of a track) to PARTICIPANT; consent is then decided again."""
    from pipeline.workflow.speaker_actions import assign_in_session, unassign_speaker

    if undo == bool(participant):
        raise UsageProblem("say who speaks", action="give either PARTICIPANT or --undo")
    opened = open_workspace(workspace)
    if undo:
        unassign_speaker(opened, session, speaker, actor=actor, reason=reason)
    else:
        assign_in_session(opened, session, speaker, participant, actor=actor, reason=reason, now=now())
    click.echo("stored; `offrecord run` applies it")
