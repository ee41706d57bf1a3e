"""A media tool that finds no space is told from one that fails."""

from __future__ import annotations

import os
import resource
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline.errors import StorageUnavailable
from pipeline.media.tool_process import child

TONE = ("ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", "sine=d=2", "-f", "wav")


def ended(*argv: str) -> int:
    with child(argv) as tool:
        return tool.finish()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_a_full_disk_is_no_fault_of_the_file() -> None:
    with pytest.raises(StorageUnavailable, match="make room"):
        ended(*TONE, "/dev/full")


def test_a_tool_that_fails_says_so_by_its_status(tmp_path: Path) -> None:
    assert ended(*TONE, str(tmp_path / "tone.wav")) == 0
    assert ended(*TONE, str(tmp_path / "nowhere" / "tone.wav")) not in (0, -signal.SIGXFSZ)


def test_a_process_with_a_thousand_files_open_still_reads_and_writes() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1200:
        pytest.skip("no process may open so many files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    try:
        with ExitStack() as many:
            for _ in range(1050):
                many.callback(os.close, os.open(os.devnull, os.O_RDONLY))
            with child(("cat",), feeds=True) as tool:
                assert tool.write(memoryview(b"sound"))
                tool.end_input()
                assert tool.read(100) == b"sound"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
