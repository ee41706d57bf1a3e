"""Craig: info.txt, raw.dat, the tracks, and zips that mean harm."""

from __future__ import annotations

import json
import stat
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused
from pipeline.ingest import archive, ingest
from pipeline.ingest.platforms import craig
from pipeline.records import Refused
from tests.ingest.conftest import INFO, SNOWFLAKES


def unix(text: str) -> str:
    return text.replace("\r\n", "\n")


def test_info_is_read_with_new_and_old_user_names():
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
def test_other_info_is_refused(old, new):
    with pytest.raises(InputRefused):
        craig.parse_info(unix(INFO).replace(old, new))


def test_raw_dat_names_the_bots_and_must_agree():
    head = json.dumps({"tracks": {"1": {"id": "11111", "bot": True}, "2": {"id": "22222"}}}).encode() + b"\n\xff\x00"
    assert craig.parse_head(head, ["11111", "22222"]) == {"11111"}
    with pytest.raises(InputRefused):
        craig.parse_head(head, ["22222", "11111"])
    with pytest.raises(InputRefused):
        craig.parse_head(head, ["11111"])


def test_tracks_go_by_number_alone():
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
    made = zipfile.ZipInfo(name)
    made.filename = name
    made.file_size, made.compress_size, made.flag_bits, made.external_attr = size, packed, flags, mode << 16
    return made


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
def test_hostile_members_are_refused(members):
    with pytest.raises(InputRefused):
        archive.check_members(members)


def test_a_long_silence_is_not_a_bomb():
    archive.check_members(
        [member("1-a.flac", size=15 << 20, packed=100), member("2-b.flac", size=1 << 30, packed=10 << 20)]
    )


def test_damaged_foreign_and_lying_zips_are_refused(craig_zip, make, workspace):
    whole = craig_zip.read_bytes()
    place = whole.index(b"fLaC") + 2000
    flipped = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
    for number, content in enumerate((b"", b"PK", whole[: len(whole) // 2], flipped)):
        result = ingest(make({"c.zip": content}, f"damaged {number}"), workspace=workspace)
        assert isinstance(result, Refused)
        assert "damaged" in result.reason
    with zipfile.ZipFile(craig_zip, "w") as zipped:
        zipped.writestr("SECRET-20261118_150000-Meeting Recording.mp4", "x")
    result = ingest(craig_zip, workspace=workspace)
    assert isinstance(result, Refused)
    assert "Microsoft Teams" in result.reason
    assert not list(workspace.vault.digests())
    assert not list(workspace.scratch.iterdir())


def test_a_zip_beside_media_is_ambiguous(craig_zip, media, make, workspace):
    result = ingest(make({"c.zip": craig_zip, "x.flac": media["one.flac"], "session.toml": ""}), workspace=workspace)
    assert isinstance(result, Refused)
    assert "more than one" in result.reason


LINES = st.lists(
    st.sampled_from(
        ["Recording x", "Start time:\t2026-11-18T16:00:00Z", "Tracks:", "\tA (b) (12345)", "\t(1)", "", "Notes:"]
    )
)


@given(st.one_of(st.text(), LINES.map("\n".join)))
def test_any_info_is_read_or_refused(text):
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
def test_any_head_is_read_or_refused(head):
    try:
        assert isinstance(craig.parse_head(head, ["12345"]), frozenset)
    except InputRefused as error:
        assert error.action
