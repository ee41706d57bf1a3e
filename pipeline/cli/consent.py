"""Commands of the consent store: import, decide, show, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import click

from pipeline.cli import withdrawal
from pipeline.cli.code import agreement, code, revoke
from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option, written
from pipeline.cli.drafts import draft_form
from pipeline.cli.interchange import export_dpv, import_vcon
from pipeline.cli.jurisdictions import jurisdictions
from pipeline.cli.matching import match
from pipeline.cli.output_file import OutputFile
from pipeline.cli.preview import object_, preview, settle_objection


@click.group(cls=Group, renamed={"published": "record-copy", "org": "agreement"})
def consent() -> None:
    """Manage what participants consent to: import answers, explain decisions, file withdrawals."""


for _command in (
    code,
    draft_form,
    export_dpv,
    import_vcon,
    jurisdictions,
    agreement,
    revoke,
    *withdrawal.COMMANDS,
    match,
    preview,
    object_,
    settle_objection,
):
    consent.add_command(_command)


_UNREAD_NEXT = (
    "next    what is unread is on file as unknown, which holds: `offrecord consent draft-form FILE --form FORM` lists "
    "each such answer; say in a mapping with a new version what it means, and import the table again"
)


@consent.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--form", type=click.Path(path_type=Path, dir_okay=False), help="The form mapping, for a table.")
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="For an export: keys/identity of the workspace that wrote it.",
)
@workspace_option
@json_option
def import_command(file: Path, form: Path | None, key: Path | None, workspace: Path, as_json: bool) -> None:
    """Import the answers in FILE, a table (CSV or xlsx) or an export of a consent log: all of them or none."""
    from pipeline.workflow.consent_actions import import_consent

    imported = import_consent(file, form=form, key=key, workspace=open_workspace(workspace), now=now())
    emit(imported, as_json)
    if not as_json and getattr(imported, "unread", None):
        click.echo(_UNREAD_NEXT)


@consent.command("export")
@click.argument("file", type=OutputFile())
@workspace_option
@json_option
def export_command(file: Path, workspace: Path, as_json: bool) -> None:
    """Export the whole consent log to FILE as JSON Lines, with people as keyed hashes only."""
    from pipeline.consent.transfer.log_export import export_log

    exported = export_log(file, workspace=open_workspace(workspace))
    emit(exported, as_json)
    if not as_json:
        click.echo(written(file))


@consent.command()
@click.argument("lines", type=click.File(encoding="utf-8", errors="replace"), default="-")
def decide(lines: TextIO) -> None:
    """Read decision inputs as JSON Lines, and write the outcome and rule id of each."""
    from pipeline.consent.jsonl import decide_lines

    for line in decide_lines(lines):
        click.echo(line)


@consent.command()
@click.argument("session")
@click.option("--names", is_flag=True, help="Show names instead of ids.")
@click.option("--history", is_flag=True, help="Show every decision about the session, in order, with its inputs.")
@workspace_option
@json_option
def show(session: str, names: bool, history: bool, workspace: Path, as_json: bool) -> None:
    """Show the decision for each participant and purpose of SESSION, with its reason."""
    from pipeline.workflow.consent_views import decision_history, explain_session

    opened = open_workspace(workspace)
    if history:
        emit(decision_history(session, workspace=opened), as_json)
    else:
        emit(explain_session(session, workspace=opened, now=now(), names=names), as_json)


@consent.command()
@click.argument("session")
@click.option(
    "--form",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The form mapping, with the notice and the questions.",
)
@click.option(
    "--email", "emails", multiple=True, help="The address of somebody who gets a link; the default is all participants."
)
@workspace_option
@json_option
def invite(session: str, form: Path, emails: tuple[str, ...], workspace: Path, as_json: bool) -> None:
    """Make links to the consent form for SESSION: one to share, and one for each participant's address."""
    from pipeline.workflow.consent_form import invite as invite_to_form

    opened = open_workspace(workspace)
    url = opened.settings.web.public_url or "http://127.0.0.1:8484"
    emit(invite_to_form(session, form, emails=emails, url=url, workspace=opened, now=now()), as_json)


@consent.command("notice")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@workspace_option
@json_option
def notice_command(file: Path, workspace: Path, as_json: bool) -> None:
    """File the wording in FILE that announces a recording; every session is then searched for it."""
    from pipeline.consent.notices.versions import file_announced

    emit(file_announced(file, workspace=open_workspace(workspace), now=now()), as_json)
