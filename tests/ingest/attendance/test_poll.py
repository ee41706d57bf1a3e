"""Whoever answered a poll took part, whether a list has them or not."""

from __future__ import annotations

from pathlib import Path

from pipeline.ingest.attendance.poll import respondents
from pipeline.ingest.platforms import zoom
from pipeline.ingest.session_toml import SessionToml
from tests.ingest.conftest import CONF, REPORT, listed

POLL = (
    "Poll Report\nTopic,Meeting ID\nOffice hours,1\n\nPoll Details\n"
    "#,User Name,User Email,Submitted Date/Time,How was it?\n"
    '1,Priya Raman,priya@halcyon.example,"Nov 18, 2026 16:10:00",Good\n'
    '2,Dee Moreau,dee@x.example,"Nov 18, 2026 16:10:05","Fine, thanks"\n'
)


def test_a_table_of_polls_names_who_answered() -> None:
    assert respondents(POLL) == ("Priya Raman", "Dee Moreau")
    assert respondents(REPORT) is None
    assert respondents("") is None


def test_a_zoom_folder_with_polls_is_read_and_whom_they_name_takes_part(tmp_path: Path) -> None:
    files = {"recording.conf": CONF, "audio1123456789.m4a": "x", "participants_1.csv": REPORT, "poll_1.csv": POLL}
    draft = zoom.read(listed(files, tmp_path), SessionToml())
    assert draft.named == ("Priya Raman", "Dee Moreau")
    assert ("poll_1.csv", "poll") in draft.texts
    assert "Dee Moreau" not in {person.name for person in draft.people}
