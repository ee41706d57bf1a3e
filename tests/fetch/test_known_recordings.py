"""What came, is here, was erased or is kept no longer does not come again, however it was known."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pytest

from pipeline.fetch.known_recordings import KnownRecordings
from pipeline.files import file_digest
from pipeline.store import Workspace, tombstones
from tests.fetch.conftest import Fetcher


def erase(fetcher: Fetcher, file: str) -> None:
    """Has a file count as erased, as a withdrawal leaves it."""
    workspace = Workspace.open(fetcher.workspace)
    digest = file_digest(fetcher.site / "files" / file)
    about = {"kind": tombstones.VAULT, "withdrawal_id": tombstones.RETENTION, "session_id": "s"}
    with workspace.db.begin() as connection:
        tombstones.put(connection, digest, **about, erased_at=datetime.now(UTC))


def test_what_was_removed_is_not_even_downloaded_where_the_platform_says_its_digest(fetcher: Fetcher) -> None:
    erase(fetcher, "meet.mp4")
    done = fetcher.fetch("meet")
    assert [(line["status"], line["reason"]) for line in fetcher.lines(done)] == [
        ("known", "erased, or past its retention")
    ]
    assert fetcher.folders() == [] and fetcher.requests("alt=media") == []


@pytest.mark.parametrize(("platform", "file"), [("zoom", "own2.m4a"), ("teams", "teams.mp4")])
def test_what_was_removed_is_thrown_away_where_only_its_bytes_tell(platform: str, file: str, fetcher: Fetcher) -> None:
    erase(fetcher, file)
    for words in ((), ("--again",)):
        done = fetcher.fetch(platform, *words)
        assert [(line["status"], line["reason"]) for line in fetcher.lines(done)] == [
            ("known", "erased, or past its retention")
        ]
    assert fetcher.folders() == []
    assert [path.name for path in (fetcher.inbox / ".offrecord-fetch").iterdir()] == ["lock"]
    downloads = [each for each in fetcher.requests(f"/{file}") if each["port"] == fetcher.ports[1]]
    assert len(downloads) == 1, "the first fetch alone"


def test_what_somebody_put_into_the_inbox_by_hand_does_not_come_beside_it(fetcher: Fetcher) -> None:
    Workspace.open(fetcher.workspace).vault.seal(fetcher.site / "files" / "teams.mp4", kind="media")
    done = fetcher.fetch("teams")
    assert [(line["status"], line["reason"]) for line in fetcher.lines(done)] == [("known", "in the workspace")]
    assert fetcher.folders() == []


def test_a_kill_between_the_rename_and_its_note_fetches_nothing_twice(
    fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(KnownRecordings, "note", interrupted)
        assert fetcher.fetch("teams").returncode == 130
    (folder,) = fetcher.folders()
    done = fetcher.fetch("teams")
    assert [(line["status"], line["reason"]) for line in fetcher.lines(done)] == [("known", "in the inbox")]
    shutil.rmtree(folder)
    assert fetcher.statuses(fetcher.fetch("teams")) == ["known"], "it was noted when it was seen there"


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_is_gone_from_the_inbox_unused_comes_again_only_when_asked_for(fetcher: Fetcher) -> None:
    fetcher.fetch("teams")
    shutil.rmtree(fetcher.folders()[0])
    assert fetcher.statuses(fetcher.fetch("teams")) == ["known"]
    assert fetcher.statuses(fetcher.fetch("teams", "--again")) == ["fetched"]


def test_what_was_begun_of_a_deleted_recording_is_removed(fetcher: Fetcher) -> None:
    begun = fetcher.inbox / ".offrecord-fetch" / "teams-20261117-100000-0a0a0a0a"
    other = begun.with_name("teams-20261101-100000-0a0a0a0a")
    for folder in (begun, other):
        folder.mkdir(parents=True)
        (folder / "x.mp4.part").write_bytes(b"x")
    fetcher.fetch("teams", "--since", "2026-11-16")
    assert not begun.exists() and other.exists()
