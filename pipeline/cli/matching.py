"""The command by which staff settle who a participant is."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from pipeline import erasure
from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.consent.staff.match_participant import settle, suggestions
from pipeline.errors import UsageProblem
from pipeline.store import Workspace
from pipeline.store.registry import Registry


@click.command()
@click.argument("session")
@click.argument("participant", default="")
@click.option("--party", help="Who on file they are, by id.")
@click.option("--undo", is_flag=True, help="Take back what was settled.")
@click.option("--by", "actor", default="", help="Who settles it.")
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
    """List who the people of SESSION may be, or settle it for one PARTICIPANT."""
    opened = Workspace.open(workspace)
    found = Registry(opened.db).session(session)
    if not participant:
        emit(suggestions(found, workspace=opened, names=names), as_json)
        return
    if undo == bool(party):
        raise UsageProblem("say who they are", action="give either --party or --undo")
    at = now()
    close = partial(erasure.quarantine_session, opened, now=at)
    done = settle(found, participant, party, actor=actor, reason=reason, workspace=opened, now=at, then=close)
    emit(done, as_json)
