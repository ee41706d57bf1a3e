"""Names for fetched files, whatever a server says: plain, short, and dating nothing."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.fetch.file_names import plain_id, plain_title
from pipeline.files import write_bytes
from pipeline.ingest.identify_platform import FolderKind, recognise
from pipeline.ingest.written_start import written_start

DATES = st.sampled_from(
    ["(2020-01-01 at 10:00 GMT)", "GMT20200101-100000_Recording", "-20200101_100000UTC-x", "- 2020/01/01 10:00 CET - "]
)
TITLES = st.lists(
    st.one_of(st.text(max_size=12), DATES, st.sampled_from(["../", "\\", "\x00", "~", ".part"])), max_size=6
)


@given(TITLES.map("".join))
@example("- 2020/01/01 10:00 CET - \x1b\r0")
@example("e\x1b\u0301")
def test_a_title_leads_nowhere_and_says_no_time(text: str) -> None:
    title = plain_title(text)
    assert title and len(title) <= 80 and title == plain_title(title)
    assert not any(char in '/\\:*?"<>|' or unicodedata.category(char)[0] == "C" for char in title)
    assert not title.startswith((".", "~", "-"))
    teams = f"{title}-20261118_150000UTC-Meeting Recording.mp4"
    meet = f"{title} (2026-11-18 at 15_00_00 GMT+0) - Recording.mp4"
    for name, kind in ((teams, FolderKind.TEAMS), (meet, FolderKind.MEET)):
        assert recognise([name]) is kind
        start = written_start(name)
        assert start is not None and start.isoformat() == "2026-11-18T15:00:00+00:00"


@pytest.mark.parametrize("letter", ["x", "é", "会", "𠮷"])
def test_a_long_title_leaves_room_for_every_end_of_a_name(letter: str, tmp_path: Path) -> None:
    title = plain_title(letter * 100)
    assert len(title) >= 40 and set(title) == {letter}
    for end in ("-20261118_150000UTC-Meeting Recording.mp4", " (2026-11-18 at 15_00_00 GMT+0) - Transcript 12.vtt"):
        write_bytes(tmp_path / f"{title}{end}.part.json", b"")


@pytest.mark.parametrize("text", ["", "../x", "a/b", "a b", "x" * 65, "a.b", "ä"])
def test_an_id_with_other_characters_is_none(text: str) -> None:
    assert plain_id(text) == ""
    assert plain_id("aB-9_") == "aB-9_"
