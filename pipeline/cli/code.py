"""Commands about organisations: their agreements, and permission to publish their code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option, written
from pipeline.cli.output_file import OutputFolder
from pipeline.errors import UsageProblem
from pipeline.records import Purpose

F = TypeVar("F", bound=Callable[..., Any])
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DAY = click.DateTime(["%Y-%m-%d"])
_PURPOSES = [purpose.value for purpose in Purpose]
_RECORDING = ("allowed", "notice", "forbidden")
_PUBLICATION = ("allowed", "per_item_approval", "forbidden")


def _about(command: F) -> F:
    """Adds the options that every command about one piece of code has."""
    for option in (
        click.option("--attribution", default="", help="Who is credited for the code."),
        click.option("--licence", required=True, help="The SPDX identifier of the licence, as MIT."),
        click.option("--destination", required=True, help="Where the code is to be published, as gist:office-hours."),
        click.option("--organisation", required=True, help="The organisation that owns the code."),
    ):
        command = option(command)
    return command


_by = click.option("--by", "actor", required=True, help="Who enters this.")
_evidence = click.option("--evidence", required=True, help="Where the evidence is, in a few words.")


@click.command()
@click.option("--name", required=True, help="The organisation, as sessions name it.")
@click.option("--alias", "aliases", multiple=True, help="Another name of the organisation; may be repeated.")
@click.option("--domain", "domains", multiple=True, help="A mail domain of its people; may be repeated.")
@click.option(
    "--kind",
    type=click.Choice(["nda", "msa", "dpa", "recording_policy", "publication_clause"]),
    required=True,
    help="The kind of agreement.",
)
@click.option("--recording", type=click.Choice(_RECORDING), help="What the agreement says about recording.")
@click.option("--publication", type=click.Choice(_PUBLICATION), help="What the agreement says about publication.")
@click.option("--from", "starts", type=_DAY, help="Valid from this UTC date; by default without a beginning.")
@click.option("--until", "ends", type=_DAY, help="Valid up to, not including, this UTC date.")
@_evidence
@_by
@workspace_option
@json_option
def agreement(starts: datetime | None, ends: datetime | None, workspace: Path, as_json: bool, **values: Any) -> None:
    """File what an agreement with an organisation says; it only ever restricts."""
    from pipeline.consent.log.agreements import AgreementKind, Clause
    from pipeline.workflow.consent_actions import file_agreement

    for name in ("recording", "publication"):
        values[name] = Clause(values[name]) if values[name] else None
    values |= {"kind": AgreementKind(values["kind"]), "valid_from": _utc(starts), "valid_until": _utc(ends)}
    emit(file_agreement(**values, workspace=open_workspace(workspace), now=now()), as_json)


@click.command()
@click.option("--organisation", required=True, help="The organisation, as sessions name it.")
@click.option("--purpose", "purposes", type=click.Choice(_PURPOSES), multiple=True, help="A purpose; may be repeated.")
@click.option("--everything", is_flag=True, help="Every purpose.")
@click.option("--reason", required=True, help="How it reached you, in a few words.")
@_by
@workspace_option
@json_option
def revoke(
    organisation: str, purposes: tuple[str, ...], everything: bool, workspace: Path, as_json: bool, **values: Any
) -> None:
    """File that an organisation revokes the consent of its people; renditions with any of them are withdrawn."""
    from pipeline.workflow.consent_actions import revoke_consent

    if everything == bool(purposes):
        raise UsageProblem("what is revoked is not stated", action="give either --purpose or --everything")
    chosen = [Purpose(purpose) for purpose in (purposes or Purpose)]
    opened, at = open_workspace(workspace), now()
    emit(revoke_consent(organisation, purposes=chosen, **values, workspace=opened, now=at), as_json)


@click.group(cls=Group)
def code() -> None:
    """Manage code from sessions: find it, ask its organisation, check whether it may be published."""


@code.command("find")
@click.argument("session")
@click.option(
    "--save",
    "save_to",
    type=OutputFolder(),
    help="Also write each piece of code to this folder.",
)
@workspace_option
@json_option
def find_code(session: str, save_to: Path | None, workspace: Path, as_json: bool) -> None:
    """List the code in the chat of SESSION: its hash, its lines, and what blocks a request."""
    from pipeline.workflow.code_permission import find_code as find

    pieces = find(session, workspace=open_workspace(workspace), save_to=save_to, now=now())
    emit(pieces, as_json)
    if save_to and pieces and not as_json:
        click.echo(written(save_to))


@code.command("ask")
@click.argument("file", type=_FILE)
@click.option("--session", "session_id", required=True, help="The session that the code is from.")
@_about
@_by
@workspace_option
@json_option
def ask_code(
    file: Path, session_id: str, organisation: str, actor: str, workspace: Path, as_json: bool, **terms: str
) -> None:
    """Scan FILE, and record that its organisation is asked about exactly these bytes."""
    from pipeline.consent.staff.code_approvals import Terms
    from pipeline.workflow.code_permission import ask_permission

    opened = open_workspace(workspace)
    emit(
        ask_permission(
            file, organisation, Terms(**terms), session_id=session_id, actor=actor, workspace=opened, now=now()
        ),
        as_json,
    )


@code.command("answer")
@click.argument("file", type=_FILE)
@click.argument("answer", type=click.Choice(["yes", "no", "withdrawn"]))
@click.option("--email", "approver", required=True, help="The address of the person who answered.")
@click.option("--until", type=_DAY, help="The answer is valid up to, not including, this UTC date.")
@_about
@_evidence
@_by
@workspace_option
def answer_code(
    file: Path, answer: str, until: datetime | None, organisation: str, workspace: Path, **values: Any
) -> None:
    """Record an answer for the organisation about exactly the bytes of FILE."""
    from pipeline.consent.staff.code_approvals import Terms
    from pipeline.workflow.code_permission import record_answer

    terms = Terms(**{name: values.pop(name) for name in ("destination", "licence", "attribution")})
    common: dict[str, Any] = {"until": _utc(until), "workspace": open_workspace(workspace), "now": now()}
    record_answer(file, organisation, terms, answer=answer, **values, **common)
    click.echo(f"stored: {answer}; `offrecord consent code show` says whether the code may be published now")


@code.command("delegate")
@click.option("--organisation", required=True, help="The organisation that the person speaks for.")
@click.option("--email", "person", required=True, help="The address of the person who may answer.")
@click.option("--until", type=_DAY, help="Valid up to, not including, this UTC date.")
@click.option("--ends", is_flag=True, help="The person no longer speaks for the organisation.")
@_evidence
@_by
@workspace_option
def delegate_code(until: datetime | None, workspace: Path, **values: Any) -> None:
    """Record who may speak for an organisation about its code."""
    from pipeline.consent.staff.code_approvals import delegate

    delegate(**values, until=_utc(until), workspace=open_workspace(workspace), now=now())
    click.echo(
        f"stored: {values['person']} speaks for {values['organisation']} {'no more' if values['ends'] else 'now'}"
    )


@code.command("show")
@click.argument("file", type=_FILE)
@click.option("--session", "session_id", required=True, help="The session that the code is from.")
@click.option("--trifle-by", default="", help="The member of staff who vouches that the code is insignificant.")
@click.option("--reason", default="", help="Why the code is insignificant.")
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
    """Show whether exactly the bytes of FILE may be published now, and why."""
    from pipeline.consent.staff.code_approvals import Terms
    from pipeline.workflow.code_permission import decide_permission

    opened, trifle = open_workspace(workspace), (trifle_by, reason) if trifle_by else None
    emit(
        decide_permission(
            file, organisation, Terms(**terms), session_id=session_id, trifle=trifle, workspace=opened, now=now()
        ),
        as_json,
    )


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None
