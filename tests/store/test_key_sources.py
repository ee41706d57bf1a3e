"""Where the key-encryption key may come from, and what is said when it does not."""

from __future__ import annotations

import base64
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import ConfigurationError, OffrecordError, StorageUnavailable, WorkspaceDamaged
from pipeline.store import Workspace
from pipeline.store.key_sources import read_secret

SECRET = bytes(range(32))
PYTHON = shlex.quote(sys.executable)


def read(source: str, keys: Path, timeout_s: float = 30.0) -> bytes:
    return read_secret(source, keys, timeout_s=timeout_s)


@pytest.mark.parametrize(
    "written", [SECRET, SECRET.hex().encode() + b"\n", base64.b64encode(SECRET), base64.b64encode(SECRET) + b"\r\n"]
)
def test_a_key_is_bytes_hexadecimal_or_base64(tmp_path: Path, written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "k").write_bytes(written)
    assert read(f"file:{tmp_path}/k", tmp_path) == SECRET
    assert read(f"command:cat {tmp_path}/k", tmp_path) == SECRET
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read("credential:k", tmp_path) == SECRET


@pytest.mark.parametrize("written", [b"", b"short", SECRET[:31], SECRET + b"x", b"zz" * 32, b"!" * 44, b"a" * 5000])
def test_what_is_no_key_is_refused(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "k").write_bytes(written)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        read(f"file:{tmp_path}/k", tmp_path)


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("workspace", WorkspaceDamaged, "kek is missing"),
        ("file:/nowhere/k", ConfigurationError, "cannot be read"),
        ("credential:k", ConfigurationError, "CREDENTIALS_DIRECTORY"),
        ("command:/nowhere/program", ConfigurationError, "cannot be run"),
        ("command:'open", ConfigurationError, "cannot be run"),
        ("command:false", StorageUnavailable, "ended with exit code 1"),
        (f"command:{PYTHON} -c 'import time; time.sleep(60)'", StorageUnavailable, "more than 0.2 s"),
    ],
)
def test_a_source_without_a_key_is_told_in_one_line(
    tmp_path: Path, source: str, error: type[OffrecordError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(error, match=words) as raised:
        read(source, tmp_path, timeout_s=0.2)
    assert raised.value.action and "\n" not in str(raised.value)


def test_nothing_that_a_command_says_is_in_the_error(tmp_path: Path) -> None:
    said = f'command:{PYTHON} -c \'import sys; print("hush"); sys.exit("hush")\''
    with pytest.raises(StorageUnavailable) as raised:
        read(said, tmp_path)
    assert "hush" not in str(raised.value)


def test_a_workspace_whose_key_is_out_of_reach_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable):
        Workspace.create(tmp_path / "ws", '[encryption]\nkey = "command:false"\n')
    assert not (tmp_path / "ws").exists()


def test_a_workspace_with_a_key_elsewhere_holds_none_itself(tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(SECRET)
    made = Workspace.create(tmp_path / "ws", f'[encryption]\nkey = "file:{tmp_path}/k"\n')
    assert not (made.root / "keys" / "kek").exists()
    (tmp_path / "a").write_bytes(b"sound")
    digest = made.vault.seal(tmp_path / "a", kind="media").digest
    assert Workspace.open(made.root).vault.path(digest).read_bytes() == b"sound"
    assert not any(SECRET in path.read_bytes() for path in made.root.rglob("*") if path.is_file())
    (tmp_path / "k").write_bytes(bytes(32))
    with pytest.raises(WorkspaceDamaged, match="no key-encryption key with the id"):
        Workspace.open(made.root).vault.path(digest)


def test_settings_refuse_a_source_of_no_kind(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "ws")
    (workspace.root / "offrecord.toml").write_text('[encryption]\nkey = "vault://x"\n', "utf-8")
    with pytest.raises(ConfigurationError, match=r"encryption\.key"):
        Workspace.open(workspace.root)
