"""Recordings with several sounds in one file, as OBS makes them: which is whom, said once in the workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.consent.evaluation.claims import list_is_complete
from pipeline.errors import ConfigurationError
from pipeline.ingest import fingerprint, read_tracks, tracks_digest
from pipeline.records import ListAuthority, Session
from pipeline.store import Workspace
from tests.ingest.conftest import Files, MakeFolder, ffmpeg
from tests.ingest.outcomes import refused, taken

TABLE = """
[[series]]
series = "office-hours"
timezone = "Europe/Berlin"
[[series.tracks]]
number = 1
holds = "everybody"
[[series.tracks]]
title = "Mic/Aux"
name = "Hannah Berg"
email = "hannah@lumen.example"
role = "staff"
"""
REMOTE = TABLE + '[[series.tracks]]\ntitle = "Desktop"\nname = "Priya Raman"\n'
NAME = "2026-11-18 16-00-05.mkv"


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three sounds, titled as OBS does, a silent one, and a picture."""
    sounds = ("sine=frequency=300", "sine=frequency=400", "sine=frequency=500", "anullsrc=r=48000:cl=mono")
    inputs = [word for sound in sounds for word in ("-f", "lavfi", "-t", "2", "-i", sound)]
    maps = [word for number in range(5) for word in ("-map", f"{number}")]
    titles = [f"-metadata:s:a:{number}" for number in range(3)]
    named = [
        word
        for flag, title in zip(titles, ("Mix", "Mic/Aux", "Desktop"), strict=True)
        for word in (flag, f"title={title}")
    ]
    picture = ("-f", "lavfi", "-t", "2", "-i", "testsrc=size=64x64:rate=5")
    target = tmp_path_factory.mktemp("obs") / NAME
    return ffmpeg(*inputs, *picture, *maps, "-c:a", "flac", *named, target=target)


def owners(session: Session) -> list[str | None]:
    return [track.participant_id for track in session.tracks]


def test_without_a_table_the_session_holds_as_mixed_sound(obs: Path, make: MakeFolder, workspace: Workspace) -> None:
    session = taken(make({NAME: obs}), workspace)
    assert (owners(session), session.participants) == ([None] * 4, ())
    assert (session.list_authority, session.start_is_estimated) == (ListAuthority.NOBODY, True)
    assert session.video is not None


def test_a_sound_that_the_table_does_not_tell_is_somebody_who_spoke(
    obs: Path, make: MakeFolder, workspace: Workspace
) -> None:
    (workspace.root / "tracks.toml").write_text(TABLE)
    session = taken(make({NAME: obs}), workspace)
    assert [(who.name, who.provenance.value, who.spoke) for who in session.participants] == [
        ("Hannah Berg", "listed", True),
        ("Desktop", "unlisted", True),
    ]
    assert owners(session) == [None, "p1", "p2", None]
    assert [track.silent for track in session.tracks] == [False, False, False, True]
    assert session.video is not None
    assert (session.started_at, session.start_is_estimated) == (datetime(2026, 11, 18, 15, 0, 5, tzinfo=UTC), False)


def test_a_lone_file_whose_sounds_are_all_told_needs_nothing_else(
    obs: Path, make: MakeFolder, workspace: Workspace
) -> None:
    own = REMOTE.replace('number = 1\nholds = "everybody"', 'number = 1\nname = "Room"')
    (workspace.root / "tracks.toml").write_text(own)
    session = taken(make({NAME: obs}) / NAME, workspace)
    assert owners(session) == ["p1", "p2", "p3", None]
    assert list_is_complete(session), "the sound that nobody owns is silent"


def test_where_one_sound_holds_several_nobody_can_be_taken_out(
    obs: Path, make: MakeFolder, workspace: Workspace
) -> None:
    (workspace.root / "tracks.toml").write_text(TABLE + '[[series.tracks]]\ntitle = "desktop"\nholds = "several"\n')
    session = taken(make({NAME: obs}), workspace)
    assert ([who.name for who in session.participants], owners(session)) == (["Hannah Berg"], [None] * 4)
    assert not list_is_complete(session)


