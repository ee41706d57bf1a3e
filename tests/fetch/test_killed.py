"""A fetch that is killed, or whose connection breaks, in the middle of a recording, of a chat or of another text."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.fetch.conftest import Fetcher
from tests.fetch.test_fetch import PLATFORMS, VIDEO

TEXTS = {"zoom": r"zoom\.txt\?sign", "teams": r"/chats/.*skiptoken", "meet": "/entries"}
"""What comes late of what was written: Zoom's file of the chat, the last page of Teams' chat, and the lines of Meet's
transcript, whose chat no API has."""
BYTES = {"zoom": 4500, "teams": 9, "meet": 9}
"""How much of it has come when the fetch is killed."""
LINES = "".join(f"00:00:{second:02}\tPriya Raman:\tHello all, {second}\n" for second in range(20)) * 10
"""A chat of Zoom longer than what is written of a file at once."""


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_killed_fetch_goes_on_with_the_part_that_is_there(platform: str, fetcher: Fetcher) -> None:
    fetcher.order({"path": VIDEO[platform], "hang": 5000})
    fetcher.killed(platform, lambda: (part := fetcher.part()) is not None and part.stat().st_size == 5000)
    assert fetcher.folders() == []
    done = fetcher.fetch(platform)
    assert fetcher.statuses(done) == ["fetched"], (done.stdout, done.stderr)
    assert "bytes=5000-" in [each["range"] for each in fetcher.requests()]
    assert fetcher.leaks(done) == []


@pytest.mark.slow
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_fetch_that_is_killed_in_the_middle_of_a_text_goes_on(platform: str, fetcher: Fetcher) -> None:
    """Killed in the recording, then in what was written: all of both is there in the end, as without a kill."""
    undisturbed = _fetched_before(fetcher, platform)
    fetcher.order({"path": VIDEO[platform], "hang": 5000})
    fetcher.killed(platform, lambda: 5000 in _part_sizes(fetcher), "--again")
    fetcher.order({"path": TEXTS[platform], "hang": BYTES[platform]})
    asked_texts = len(fetcher.requests(TEXTS[platform]))
    is_file = platform == "zoom"

    def is_in_the_text() -> bool:
        is_asked = len(fetcher.requests(TEXTS[platform])) > asked_texts
        return is_asked and (not is_file or BYTES[platform] in _part_sizes(fetcher))

    fetcher.killed(platform, is_in_the_text, "--again")
    assert fetcher.folders() == []
    done = fetcher.fetch(platform, "--again")
    assert fetcher.statuses(done) == ["fetched"], (done.stdout, done.stderr)
    assert _contents(fetcher) == undisturbed and fetcher.leaks(done) == []
    assert [each["range"] for each in fetcher.requests(VIDEO[platform])][-1] == "bytes=5000-"
    assert (fetcher.requests(TEXTS[platform])[-1]["range"] == f"bytes={BYTES[platform]}-") == is_file


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_text_comes_whole_where_the_connection_breaks_in_the_middle_of_it(platform: str, fetcher: Fetcher) -> None:
    undisturbed = _fetched_before(fetcher, platform)
    fetcher.order({"path": TEXTS[platform], "cut": BYTES[platform]})
    asked = len(fetcher.requests(TEXTS[platform]))
    done = fetcher.fetch(platform, "--again")
    assert fetcher.statuses(done) == ["fetched"], (done.stdout, done.stderr)
    assert _contents(fetcher) == undisturbed
    assert len(fetcher.requests(TEXTS[platform])) == asked + 2


def _fetched_before(fetcher: Fetcher, platform: str) -> dict[str, bytes]:
    """What an undisturbed fetch brings, which then leaves the inbox unused."""
    fetcher.with_chat()
    (fetcher.site / "files" / "zoom.txt").write_text(LINES)
    fetcher.change(_with_long_chat)
    assert fetcher.statuses(fetcher.fetch(platform)) == ["fetched"]
    contents = _contents(fetcher)
    assert platform != "teams" or any(name.endswith("chat.json") for name in contents)
    for folder in fetcher.folders():
        shutil.rmtree(folder)
    return contents


def _with_long_chat(world: dict[str, Any]) -> None:
    for meetings in world["zoom"]["users"].values():
        for file in meetings[0]["recording_files"]:
            if file["file_type"] == "CHAT":
                file["file_size"] = len(LINES)


def _contents(fetcher: Fetcher) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for folder in fetcher.folders() for path in folder.iterdir()}


def _part_sizes(fetcher: Fetcher) -> list[int]:
    return [part.stat().st_size for part in fetcher.inbox.glob(".offrecord-fetch/*/*.part")]
