"""Workspaces, forms and sessions of the consent tests, made by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Unpack

import pytest

from pipeline.consent.answers.importer import ImportedAnswers, import_answers
from pipeline.records import ListAuthority, Participant, Purpose, Role, Session, Track
from pipeline.store import Workspace
from tests.fields import ParticipantFields, SessionFields

START = datetime(2026, 11, 18, 15, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
QUESTIONS = {
    "Record?": "purpose:record,transcribe",
    "Improve?": "purpose:internal_improve",
    "Share?": "purpose:internal_share",
    "Publish?": "purpose:public_recording",
}
HEADER = ["Timestamp", "Email", "Name", "Discord", *QUESTIONS]
BEFORE = "2026-11-10 09:00:00"
ALL_YES = ("Yes", "Yes", "Yes", "Yes")
ALL_NO = ("No", "No", "No", "No")

FORM = {
    "notice_id": '"office-hours"',
    "version": '"1"',
    "language": '"en"',
    "timezone": '"UTC"',
    "date_format": '"%Y-%m-%d %H:%M:%S"',
    "scope": '"series:office-hours"',
    "names_purposes": '["record", "transcribe", "internal_improve", "internal_share", "public_recording"]',
    "text": '"We record. May we?"',
}
COLUMNS = {"Timestamp": "timestamp", "Email": "email", "Name": "name", "Discord": "platform:discord", **QUESTIONS}
ANSWERS = {"Yes": "given", "No": "refused", "I withdraw": "withdrawn", "Ask me later": "requested"}
OPTIONS = {"email_verified": "true", "platform_verified": "true"}


def form_text(
    values: Mapping[str, str] = FORM,
    /,
    *,
    columns: Mapping[str, str] = COLUMNS,
    answers: Mapping[str, str] = ANSWERS,
    withdraws: Mapping[str, str] | None = None,
    options: Mapping[str, str] = OPTIONS,
    **changed: str,
) -> str:
    lines = [f"{key} = {value}" for key, value in {**values, **changed}.items()]
    for table, entries in (("columns", columns), ("answers", answers), ("withdraws", withdraws or {})):
        lines += [f"[{table}]", *(f"'{key}' = '{value}'" for key, value in entries.items())]
    lines += ["[options]", *(f"{key} = {value}" for key, value in options.items())]
    return "\n".join(lines)


def row(
    email: str, answers: Sequence[str] = ALL_YES, *, at: str = BEFORE, name: str = "", discord: str = ""
) -> list[str]:
    return [at, email, name, discord, *answers]


Files = Callable[..., ImportedAnswers]


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def file_answers(workspace: Workspace, tmp_path: Path) -> Files:
    """Imports rows as a CSV table through a form mapping."""

    def import_rows(
        *rows: Sequence[str], header: Sequence[str] = HEADER, now: datetime = NOW, form: str = ""
    ) -> ImportedAnswers:
        table, mapping = tmp_path / "answers.csv", tmp_path / "form.toml"
        with table.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([header, *rows])
        mapping.write_text(form or form_text(), "utf-8")
        return import_answers(table, mapping, workspace=workspace, now=now)

    return import_rows


def person(number: int, email: str | None = None, **changed: Unpack[ParticipantFields]) -> Participant:
    plain = Participant(participant_id=f"p{number}", name=f"Person {number}", email=email, location="US-NY")
    return replace(plain, **changed)


def session(*people: Participant, mixed: Sequence[str] = (), **changed: Unpack[SessionFields]) -> Session:
    """A session of these people, each on a track of their own unless named in ``mixed``; the host says they are all.

    The own track of who does not speak, and of a bot, was measured: it is silent.
    """
    tracks = [
        Track(
            track_id=f"t{n}",
            participant_id=one.participant_id,
            digest="d" * 64,
            stream=0,
            duration_s=3600.0,
            silent=not one.spoke or one.role is Role.BOT,
        )
        for n, one in enumerate(people)
        if one.participant_id not in mixed
    ]
    plain = Session(
        session_id="2026-11-18-aaaaaaaa",
        source_digest="a" * 64,
        platform="folder",
        title="Office hours",
        started_at=START,
        host="Lumen Labs",
        recorder_location="US-TX",
        notice_asserted=True,
        purposes=(Purpose.TRANSCRIBE, Purpose.INTERNAL_IMPROVE, Purpose.INTERNAL_SHARE, Purpose.PUBLIC_RECORDING),
        duration_s=3600.0,
        participants=people,
        tracks=tuple(tracks),
        list_authority=ListAuthority.HOST,
    )
    return replace(plain, **changed)
