"""Commands for voices in mixed sound: list them with clips, say who each is, take that back."""

from __future__ import annotations

import getpass
from pathlib import Path

import click

from pipeline.cli.common import decider_option, emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.workflow.voices import list_voices, lost_with
from pipeline.workflow.voices import name_voice as name
from pipeline.workflow.voices import unname_voice as unname


@click.command()
@click.argument("session")
@click.option("--out", type=click.Path(path_type=Path), help="A new folder for a clip of each voice.")
@workspace_option
@json_option
def voices(session: str, out: Path | None, workspace: Path, as_json: bool) -> None:
    """List the voices in the mixed sound of SESSION, and how much of the others is removed together with each."""
    opened = open_workspace(workspace)
    emit(list_voices(opened, session, now=now(), clips=out, actor=getpass.getuser()), as_json)


@click.command("name-voice")
@click.argument("session")
@click.argument("voice", type=int)
@click.argument("participant", default="")
@click.option("--unlisted", is_flag=True, help="It is nobody on the list of participants: the session is held.")
@click.option("--undo", is_flag=True, help="Take back who it is.")
@decider_option
@click.option("--reason", required=True, help="How you know, in a few words.")
@click.option("--yes", is_flag=True, help="Do not ask again where speech of others goes with it.")
@workspace_option
def name_voice(
    session: str,
    voice: int,
    participant: str,
    unlisted: bool,
    undo: bool,
    actor: str,
    reason: str,
    yes: bool,
    workspace: Path,
) -> None:
    """Say that VOICE of SESSION is PARTICIPANT, after listening; consent decides the session anew."""
    if (bool(participant), unlisted, undo).count(True) != 1:
        raise UsageProblem("say who it is", action="give PARTICIPANT, --unlisted or --undo")
    opened = open_workspace(workspace)
    if participant and not yes:
        _confirm_loss(opened, session, voice, participant)
    if undo:
        unname(opened, session, voice, actor=actor, reason=reason, now=now())
    else:
        name(opened, session, voice, participant or None, actor=actor, reason=reason, now=now())
    click.echo("stored; `offrecord run` applies it")


def _confirm_loss(workspace: Workspace, session: str, voice: int, participant: str) -> None:
    """Says what of others goes with a participant whom consent takes out, and asks whether to go on."""
    lost_s = lost_with(workspace, session, voice, participant, now=now())
    if lost_s:
        click.confirm(f"{participant} is taken out: {lost_s} s of what others say go too. Go on?", abort=True)
