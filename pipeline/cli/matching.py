"""The command by which staff match participants to parties: one, or all whose address is exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.cli.common import emit, json_option, now, open_workspace, workspace_option
from pipeline.errors import UsageProblem


@click.command()
@click.argument("session", default="")
@click.argument("participant", default="")
@click.option("--party", help="The id of the party that PARTICIPANT is.")
@click.option("--undo", is_flag=True, help="Undo an earlier match.")
@click.option("--all-exact", is_flag=True, help="Match everybody whose address or id is that of one person on file.")
@click.option("--dry-run", is_flag=True, help="With --all-exact: show whom it would match, and file nothing.")
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
    all_exact: bool,
    dry_run: bool,
    workspace: Path,
    as_json: bool,
    **options: Any,
) -> None:
    """List the likely parties of SESSION's participants, match one PARTICIPANT, or everybody who matches exactly.

    With --all-exact SESSION may be left out, and the matches hold in later sessions until one is undone.
    """
    from pipeline.workflow.consent_actions import confirm_exact_matches, settle_match
    from pipeline.workflow.consent_views import suggest_matches

    _check(session, participant, asks_one=bool(party or undo), all_exact=all_exact, dry_run=dry_run)
    opened, grounds = open_workspace(workspace), {name: options[name] for name in ("actor", "reason")}
    if all_exact:
        shown = {"names": options["names"], "is_trial": dry_run}
        emit(confirm_exact_matches(session or None, **grounds, **shown, workspace=opened, now=now()), as_json)
    elif not participant:
        emit(suggest_matches(session, workspace=opened, names=options["names"]), as_json)
    elif undo == bool(party):
        raise UsageProblem("say who they are", action="give either --party or --undo")
    else:
        emit(settle_match(session, participant, party, **grounds, workspace=opened, now=now()), as_json)


def _check(session: str, participant: str, *, asks_one: bool, all_exact: bool, dry_run: bool) -> None:
    if not session and not all_exact:
        raise UsageProblem("no session is named", action="`offrecord status` lists them; --all-exact is for all")
    if all_exact and (participant or asks_one):
        raise UsageProblem("--all-exact is for everybody", action="leave out the participant, --party and --undo")
    if dry_run and not all_exact:
        raise UsageProblem("--dry-run is for --all-exact", action="leave it out: without --party nothing is filed")
    if asks_one and not participant:
        raise UsageProblem("no participant is named", action="`offrecord consent match SESSION` lists them")
