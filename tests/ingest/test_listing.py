"""Listings, fingerprints, the inbox, the kinds, and times and people that are joined."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import InputRefused, TryAgain, UsageProblem
from pipeline.ingest import clock
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.encodings import decoded, renamed
from pipeline.ingest.identify_platform import READABLE, FolderKind, check_readable, recognise
from pipeline.ingest.listing import MAX_FILES, entries, fingerprint, listing, session_toml_of, strays
from pipeline.ingest.participants import merged
from pipeline.ingest.session_toml import ListedParticipant, SessionToml
from tests.ingest.conftest import MakeFolder


def test_a_fingerprint_follows_names_sizes_times_and_nothing_else(make: MakeFolder) -> None:
    root = make({"a.txt": "one", "sub/b.txt": "two"})
    first = fingerprint(root)
    assert fingerprint(root) == first
    stamp = (root / "a.txt").stat().st_mtime_ns
    (root / "a.txt").write_text("eno")
    os.utime(root / "a.txt", ns=(stamp, stamp))
    assert fingerprint(root) == first
    os.utime(root / "a.txt", ns=(stamp, stamp + 1))
    second = fingerprint(root)
    (root / "sub" / "b.txt").rename(root / "sub" / "c.txt")
    assert len({first, second, fingerprint(root)}) == 3
    with pytest.raises(TryAgain):
        fingerprint(root / "gone")


def test_entries_are_folders_zips_and_lone_media(make: MakeFolder, tmp_path: Path) -> None:
    files = {"x/a": "", "b.zip": "", "loose.mp4": "", ".hidden/a": "", "A/a": "", "notes.txt": "", ".DS_Store": ""}
    sidecars = {"loose.mp4.session.toml": "", "gone.mp4.session.toml": "", ".x.mp4": ""}
    inbox = make(files | sidecars | {"Old.WMA": ""}).resolve()
    (inbox / "link").symlink_to(tmp_path)
    assert [path.name for path in entries(inbox)] == ["A", "Old.WMA", "b.zip", "link", "loose.mp4", "x"]
    assert strays(inbox) == 2, "the notes, and the session.toml of a file that is not there"
    assert (entries(inbox / "loose.mp4"), strays(inbox / "loose.mp4")) == ([inbox / "loose.mp4"], 0)


def test_a_lone_file_has_its_session_toml_beside_it(make: MakeFolder) -> None:
    inbox = make({"call.m4a": "x"})
    call = inbox / "call.m4a"
    alone, before = listing(call), fingerprint(call)
    session_toml_of(call).write_text("title = 'x'")
    assert alone.names == ("call.m4a",)
    assert listing(call).names == ("call.m4a", "session.toml")
    assert fingerprint(call) != before
    assert session_toml_of(inbox) == inbox / "session.toml"


def test_limits_and_hidden_files(make: MakeFolder) -> None:
    root = make({".DS_Store": "", ".other": "", "a": "", "sub/.x/b": ""})
    found = listing(root)
    assert (found.names, found.hidden) == (("a",), 2)
    with pytest.raises(InputRefused, match="deeply"):
        listing(make({"1/2/3/4/5/x": ""}, "deep"))
    with pytest.raises(InputRefused, match=str(MAX_FILES)):
        listing(make({str(number): "" for number in range(MAX_FILES + 1)}, "many"))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["session.toml", "a.flac"], FolderKind.SESSION),
        (["session.toml", "video1.mp4"], FolderKind.SESSION),
        (["session.toml", "recording.conf", "video1.mp4"], FolderKind.ZOOM),
        (["Audio Record/audioA11.m4a"], FolderKind.ZOOM),
        (["audio_only.m4a"], FolderKind.ZOOM),
        (["info.txt", "1-a.flac"], FolderKind.CRAIG),
        (["c.zip", "session.toml"], FolderKind.ZIP),
        (["c.zip", "d.zip"], FolderKind.SEVERAL),
        (["info.txt", "1-a.flac", "recording.conf"], FolderKind.SEVERAL),
        ([], FolderKind.EMPTY),
        (["x.pdf"], FolderKind.UNKNOWN),
    ],
)
def test_kinds(names: list[str], kind: FolderKind) -> None:
    assert recognise(names) is kind


@given(
    st.lists(st.text() | st.sampled_from(["session.toml", "info.txt", "1-a.flac", "c.zip", "recording.conf", "x.mp4"]))
)
def test_every_listing_has_one_kind_which_is_readable_or_refused(names: list[str]) -> None:
    kind = recognise(names)
    if kind in READABLE:
        check_readable(kind)
    else:
        with pytest.raises(InputRefused) as caught:
            check_readable(kind)
        assert caught.value.action


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = decoded(data, "x")
    except InputRefused:
        return
    assert "\r" not in text
    assert "\0" not in text


def test_encodings() -> None:
    assert decoded("é\r\n".encode("utf-8-sig"), "x") == decoded("é\r\n".encode("utf-16"), "x") == "é\n"
    with pytest.raises(InputRefused):
        decoded("é".encode("latin-1"), "x")
    assert renamed("New (he/him) (Old)") == ("New (he/him)", "Old")
    assert renamed("Only") == ("Only", None)


def started(*, told: datetime | None = None, zone: str | None = None, local: datetime | None = None) -> datetime:
    facts = SessionToml(started_at=told, timezone=zone)
    return clock.started_at(SessionDraft(platform="zoom", facts=facts, people=(), mixed=(), local_start=local))


def test_the_start_of_a_session() -> None:
    local = datetime(2026, 7, 1, 16)
    assert started(local=local, zone="Europe/Berlin") == datetime(2026, 7, 1, 14, tzinfo=UTC)
    assert started(told=local, zone="America/New_York") == datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert started(told=local.replace(tzinfo=UTC), local=datetime(2020, 1, 1)) == local.replace(tzinfo=UTC)
    for refused in (
        {"local": local},
        {},
        {"local": datetime(2026, 10, 25, 2, 30), "zone": "Europe/Berlin"},
        {"local": datetime(2026, 3, 29, 2, 30), "zone": "Europe/Berlin"},
    ):
        with pytest.raises(InputRefused, match=r"session\.toml"):
            started(**refused)


ROSTER = (
    Person(name="Ann", email="ann@x", platform_id="discord:1"),
    Person(name="Bob"),
    Person(name="bob", email="bob@x"),
)


def test_told_people_join_by_mail_then_id_then_name() -> None:
    found = merged(
        ROSTER,
        [
            ListedParticipant(name="Anna", email="ANN@x"),
            ListedParticipant(name="Robert", email="bob@x"),
            ListedParticipant(name="New"),
        ],
        [],
    )
    assert [(p.name, p.aliases, p.email) for p in found] == [
        ("Anna", ("Ann",), "ann@x"),
        ("Bob", (), None),
        ("Robert", ("bob",), "bob@x"),
        ("New", (), None),
    ]
    assert merged(ROSTER, [ListedParticipant(name="Zed", platform_id="discord:1")], [])[0].name == "Zed"


@pytest.mark.parametrize(
    "told",
    [
        [ListedParticipant(name="BOB")],
        [ListedParticipant(name="Ann", email="other@x")],
        [ListedParticipant(name="Ann", platform_id="discord:2")],
        [ListedParticipant(name="x", email="bob@x", platform_id="discord:1")],
        [ListedParticipant(name="Ann"), ListedParticipant(name="y", email="ann@x")],
        [ListedParticipant(name="y", email="y@x"), ListedParticipant(name="z", email="Y@x")],
        [ListedParticipant(name="y", track="missing.flac")],
        [ListedParticipant(name="y", track="a.txt")],
        [ListedParticipant(name="y", track="a.flac"), ListedParticipant(name="z", track="a.flac")],
    ],
)
def test_uncertain_people_are_refused(told: list[ListedParticipant]) -> None:
    with pytest.raises(InputRefused):
        merged(ROSTER, told, ["a.txt", "a.flac"])


def test_the_folder_of_one_session_is_no_inbox(tmp_path: Path) -> None:
    # Each person's track would be a session of its own.
    for name in ("ana.flac", "bo.flac", "session.toml"):
        (tmp_path / name).touch()
    with pytest.raises(UsageProblem, match="folder of one session"):
        entries(tmp_path)


def test_a_folder_that_may_not_be_looked_into_has_a_fingerprint_until_its_rights_change(
    make: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is refused with a line of its own, in place of being passed over as one that is still being written."""
    root = make({"a.wav": b"a"})
    readable = fingerprint(root)
    with monkeypatch.context() as patched:
        patched.setattr(os, "scandir", _no_right)
        refused = fingerprint(root)
        assert refused == fingerprint(root) != readable
        with pytest.raises(PermissionError):
            listing(root)
    assert fingerprint(root) == readable


def test_a_file_that_gets_readable_is_read_again(make: MakeFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what the refusal asks for would change nothing: neither its size nor its time does."""
    root = make({"a.wav": b"a"})
    readable = fingerprint(root)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)
        assert fingerprint(root) != readable
    assert fingerprint(root) == readable


def _no_right(path: Path) -> None:
    raise PermissionError(13, "Permission denied", str(path))
