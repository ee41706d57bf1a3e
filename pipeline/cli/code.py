"""Commands about organisations: what their agreements say, and whether code may be published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline import erasure
from pipeline.cli.common import emit, json_option, now, workspace_option
from pipeline.errors import UsageProblem
from pipeline.records import Purpose
from pipeline.store import Workspace

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DAY = click.DateTime(["%Y-%m-%d"])
_PURPOSES = [purpose.value for purpose in Purpose]
_SAYS = ("allowed", "notice", "per_item_approval", "forbidden")


def _about(command: F) -> F:
    """What every command about one piece of code takes."""
    for option in (
        click.option("--attribution", default="", help="Who is named for it."),
        click.option("--licence", required=True, help="The SPDX licence, as MIT."),
        click.option("--destination", required=True, help="Where it goes, as gist:office-hours."),
        click.option("--organisation", required=True, help="Whose code it is."),
    ):
        command = option(command)
    return command


_by = click.option("--by", "actor", required=True, help="Who enters it.")
_evidence = click.option("--evidence", required=True, help="Where that can be seen, in a few words.")


@click.command("org")
@click.option("--name", required=True, help="The organisation, as sessions name it.")
@click.option("--alias", "aliases", multiple=True, help="Another name of it; may be given again.")
@click.option("--domain", "domains", multiple=True, help="Whose addresses are its people's; may be given again.")
@click.option(
    "--kind",
    type=click.Choice(["nda", "msa", "dpa", "recording_policy", "publication_clause"]),
    required=True,
    help="The paper.",
)
@click.option(
    "--recording",
    type=click.Choice([one for one in _SAYS if one != "per_item_approval"]),
    help="What it says of recording.",
)
@click.option(
    "--publication", type=click.Choice([one for one in _SAYS if one != "notice"]), help="What it says of publication."
)
@click.option("--from", "starts", type=_DAY, help="From this UTC date; without it, from ever.")
@click.option("--until", "ends", type=_DAY, help="Up to, not including, this UTC date.")
@_evidence
@_by
@workspace_option
@json_option
def org(starts: datetime | None, ends: datetime | None, workspace: Path, as_json: bool, **said: Any) -> None:
    """File what an agreement with an organisation says; it can only take away."""
    from pipeline.consent.log.agreements import AgreementKind, Clause
    from pipeline.consent.staff.organisations import agree

    clauses: dict[str, Any] = {
        name: Clause(said.pop(name)) if said[name] else said.pop(name) for name in ("recording", "publication")
    }
    if not any(clauses.values()):
        raise UsageProblem("say what the agreement says", action="give --recording, --publication or both")
    said["kind"] = AgreementKind(said["kind"])
    since, until = _utc(starts) or datetime(1970, 1, 1, tzinfo=UTC), _utc(ends)
    opened, at = Workspace.open(workspace), now()
    close = partial(erasure.quarantine, opened, now=at)
    terms = {**said, **clauses, "valid_from": since, "valid_until": until}
    emit(agree(**terms, workspace=opened, now=at, then=close), as_json)


@click.command()
@click.option("--organisation", "name", required=True, help="Which organisation, as sessions name it.")
@click.option("--purpose", "purposes", type=click.Choice(_PURPOSES), multiple=True, help="A purpose; may be repeated.")
@click.option("--everything", is_flag=True, help="Every purpose.")
@click.option("--reason", required=True, help="How it reached you, in a few words.")
@_by
@workspace_option
@json_option
def revoke(name: str, purposes: tuple[str, ...], everything: bool, workspace: Path, as_json: bool, **said: Any) -> None:
    """File that an organisation takes back what its people agreed to; what is out with any of them is taken back."""
    from pipeline.consent.staff.organisations import revoke as file_revocation

    if everything == bool(purposes):
        raise UsageProblem("say what is taken back", action="give either --purpose or --everything")
    opened, at = Workspace.open(workspace), now()
    chosen, close = [Purpose(purpose) for purpose in (purposes or Purpose)], partial(erasure.quarantine, opened, now=at)
    emit(file_revocation(name, purposes=chosen, **said, workspace=opened, now=at, then=close), as_json)


@click.group()
def code() -> None:
    """Code from sessions: find it, ask its organisation, say whether it may be published."""


@code.command("find")
@click.argument("session")
@click.option("--save", "save_to", type=click.Path(path_type=Path, file_okay=False), help="Also write each piece here.")
@workspace_option
@json_option
def find_code(session: str, save_to: Path | None, workspace: Path, as_json: bool) -> None:
    """List the code in the chat of SESSION: its hash, its lines, what stands against asking."""
    from pipeline.code_permission import in_session

    emit(in_session(session, workspace=Workspace.open(workspace), save_to=save_to, now=now()), as_json)


@code.command("ask")
@click.argument("file", type=_FILE)
@click.option("--session", "session_id", required=True, help="The session that it is from.")
@_about
@_by
@workspace_option
@json_option
def ask_code(
    file: Path, session_id: str, organisation: str, actor: str, workspace: Path, as_json: bool, **terms: str
) -> None:
    """Scan FILE and note that its organisation is asked about exactly these bytes."""
    from pipeline.code_permission import ask
    from pipeline.consent.staff.code_approvals import Terms

    opened = Workspace.open(workspace)
    emit(
        ask(file, organisation, Terms(**terms), session_id=session_id, actor=actor, workspace=opened, now=now()),
        as_json,
    )


@code.command("answer")
@click.argument("file", type=_FILE)
@click.argument("said", type=click.Choice(["yes", "no", "withdrawn"]))
@click.option("--email", "approver", required=True, help="The address of who answered.")
@click.option("--until", type=_DAY, help="The answer holds up to, not including, this UTC date.")
@_about
@_evidence
@_by
@workspace_option
def answer_code(file: Path, said: str, until: datetime | None, organisation: str, workspace: Path, **told: Any) -> None:
    """Note what somebody answered for the organisation about exactly the bytes of FILE."""
    from pipeline.code_permission import digest_of_file
    from pipeline.consent.log.events import EventState
    from pipeline.consent.staff.code_approvals import Terms, answer

    states = {"yes": EventState.GIVEN, "no": EventState.REFUSED, "withdrawn": EventState.WITHDRAWN}
    terms = Terms(**{name: told.pop(name) for name in ("destination", "licence", "attribution")})
    common: dict[str, Any] = {"until": _utc(until), "workspace": Workspace.open(workspace), "now": now()}
    answer(organisation, digest_of_file(file), terms, state=states[said], **told, **common)


@code.command("delegate")
@click.option("--organisation", required=True, help="For whom they speak.")
@click.option("--email", "person", required=True, help="The address of who may answer.")
@click.option("--until", type=_DAY, help="Up to, not including, this UTC date.")
@click.option("--ends", is_flag=True, help="They no longer speak for it.")
@_evidence
@_by
@workspace_option
def delegate_code(until: datetime | None, workspace: Path, **said: Any) -> None:
    """Note who may speak for an organisation about its code."""
    from pipeline.consent.staff.code_approvals import delegate

    delegate(**said, until=_utc(until), workspace=Workspace.open(workspace), now=now())


@code.command("show")
@click.argument("file", type=_FILE)
@click.option("--session", "session_id", required=True, help="The session that it is from.")
@click.option("--trifle-by", default="", help="Who of the staff vouches that it is insignificant.")
@click.option("--reason", default="", help="Why it is insignificant.")
@_about
@workspace_option
@json_option
def show_code(
    file: Path,
    session_id: str,
    trifle_by: str,
    reason: str,
    organisation: str,
    workspace: Path,
    as_json: bool,
    **terms: str,
) -> None:
    """Say whether exactly the bytes of FILE may be published now, and why."""
    from pipeline.code_permission import decide
    from pipeline.consent.staff.code_approvals import Terms

    opened, trifle = Workspace.open(workspace), (trifle_by, reason) if trifle_by else None
    emit(
        decide(file, organisation, Terms(**terms), session_id=session_id, trifle=trifle, workspace=opened, now=now()),
        as_json,
    )


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
