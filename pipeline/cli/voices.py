"""Commands for voices in mixed sound: list them with clips, say who each is, take that back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.common import (
    account_as_actor,
    decider_option,
    emit,
    json_option,
    now,
    open_workspace,
    shell_actor,
    workspace_option,
    written,
)
from pipeline.cli.output_file import OutputFolder
from pipeline.errors import UsageProblem

if TYPE_CHECKING:
    from pipeline.store import Workspace

_UNLISTED, _SKIP, _QUIT = "0sq"
_MOST_KEYS = 9


@click.command()
@click.argument("session")
@click.option("--out", type=OutputFolder(), help="A new folder for a clip of each voice.")
@click.option(
    "--by", "actor", callback=shell_actor, help="Name each unnamed voice, one key for each; this is who decides."
)
@click.option("--reason", default="heard its clip", show_default=True, help="How you know, in a few words.")
@workspace_option
@json_option
def voices(session: str, out: Path | None, actor: str | None, reason: str, workspace: Path, as_json: bool) -> None:
    """List the voices in the mixed sound of SESSION, and how much speech of others is removed with each."""
    from pipeline.workflow.voices import list_voices

    opened = open_workspace(workspace)
    lines = list_voices(opened, session, now=now(), clips=out, actor=actor or account_as_actor())
    emit(lines, as_json)
    if out and not as_json:
        click.echo(written(out))
    if actor:
        _name_each(opened, session, [line.cluster for line in lines if not line.participant], actor, reason)


@click.command("name-voice")
@click.argument("session")
@click.argument("voice", type=int)
@click.argument("participant", default="")
@click.option(
    "--unlisted", is_flag=True, help="The voice is of nobody on the list of participants; the session is held."
)
@click.option("--undo", is_flag=True, help="Undo an earlier name of the voice.")
@decider_option
@click.option("--reason", required=True, help="How you know, in a few words.")
@click.option("--yes", is_flag=True, help="Do not ask again when speech of others is removed with the voice.")
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
    """Record that VOICE of SESSION is PARTICIPANT, after listening; consent is then decided again."""
    from pipeline.workflow import voices as workflow

    if (bool(participant), unlisted, undo).count(True) != 1:
        raise UsageProblem("say who it is", action="give PARTICIPANT, --unlisted or --undo")
    opened = open_workspace(workspace)
    if participant and not yes and not _agrees_to_loss(opened, session, voice, participant):
        raise click.Abort
    if undo:
        workflow.unname_voice(opened, session, voice, actor=actor, reason=reason, now=now())
    else:
        workflow.name_voice(opened, session, voice, participant or None, actor=actor, reason=reason, now=now())
    click.echo("stored; `offrecord run` applies it")


def _name_each(workspace: Workspace, session: str, unnamed: list[int], actor: str, reason: str) -> None:
    """Asks for one key for each voice and keeps each answer at once: stopping loses nothing."""
    from pipeline.cli.interactive import read_key
    from pipeline.workflow.voices import name_voice as name
    from pipeline.workflow.voices import participants_of

    people = participants_of(workspace, session)[:_MOST_KEYS]
    keys = {str(number): participant for number, participant in enumerate(people, start=1)}
    click.echo(f"{' · '.join(f'{key} {who}' for key, who in keys.items())} · 0 not on the list · s skip · q quit")
    count = 0
    for voice in unnamed:
        click.echo(f"voice {voice}: who is it?")
        while (key := read_key()) not in {*keys, _UNLISTED, _SKIP, _QUIT}:
            pass
        if key == _QUIT:
            break
        participant = keys.get(key)
        if key == _SKIP or (participant and not _agrees_to_loss(workspace, session, voice, participant)):
            continue
        name(workspace, session, voice, participant, actor=actor, reason=reason, now=now())
        count += 1
    click.echo(f"named {count} of {len(unnamed)}; `offrecord run` applies it")


def _agrees_to_loss(workspace: Workspace, session: str, voice: int, participant: str) -> bool:
    """Says what of others goes with a participant whom consent takes out, and asks whether to go on."""
    from pipeline.workflow.voices import lost_with

    lost_s = lost_with(workspace, session, voice, participant, now=now())
    return not lost_s or click.confirm(
        f"{participant} is removed, and with the voice {lost_s} s of what others say. Go on?"
    )
