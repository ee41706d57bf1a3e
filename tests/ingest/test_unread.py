"""What could not be understood of a session is said in counts, and nothing is said where all was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.ingest import unread
from pipeline.ingest.file_kinds import kind_of
from tests.store.making import session


def test_every_count_is_said_once_for_each_session() -> None:
    whole = session()
    some = replace(whole, unread_captions=12, unread_chat=3, unrecognised_files=1)
    one = replace(whole, session_id="s2", unread_chat=2)
    assert list(unread([whole, some, one])) == [
        "2026-11-18-aaaaaaaa: 12 lines of captions, 3 lines of chat and 1 file could not be understood "
        "and are in no output",
        "s2: 2 lines of chat could not be understood and are in no output",
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("GMT20261118-150000_Recording.summary.json", "summaries"),
        ("Meeting recap.docx", "summaries"),
        ("Shared notes.txt", "notes"),
        ("video_chapters.json", "chapters"),
        ("thumbnail.PNG", "pictures"),
        ("Umfrage.xlsx", "polls"),
        ("a/SECRET.pdf", "documents"),
        ("SECRET.csv", "tables"),
        ("SECRET.mp4", "media"),
        ("SECRET", "others"),
    ],
)
def test_what_is_left_out_is_told_by_its_kind_and_never_by_its_name(name: str, kind: str) -> None:
    assert kind_of(name) == kind
    some = replace(session(), unrecognised_files=3, unrecognised_kinds=(kind, kind))
    (line,) = unread([some])
    assert f"3 files ({kind}: 2) could not be understood" in line and "SECRET" not in line
