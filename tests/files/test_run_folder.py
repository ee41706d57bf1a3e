"""What a killed run leaves outside of a workspace goes with the next run of the same owner, and nothing else does."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from pipeline.files.run_folder import remove_left, run_folder


def killed_with_a_folder(base: Path, owner: str) -> None:
    """A process that is killed while it works in its folder."""
    process = os.fork()
    if process == 0:
        with run_folder(base, "offrecord-", owner) as folder:
            (folder / "plain").write_text("what was said")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(process, 0)


def test_the_folder_of_a_killed_run_goes_with_the_next_of_its_owner(tmp_path: Path) -> None:
    killed_with_a_folder(tmp_path, "ours")
    assert len(list(tmp_path.rglob("plain"))) == 1
    with run_folder(tmp_path, "offrecord-", "theirs"):
        assert len(list(tmp_path.rglob("plain"))) == 1, "another workspace's"
    with run_folder(tmp_path, "offrecord-", "ours") as folder:
        assert list(tmp_path.iterdir()) == [folder]
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_run_that_goes_on_stays(tmp_path: Path) -> None:
    with run_folder(tmp_path, "offrecord-", "ours") as first, run_folder(tmp_path, "offrecord-", "ours") as second:
        assert first.is_dir() and second.is_dir()
        remove_left(tmp_path, "offrecord-", "ours")
        assert first.is_dir() and second.is_dir()


def test_what_is_no_folder_of_a_run_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    killed_with_a_folder(elsewhere, "ours")
    (folder,) = elsewhere.iterdir()
    (tmp_path / "offrecord-link").symlink_to(folder)
    (tmp_path / "offrecord-file").write_text("ours")
    (tmp_path / "offrecord-bare").mkdir()
    remove_left(tmp_path, "offrecord-", "ours")
    assert len(list(tmp_path.iterdir())) == 4 and (folder / "plain").exists()


def test_it_goes_where_the_block_raises(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), run_folder(tmp_path, "offrecord-", "ours"):
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
