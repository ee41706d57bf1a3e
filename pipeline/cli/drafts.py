"""Commands that draft what the operator then checks: a form mapping, and a session.toml."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli.common import Group, emit, json_option, now, open_workspace, workspace_option
from pipeline.cli.output_file import OutputFile
from pipeline.cli.workspace_places import RecordingPath
from pipeline.errors import UsageProblem

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW = OutputFile()


def _read_time(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageProblem("--started-at is not a time", action="write it as 2026-11-18T10:00:00+01:00") from error


@click.command("draft-form")
@click.argument("table", type=_FILE)
@click.option("--form", type=_FILE, help="An earlier mapping: show only the lines that it lacks.")
@click.option("--notice", type=_FILE, help="A text file with everything that people read above the questions.")
@click.option("--notice-id", default="consent-form", help="What the form is called in the consent log.")
@click.option("--series", default="office-hours", help="The series of sessions that the answers are for.")
@click.option("--timezone", default="", help="The zone in which the table's times are written, as Europe/Berlin.")
@click.option("--email-verified", is_flag=True, help="The form tool verified the e-mail addresses.")
@click.option("-o", "--output", type=_NEW, help="Write the mapping to this new file.")
@json_option
def draft_form(
    table: Path,
    form: Path | None,
    notice: Path | None,
    notice_id: str,
    series: str,
    timezone: str,
    email_verified: bool,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draft the form mapping of TABLE, answers as CSV or xlsx, for a person to check."""
    from pipeline.consent.answers.form_draft import FormChoices
    from pipeline.workflow.draft_mapping import draft_mapping

    version = f"{now():%Y-%m-%d}"
    choices = FormChoices(
        notice_id=notice_id,
        version=version,
        scope=f"series:{series}",
        timezone=timezone,
        email_verified=email_verified,
    )
    draft = draft_mapping(table, choices, notice=notice, form=form)
    _hand_out(draft.text, draft.to_check, output, as_json)


@click.group(cls=Group)
def session() -> None:
    """Prepare a session's folder."""


@session.command("draft")
@click.argument("folder", type=RecordingPath(exists=False))
@click.option("--started-at", callback=_read_time, help="When the recording began, as 2026-11-18T10:00:00+01:00.")
@click.option("--timezone", help="The zone of a start that has no offset, as Europe/Berlin.")
@click.option("--host", help="Who records: the team or company.")
@click.option("--location", "recorder_location", help="Where it was recorded, as US-TX.")
@click.option("--series", help="The series that the session belongs to.")
@click.option("--complete", "is_complete", is_flag=True, help="You vouch that everybody who may be heard is named.")
@click.option("-o", "--output", type=_NEW, help="Write to this new file instead of the session.toml of FOLDER.")
@workspace_option
@json_option
def draft(folder: Path, output: Path | None, workspace: Path, as_json: bool, **choices: Any) -> None:
    """Write the session.toml of FOLDER, a lone file or a session's id, from what lies there and from people on file."""
    from pipeline.workflow.draft_session import SessionChoices, draft_session
    from pipeline.workflow.session_place import place_of

    opened = open_workspace(workspace)
    drafted = draft_session(place_of(folder, opened), SessionChoices(**choices), workspace=opened)
    _hand_out(drafted.text, drafted.to_check, output or drafted.path, as_json)


def _hand_out(text: str, to_check: Sequence[str], output: Path | None, as_json: bool) -> None:
    """Prints a draft, or writes it to a file that is not there yet; what a person checks goes to standard error."""
    if output is not None:
        _write_new(output, text)
    if as_json:
        emit({"text": text, "to_check": list(to_check)}, True)
        return
    click.echo(f"wrote {output}" if output else text, nl=output is not None)
    for line in to_check:
        click.echo(f"check  {line}", err=True)


def _write_new(output: Path, text: str) -> None:
    from pipeline.files import write_bytes

    if output.exists():
        raise UsageProblem("there is a file of that name already", action="give another with -o; nothing was written")
    write_bytes(output, text.encode())
