"""Commands that draft what the operator then checks: a form mapping, and a session.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli.common import emit, json_option, now
from pipeline.consent.answers.form_draft import FormChoices
from pipeline.errors import UsageProblem
from pipeline.workflow.draft_mapping import draft_mapping

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_NEW = click.Path(path_type=Path, dir_okay=False)


@click.command("draft-form")
@click.argument("table", type=_FILE)
@click.option("--form", type=_FILE, help="An earlier mapping: show only the lines that it lacks.")
@click.option("--notice", type=_FILE, help="A text file with all that people read above the questions.")
@click.option("--notice-id", default="consent-form", help="What the form is called in the consent log.")
@click.option("--series", default="office-hours", help="The series of sessions that the answers are for.")
@click.option("--timezone", default="", help="The zone in which the table's times are written, as Europe/Berlin.")
@click.option("-o", "--output", type=_NEW, help="Write the mapping to this new file.")
@json_option
def draft_form(
    table: Path,
    form: Path | None,
    notice: Path | None,
    notice_id: str,
    series: str,
    timezone: str,
    output: Path | None,
    as_json: bool,
) -> None:
    """Draft the form mapping of TABLE, answers as CSV or xlsx, for a person to check."""
    version = f"{now():%Y-%m-%d}"
    choices = FormChoices(notice_id=notice_id, version=version, scope=f"series:{series}", timezone=timezone)
    draft = draft_mapping(table, choices, notice=notice, form=form)
    _hand_out(draft.text, draft.to_check, output, as_json)


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
