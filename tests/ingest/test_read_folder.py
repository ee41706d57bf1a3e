"""What a folder says before it has a session.toml: its files, whom they name, and when it began."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from pipeline.errors import UsageProblem
from pipeline.ingest.read_folder import read_folder

ROSTER = (
    "Name (Original Name),User Email,Join Time,Leave Time\nAna Ruiz,ana@x.example,11/18/2026 10:00,11/18/2026 11:00\n"
)
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Bo Li>Hello.\n"
CHAT = "10:00:05 From Cy Dee to Everyone:\n\tHi there\n"


def folder(root: Path, files: dict[str, str], name: str = "call") -> Path:
    place = root / name
    for file, text in files.items():
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text(text, "utf-8")
    return place


def test_everybody_is_named_by_some_file(tmp_path: Path) -> None:
    files = {"call.mp4": "", "who.csv": ROSTER, "words.vtt": CAPTIONS, "chat.txt": CHAT, "notes.md": "x", "x.toml": "y"}
    contents = read_folder(folder(tmp_path, files), scratch=tmp_path)
    assert [person.name for person in contents.draft.people] == ["Ana Ruiz", "Bo Li", "Cy Dee"]
    facts = contents.draft.facts
    assert (facts.roster, facts.captions, facts.chat) == (("who.csv",), "words.vtt", "chat.txt")
    assert contents.unread == ("notes.md", "x.toml")
    assert contents.draft.mixed == ("call.mp4",)


def test_a_chat_is_no_caption_file_and_webvtt_goes_first(tmp_path: Path) -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
    files = {"a.m4a": "", "a.srt": srt, "b.vtt": CAPTIONS, "saved.txt": CHAT}
    facts = read_folder(folder(tmp_path, files), scratch=tmp_path).draft.facts
    assert (facts.captions, facts.chat) == ("b.vtt", "saved.txt")


def test_files_of_one_person_are_their_tracks(tmp_path: Path) -> None:
    files = {
        "ana-ruiz.flac": "",
        "bo_li.flac": "",
        "zoe.flac": "",
        "everybody.mp4": "",
        "who.csv": ROSTER,
        "c.vtt": CAPTIONS,
    }
    draft = read_folder(folder(tmp_path, files), scratch=tmp_path, names_on_file=("Zoe",)).draft
    assert {person.name: person.track for person in draft.people} == {
        "Ana Ruiz": "ana-ruiz.flac",
        "Bo Li": "bo_li.flac",
        "Zoe": "zoe.flac",
    }
    assert draft.mixed == ("everybody.mp4",)


@pytest.mark.parametrize("files", [{"ana ruiz.mp4": ""}, {"ana ruiz 1.flac": "", "ana ruiz 2.flac": ""}])
def test_a_single_file_or_two_of_one_name_are_nobodys_own(tmp_path: Path, files: dict[str, str]) -> None:
    draft = read_folder(folder(tmp_path, files | {"who.csv": ROSTER}), scratch=tmp_path).draft
    assert [person.track for person in draft.people] == [None]


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("GMT20261118-100005_Recording.mp4", datetime(2026, 11, 18, 10, 0, 5, tzinfo=UTC)),
        ("Call-20261118_100005-Meeting Recording.mp4", datetime(2026, 11, 18, 10, 0, 5)),
        ("Call (2026-11-18 at 10_00 GMT+1).mp4", datetime(2026, 11, 18, 10, tzinfo=timezone(timedelta(hours=1)))),
        ("Call (2026-11-18 at 10_00 GMT).mp4", datetime(2026, 11, 18, 10, tzinfo=UTC)),
        ("2026-11-18 10-00-05.mkv", datetime(2026, 11, 18, 10, 0, 5)),
        ("2026-13-18 10-00-05.mkv", None),
        ("call.mp4", None),
    ],
)
def test_a_start_in_a_name_is_read(tmp_path: Path, name: str, start: datetime | None) -> None:
    assert read_folder(folder(tmp_path, {name: ""}), scratch=tmp_path).start == start


@pytest.mark.parametrize("files", [{}, {"notes.txt": "x"}, {"call.aupzip": ""}])
def test_where_there_is_nothing_to_draft_it_says_so(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "call").mkdir()
    with pytest.raises(UsageProblem):
        read_folder(folder(tmp_path, files), scratch=tmp_path)
