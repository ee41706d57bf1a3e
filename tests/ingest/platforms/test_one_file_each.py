"""One file a person, known by their names: what tells them apart, and that a name on a file completes no list."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest import ingest
from pipeline.ingest.identify_platform import FolderKind, recognise
from pipeline.ingest.session_toml import parse
from pipeline.ingest.speaker_files import other_files, owners_by_name
from pipeline.records import Provenance, Refused, Session
from pipeline.store import Workspace
from pipeline.workflow.draft_session import SessionChoices, draft_session
from tests.ingest.conftest import Files, MakeFolder, Media

ROSTER = "Name (Original Name),User Email\nPriya Raman,priya@halcyon.example\n"


@pytest.mark.parametrize(
    ("names", "people"),
    [
        (
            ["riverside_priya_raman_raw-audio_the_show_0001.wav", "riverside_bo_li_raw-audio_the_show_0001.wav"],
            ["bo li", "priya raman"],
        ),
        (
            ["riverside_priya raman_nov 18, 2026 001_the show.wav", "riverside_bo_nov 18, 2026 001_the show.wav"],
            ["bo", "priya raman"],
        ),
        (["2026-11-18-ep12-priya.wav", "2026-11-18-ep12-hannah.wav"], ["hannah", "priya"]),
        (["Priya-Raman_show_2026-11-18.mp3", "Hannah-Berg_show_2026-11-18.mp3"], ["hannah berg", "priya raman"]),
        (["host.wav", "guest.wav"], ["guest", "host"]),
        (["ep12 mix.wav", "ep12 Ana.wav", "ep12 Bo.wav"], ["ana", "bo"]),
        (["show-Ana.mp4", "show-Ana.wav", "show-Bo.wav"], ["ana", "bo"]),
        (["山田.wav", "佐藤.wav"], ["佐藤", "山田"]),
    ],
)
def test_people_are_what_tells_the_names_apart(names: list[str], people: list[str]) -> None:
    assert recognise(names) is FolderKind.ONE_FILE_EACH
    assert sorted(owners_by_name(names).values()) == people


@pytest.mark.parametrize(
    "names",
    [
        ["priya.wav"],
        ["call.mp4", "call-part2.mp4"],
        ["call 1.wav", "call 2.wav"],
        ["a.m4a", "b.m4a"],
        ["mix.wav", "priya.wav"],
        ["ana.mp4", "ana.wav"],
        ["IMG_1234.mov", "IMG_1235.mov"],
        ["we talk about all the new things here.wav", "priya.wav"],
    ],
)
def test_what_names_no_two_people_is_loose_media(names: list[str]) -> None:
    assert owners_by_name(names) == {}
    assert recognise(names) is FolderKind.LOOSE


def test_the_session_holds_with_the_names_until_somebody_says_who_they_are(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    files: Files = {
        "ep12-priya raman.flac": media["one.flac"],
        "ep12-hannah.flac": media["two.flac"],
        "who.csv": ROSTER,
    }
    folder = make(files)
    session = ingest(folder, workspace=workspace)
    assert isinstance(session, Session), session
    assert [(who.name, who.email, who.provenance) for who in session.participants] == [
        ("Priya Raman", "priya@halcyon.example", Provenance.UNLISTED),
        ("hannah", None, Provenance.UNLISTED),
    ]
    assert [track.participant_id for track in session.tracks] == ["p1", "p2"]
    assert session.start_is_estimated

    draft = draft_session(folder, SessionChoices(), workspace=workspace)
    assert [(who.name, who.track) for who in parse(draft.text).participants] == [
        ("Priya Raman", "ep12-priya raman.flac"),
        ("hannah", "ep12-hannah.flac"),
    ]
    (folder / "session.toml").write_text("started_at = 2026-11-18T15:00:00Z\n" + draft.text)
    told = ingest(folder, workspace=workspace)
    assert isinstance(told, Session), told
    assert {who.provenance for who in told.participants} == {Provenance.LISTED}
    assert not told.start_is_estimated


def test_files_of_different_lengths_are_refused_and_a_mix_is_mixed(
    media: Media, make: MakeFolder, workspace: Workspace
) -> None:
    apart = ingest(make({"ana.flac": media["one.flac"], "bo.m4a": media["long.m4a"]}, "apart"), workspace=workspace)
    assert isinstance(apart, Refused) and "different lengths" in apart.reason
    mixed = {"ana.flac": media["one.flac"], "bo.flac": media["two.flac"], "mix.m4a": media["mixed.m4a"]}
    session = ingest(make(mixed, "mixed"), workspace=workspace)
    assert isinstance(session, Session), session
    assert [track.participant_id for track in session.tracks] == ["p1", "p2", None]


def test_a_second_file_of_a_person_is_left_out() -> None:
    names = ["show-Ana.mp4", "show-Ana.wav", "show-Bo.wav", "show-mix.wav"]
    owners = owners_by_name(names)
    assert set(owners) == {"show-Ana.wav", "show-Bo.wav"}
    assert other_files(names, owners) == ("show-mix.wav",)


@given(st.lists(st.text() | st.sampled_from(["ana.wav", "bo li.wav", "mix.wav", "x-1.wav", ".wav", "a/b.wav"])))
def test_any_names_have_owners_or_none(names: list[str]) -> None:
    owners = owners_by_name(names)
    assert len(owners) != 1
    assert set(owners) <= set(names)
