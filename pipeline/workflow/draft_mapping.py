"""Drafts the form mapping of a table of answers, or what an earlier mapping lacks; nothing is filed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.consent.answers.form_draft import FormChoices, FormDraft, draft_additions, draft_form
from pipeline.consent.notices.form_mapping import read_form
from pipeline.errors import InputRefused, UsageProblem
from pipeline.ingest.session_toml import check_zone


def draft_mapping(table: Path, choices: FormChoices, *, notice: Path | None, form: Path | None) -> FormDraft:
    """The draft for a table; ``notice`` holds the text that people read, ``form`` an earlier mapping.

    With ``form`` it holds the lines that this mapping lacks. Raises ``InputRefused`` for a table, ``UsageProblem`` for
    a notice or a mapping that cannot be read, and for a time zone that is none.
    """
    if choices.timezone:
        try:
            check_zone(choices.timezone)
        except ValueError as error:
            raise UsageProblem(f"--timezone {error}", action="write it as Europe/Berlin, or UTC") from None
    try:
        content = table.read_bytes()
    except OSError as error:
        raise InputRefused("the table of answers cannot be read", action="check its path") from error
    if form is not None:
        return draft_additions(content, read_form(form))
    try:
        text = notice.read_text("utf-8").strip() if notice else ""
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem("the text of the notice cannot be read", action="save it as UTF-8 text") from error
    return draft_form(content, replace(choices, text=text))
