"""Craig: info.txt, raw.dat, the tracks, and zips that mean harm."""

from __future__ import annotations

import json
import stat
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import archive, ingest
from pipeline.ingest.listing import session_toml_of
from pipeline.ingest.platforms import craig
from pipeline.ingest.session_toml import parse
from pipeline.records import ListAuthority, Refused, Session
from pipeline.store import Workspace
from pipeline.workflow.draft_session import SessionChoices, draft_session
from tests.ingest.conftest import INFO, SNOWFLAKES, Files, MakeFolder, Media, ffmpeg


def unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def test_info_is_read_with_new_and_old_user_names() -> None:
    info = craig.parse_info(unix(INFO))
    assert info.started_at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert info.users == (
        craig.User(SNOWFLAKES[0], "Priya Raman", "a.b"),
        craig.User(SNOWFLAKES[1], "a_b#1234", "a_b#1234"),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Recording ", "Something "),
        ("2026-11-18T16:00:00.000Z", "yesterday"),
        ("2026-11-18T16:00:00.000Z", "2026-11-18T16:00:00"),
        ("Tracks:", "Trakcs:"),
        (SNOWFLAKES[1], SNOWFLAKES[0]),
        (f" ({SNOWFLAKES[1]})", ""),
    ],
)
def test_other_info_is_refused(old: str, new: str) -> None:
    with pytest.raises(InputRefused):
        craig.parse_info(unix(INFO).replace(old, new))


def test_raw_dat_names_the_bots_and_must_agree() -> None:
    head = json.dumps({"tracks": {"1": {"id": "11111", "bot": True}, "2": {"id": "22222"}}}).encode() + b"\n\xff\x00"
    assert craig.parse_head(head, ["11111", "22222"]) == {"11111"}
    with pytest.raises(InputRefused):
        craig.parse_head(head, ["22222", "11111"])
    with pytest.raises(InputRefused):
        craig.parse_head(head, ["11111"])


def test_tracks_go_by_number_alone() -> None:
    assert craig.track_files(["2-a_b.flac", "info.txt", "1-a_b.flac"], 2) == ("1-a_b.flac", "2-a_b.flac")
    for names in (
        ["1-a.flac"],
        ["1-a.flac", "1-b.flac"],
        ["1-a.flac", "3-b.flac"],
        ["1-a.flac", "2-b.flac", "3-c.flac"],
    ):
        with pytest.raises(InputRefused):
            craig.track_files(names, 2)