def test_the_series_of_session_toml_chooses_the_table(obs: Path, make: MakeFolder, workspace: Workspace) -> None:
    other = REMOTE.replace("office-hours", "other").replace("Priya Raman", "Bo Li").split("timezone")[1]
    (workspace.root / "tracks.toml").write_text(REMOTE + '[[series]]\nseries = "other"\ntimezone' + other)
    told = "started_at = 2026-11-18T15:00:00Z\n"
    assert owners(taken(make({NAME: obs, "session.toml": told}, "none"), workspace)) == [None] * 4
    session = taken(make({NAME: obs, "session.toml": told + "series = 'other'\n"}, "one"), workspace)
    assert [who.name for who in session.participants] == ["Hannah Berg", "Bo Li"]


def test_a_session_toml_may_say_it_itself(obs: Path, make: MakeFolder, workspace: Workspace) -> None:
    told = (
        "started_at = 2026-11-18T15:00:00Z\n[[participants]]\nname='Ana'\ntrack='2026-11-18 16-00-05.mkv'\nstream = 2\n"
    )
    session = taken(make({NAME: obs, "session.toml": told}), workspace)
    assert owners(session) == [None, "p1", None, None]
    assert session.video is not None
    assert "which has 4" in refused(make({NAME: obs, "session.toml": told.replace("= 2\n", "= 9\n")}, "9"), workspace)
    assert "exactly one" in refused(make({NAME: obs, "session.toml": told.split("stream")[0]}, "none"), workspace)
    no_file = told.replace(f"track='{NAME}'\n", "")
    assert "stream" in refused(make({NAME: obs, "session.toml": no_file}, "no file"), workspace)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (TABLE.replace("Mic/Aux", "Microphone"), "0 sounds"),
        (TABLE.replace("number = 1", "number = 7"), "0 sounds"),
        (TABLE.replace('title = "Mic/Aux"', "number = 1"), "twice"),
    ],
)
def test_what_does_not_fit_the_recording_is_refused(
    table: str, reason: str, obs: Path, make: MakeFolder, workspace: Workspace
) -> None:
    (workspace.root / "tracks.toml").write_text(table)
    of_the_series: Files = {NAME: obs, "session.toml": "series = 'office-hours'\nstarted_at = 2026-11-18T15:00:00Z\n"}
    assert reason in refused(make(of_the_series), workspace)
    assert owners(taken(make({NAME: obs}, "of no series said"), workspace)) == [None] * 4


def test_own_sounds_without_a_known_start_are_refused(obs: Path, make: MakeFolder, workspace: Workspace) -> None:
    (workspace.root / "tracks.toml").write_text(TABLE.replace('timezone = "Europe/Berlin"\n', ""))
    assert "zone" in refused(make({NAME: obs}), workspace)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("number = 1", "number = 0"),
        ("number = 1", "number = 1\ntitle = 'x'"),
        ('name = "Hannah Berg"', 'name = "Hannah Berg"\nholds = "several"'),
        ('holds = "everybody"', 'holds = "nobody"'),
        ("Europe/Berlin", "Europe/SECRET"),
        ("series = ", "serie = "),
        ("[[series]]", "[[series"),
    ],
)
def test_a_broken_table_is_one_line_without_its_words(old: str, new: str, workspace: Workspace) -> None:
    (workspace.root / "tracks.toml").write_text(TABLE.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        read_tracks(workspace.root)
    assert "SECRET" not in str(caught.value) and "Hannah" not in str(caught.value)
    assert "\n" not in caught.value.message


def test_folders_are_read_again_when_the_table_changes(make: MakeFolder, workspace: Workspace) -> None:
    folder = make({"a": "x"})
    before = fingerprint(folder, also=tracks_digest(workspace.root))
    assert before == fingerprint(folder)
    (workspace.root / "tracks.toml").write_text(TABLE)
    assert fingerprint(folder, also=tracks_digest(workspace.root)) != before
