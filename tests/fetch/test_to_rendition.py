"""From a platform to renditions: nothing comes of what was fetched until its people's answers are there."""

from __future__ import annotations

import shutil

import pytest

from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from tests.end_to_end.conftest import INLINE, SAMPLES, offrecord
from tests.fetch.conftest import Fetcher
from tests.fetch.worlds import TITLE, WHO

pytestmark = pytest.mark.slow

PLATFORMS = ("zoom", "teams", "meet")
ERASED = (
    *("withdraw", "--email", "priya.raman@halcyon.example", "--everything", "--erase", "--whole-recordings"),
    *("--by", "ana", "--reason", "she asked for it"),
)


def run(fetcher: Fetcher) -> dict[str, tuple[str, Session]]:
    """A night; the status and the record of each session by its platform."""
    done = offrecord("run", fetcher.inbox, "-w", fetcher.workspace, *INLINE)
    assert done.returncode in (0, 3), done.stderr
    workspace = Workspace.open(fetcher.workspace)
    registry = Registry(workspace.db)
    states = registry.states()
    assert all(entry.session_id for entry in registry.entries().values()), registry.entries()
    return {
        registry.session(session_id).platform: (str(state.result.status), registry.session(session_id))
        for session_id, state in states.items()
    }


def test_what_was_fetched_goes_the_whole_way(fetcher: Fetcher) -> None:
    for platform in PLATFORMS:
        assert fetcher.statuses(fetcher.fetch(platform)) == ["fetched"]
    before = run(fetcher)
    # Nobody is known to have been told of the recording, which refuses where a place needs a yes (C11).
    assert {platform: status for platform, (status, _) in before.items()} == dict.fromkeys(PLATFORMS, "refused")
    assert not list(fetcher.workspace.glob("out/*/internal"))
    for _, session in before.values():
        assert [person.name for person in session.participants] == list(WHO)
        assert session.started_at.isoformat() == "2026-11-18T15:00:00+00:00"
        assert session.title == TITLE
        assert [line.participant_id for line in session.captions] == ["p1"]
    assert [track.participant_id for track in before["zoom"][1].tracks if track.participant_id] == ["p1", "p2", "p3"]

    shutil.copyfile(SAMPLES / "terms.toml", fetcher.workspace / "terms.toml")
    form = ("--form", SAMPLES / "consent-form.toml", "-w", fetcher.workspace)
    assert offrecord("consent", "import", SAMPLES / "consent.csv", *form).returncode == 0
    for folder in fetcher.folders():
        choices = ("--series", "office-hours", "--location", "US-TX", "--host", "Lumen Labs")
        drafted = offrecord("session", "draft", folder, "-w", fetcher.workspace, *choices)
        assert drafted.returncode == 0, drafted.stderr
    ruled = run(fetcher)
    assert {platform: status for platform, (status, _) in ruled.items()} == dict.fromkeys(PLATFORMS, "done")
    texts = [path.read_text("utf-8") for path in fetcher.workspace.glob("out/*/internal/*") if path.suffix == ".txt"]
    assert texts and not any("Halcyon" in text for text in texts)

    erased = offrecord("consent", *ERASED, "-w", fetcher.workspace)
    assert erased.returncode == 0, erased.stderr
    run(fetcher)
    for folder in fetcher.folders():
        shutil.rmtree(folder)
    asked = len(fetcher.requests())
    for platform in PLATFORMS:
        assert fetcher.statuses(fetcher.fetch(platform, "--again")) == ["known"]
    assert not [each for each in fetcher.requests()[asked:] if "mp4" in each["path"] or "alt=media" in each["path"]]
    assert fetcher.folders() == []
    log = "".join(path.read_text("utf-8") for path in (fetcher.workspace / "log").iterdir())
    assert TITLE not in log and not any(name in log for name in WHO)