def member(name: str = "info.txt", *, size: int = 1, packed: int = 1, mode: int = 0, flags: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.filename = name
    info.file_size, info.compress_size, info.flag_bits, info.external_attr = size, packed, flags, mode << 16
    return info


@pytest.mark.parametrize(
    "members",
    [
        [member("../x.flac")],
        [member("/etc/x.flac")],
        [member("a/../../x.flac")],
        [member("a\\..\\x.flac")],
        [member("C:x.flac")],
        [member(mode=stat.S_IFLNK | 0o777)],
        [member(mode=stat.S_IFIFO)],
        [member(), member("INFO.txt")],
        [member(flags=1)],
        [member(size=archive.MAX_BYTES + 1, packed=archive.MAX_BYTES)],
        [member(size=1 << 30, packed=1 << 20)],
        [member(f"{number}-a.flac") for number in range(501)],
    ],
)
def test_hostile_members_are_refused(members: list[zipfile.ZipInfo]) -> None:
    with pytest.raises(InputRefused):
        archive.check_members(members)


def test_a_long_silence_is_not_a_bomb() -> None:
    archive.check_members(
        [member("1-a.flac", size=15 << 20, packed=100), member("2-b.flac", size=1 << 30, packed=10 << 20)]
    )


def test_damaged_foreign_and_lying_zips_are_refused(craig_zip: Path, make: MakeFolder, workspace: Workspace) -> None:
    whole = craig_zip.read_bytes()
    place = whole.index(b"fLaC") + 2000
    flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    for number, content in enumerate((b"", b"PK", whole[: len(whole) // 2], flipped)):
        result = ingest(make({"c.zip": content}, f"damaged {number}"), workspace=workspace)
        assert isinstance(result, Refused)
        assert "damaged" in result.reason
    with zipfile.ZipFile(craig_zip, "w") as zipped:
        zipped.writestr("SECRET.bin", "x")
    result = ingest(craig_zip, workspace=workspace)
    assert isinstance(result, Refused)
    assert "unknown" in result.reason
    assert not list(workspace.vault.digests())
    assert not list(workspace.scratch.iterdir())


def test_a_zip_beside_media_is_ambiguous(craig_zip: Path, media: Media, make: MakeFolder, workspace: Workspace) -> None:
    result = ingest(make({"c.zip": craig_zip, "x.flac": media["one.flac"], "session.toml": ""}), workspace=workspace)
    assert isinstance(result, Refused)
    assert "more than one" in result.reason


LINES = st.lists(
    st.sampled_from(
        ["Recording x", "Start time:\t2026-11-18T16:00:00Z", "Tracks:", "\tA (b) (12345)", "\t(1)", "", "Notes:"]
    )
)


@given(st.one_of(st.text(), LINES.map("\n".join)))
def test_any_info_is_read_or_refused(text: str) -> None:
    try:
        assert craig.parse_info(text).users
    except InputRefused as error:
        assert error.action


@given(
    st.one_of(
        st.binary(),
        st.dictionaries(st.text(), st.dictionaries(st.text(), st.text())).map(
            lambda made: json.dumps({"tracks": made}).encode()
        ),
    )
)
def test_any_head_is_read_or_refused(head: bytes) -> None:
    try:
        assert isinstance(craig.parse_head(head, ["12345"]), frozenset)
    except InputRefused as error:
        assert error.action


FORMATS = {
    "1-a_b_0.ogg": ("-c:a", "flac"),
    "1-a_b_0.opus": ("-c:a", "libopus"),
    "1-a_b_0.aac": ("-c:a", "aac"),
    "1-a_b_0.m4a": ("-c:a", "aac"),
    "1-a_b_0.wav": ("-c:a", "adpcm_ms"),
    "1-a_b_0.mp3": (),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("zipped", [True, False])
def test_every_format_that_craig_offers_is_read(
    name: str, zipped: bool, media: Media, make: MakeFolder, workspace: Workspace, tmp_path: Path
) -> None:
    track = ffmpeg("-i", str(media["one.flac"]), "-ar", "48000", *FORMATS[name], target=tmp_path / name)
    other = ffmpeg("-i", str(media["two.flac"]), "-ar", "48000", *FORMATS[name], target=tmp_path / f"2{name[1:]}")
    files: Files = {name: track, other.name: other, "info.txt": INFO}
    if zipped:
        with zipfile.ZipFile(tmp_path / f"craig.{name[8:]}.zip", "w") as archive_file:
            for member, content in files.items():
                archive_file.writestr(member, content.read_bytes() if isinstance(content, Path) else content)
        files = {"craig.zip": tmp_path / f"craig.{name[8:]}.zip"}
    session = ingest(make(files), workspace=workspace)
    assert isinstance(session, Session), session
    assert [track.participant_id for track in session.tracks] == ["p1", "p2"]
    assert session.duration_s == pytest.approx(2.0, abs=0.1)


def test_one_user_in_two_formats_is_refused() -> None:
    with pytest.raises(InputRefused):
        craig.track_files(["1-a.flac", "1-a.aac"], 1)


def test_an_audacity_project_is_refused_with_what_would_help(make: MakeFolder, workspace: Workspace) -> None:
    result = ingest(make({"call.aupzip": "x"}) / "call.aupzip", workspace=workspace)
    assert isinstance(result, Refused)
    assert "Audacity" in result.reason and "FLAC" in result.action


@pytest.mark.parametrize("beside", [True, False])
def test_a_zip_has_a_draft_that_the_next_night_takes(
    beside: bool, craig_zip: Path, make: MakeFolder, workspace: Workspace
) -> None:
    path = make({"craig.zip": craig_zip}, "in a folder") if beside else craig_zip
    draft = draft_session(path, SessionChoices(recorder_location="US-TX"), workspace=workspace)
    told = parse(draft.text)
    assert [(who.name, who.platform_id, who.track) for who in told.participants] == [
        ("Priya Raman", f"discord:{SNOWFLAKES[0]}", "1-a_b_0.flac"),
        ("a_b#1234", f"discord:{SNOWFLAKES[1]}", "2-a_b_1234.flac"),
    ]
    assert told.started_at == datetime(2026, 11, 18, 16, tzinfo=UTC)
    session_toml_of(path).write_text(draft.text)
    session = ingest(path, workspace=workspace)
    assert isinstance(session, Session), session
    assert (session.recorder_location, session.list_authority) == ("US-TX", ListAuthority.PLATFORM)
    assert [track.participant_id for track in session.tracks] == ["p1", "p2"]
    assert not list(workspace.scratch.iterdir())
