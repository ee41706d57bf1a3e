"""Notes, chapters, polls and summaries beside a recording are read for the names in them, and nothing else is."""

from __future__ import annotations

import json

import pytest

from pipeline.records import Session
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, Media
from tests.ingest.documents import docx
from tests.ingest.outcomes import taken

TITLE = "Office hours-20261118_160000UTC-Meeting Recording.mp4"
SUMMARY = {"title": "Office hours", "next_steps": ["Ana Diaz sends the logs of **Vantrexa**"], "id": 7, "x": None}


def read(make: MakeFolder, workspace: Workspace, media: Media, beside: Files) -> Session:
    return taken(make({TITLE: media["video.mp4"], **beside}), workspace)


def test_every_line_is_a_note_without_its_markup(make: MakeFolder, workspace: Workspace, media: Media) -> None:
    beside: Files = {
        "AI summary.json": json.dumps(SUMMARY),
        "Notes.docx": docx("Agenda", "Vantrexa: migration"),
        "chapters.csv": "begin,title\n0:00,Welcome\n",
        "notes.md": "# Agenda\n\n- see https://vantrexa.example/x\n---\n",
        "thumbnail.png": b"\x89PNG",
    }
    session = read(make, workspace, media, beside)
    summary, document = ("Office hours", "Ana Diaz sends the logs of Vantrexa"), ("Agenda", "Vantrexa: migration")
    assert session.notes == (*summary, *document, "begin,title", "0:00,Welcome", "- see")
    assert session.unrecognised_kinds == ("pictures",)
    assert [file.kind for file in session.sealed].count("notes") == 4
    assert not session.captions and len(session.participants) == 0


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\x00", "x" * 2001 + "\n", "\n".join(f"line number {at}" for at in range(5001)), "\n\n", "{"],
    ids=["no text", "one endless line", "too many lines", "nothing", "a brace"],
)
def test_what_cannot_be_read_is_counted(
    content: str | bytes, make: MakeFolder, workspace: Workspace, media: Media
) -> None:
    session = read(make, workspace, media, {"meeting notes.txt": content})
    assert (session.notes, session.unrecognised_kinds) == ((), ("notes",))


def test_other_files_are_no_notes(make: MakeFolder, workspace: Workspace, media: Media) -> None:
    session = read(make, workspace, media, {"contract.txt": "Vantrexa", "notes.pdf": b"%PDF Vantrexa"})
    assert (session.notes, session.unrecognised_files) == ((), 2)
