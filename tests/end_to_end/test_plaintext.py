"""No original is readable in a workspace after a night, after a kill in the middle of it, or after its erasure."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from cryptography.exceptions import InvalidTag

from pipeline.errors import WorkspaceDamaged
from pipeline.store import Workspace, age
from pipeline.workflow.backup import back_up, write_key
from tests.clock import LAUNCH
from tests.vault_files import plain_from_now_on, texts
from tests.workflow.erasure.conftest import LATER, NOW, before, inbox, kept, leave_with, night, workspace

__all__ = ["before", "inbox", "kept", "workspace"]
pytestmark = pytest.mark.slow

RUN_BYTES = 48
"""How many bytes in a row are looked for: so many are the same nowhere by chance, and fit between two headers."""


def media_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.suffix in {".flac", ".opus", ".wav", ".mp4", ".m4a"}]


def runs_of(path: Path) -> Iterator[bytes]:
    """Stretches of a media file's bytes, and of its loudest samples as they are in a WAV file at usual rates."""
    content = path.read_bytes()
    for part in range(1, 8):
        at = len(content) * part // 8
        yield content[at : at + RUN_BYTES]
    for rate in (16_000, 48_000):
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-ac", "1", "-ar", str(rate)]
        sound = subprocess.run([*command, "-f", "s16le", "-"], capture_output=True, check=True).stdout
        loudest = int(np.abs(np.frombuffer(sound, "<i2").astype(np.int32)).argmax()) * 2
        start = min(loudest, len(sound) - RUN_BYTES)
        yield sound[start : start + RUN_BYTES]


def readable(folder: Path, runs: list[bytes]) -> list[str]:
    return [name for name, content in texts(folder).items() if any(run in content for run in runs)]


@pytest.fixture(scope="module")
def runs(kept: Path) -> list[bytes]:
    return [run for path in media_of(kept / "inbox") for run in runs_of(path)]


def test_what_is_looked_for_is_noticed_where_originals_are_plain(
    workspace: Workspace, inbox: Path, runs: list[bytes], tmp_path: Path
) -> None:
    assert len(readable(inbox, runs)) == len(media_of(inbox)) >= 2
    with workspace.vault.in_use():
        opened = {str(workspace.vault.path(digest).relative_to(workspace.root)) for digest in workspace.vault.digests()}
        assert set(readable(workspace.root, runs)) <= opened
        assert len(readable(workspace.root, runs)) == len(media_of(inbox))
    plain = plain_from_now_on(workspace)
    sealed = [plain.vault.seal(path, kind="media").digest for path in media_of(inbox)]
    assert {Path(name).name for name in readable(plain.root, runs)} <= set(sealed)
    shutil.copy(media_of(inbox)[0], plain.scratch / "left.wav")
    command = ["ffmpeg", "-v", "error", "-i", str(media_of(inbox)[0]), "-ac", "1", "-ar", "16000"]
    subprocess.run([*command, str(plain.root / "pcm.wav")], check=True)
    assert {"scratch/left.wav", "pcm.wav"} <= set(readable(plain.root, runs))


def test_no_original_is_readable_after_a_night(workspace: Workspace, runs: list[bytes]) -> None:
    assert list(workspace.out.glob("2*/internal/proof.json"))
    assert readable(workspace.root, runs) == []


def test_no_original_is_readable_after_a_kill_and_the_next_start(
    before: Workspace, inbox: Path, runs: list[bytes]
) -> None:
    root = before.root
    command = [sys.executable, "-c", LAUNCH, "run", str(inbox), "-w", str(root), "--accept-clock"]
    was_open = False
    for _ in range(5):
        with subprocess.Popen(
            command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            while process.poll() is None and not list((root / "opened").glob("*/[0-9a-f]*")):
                time.sleep(0.002)
            os.killpg(process.pid, signal.SIGKILL)
        was_open = was_open or bool(readable(root / "opened", runs))
        start_when_its_workers_are_gone(root)
        assert readable(root, runs) == []
        if was_open:
            break
    assert was_open, "no run was killed while it had an original open"
    night(Workspace.open(root), inbox)
    assert readable(root, runs) == []
    assert list((root / "out").glob("2*/internal/proof.json"))


def start_when_its_workers_are_gone(root: Path) -> None:
    """The next start; killed workers hold what they opened for some milliseconds longer than their parent lives."""
    for _ in range(500):
        Workspace.open(root).sweep()
        if not list((root / "opened").iterdir()):
            return
        time.sleep(0.02)


def test_an_erased_recording_cannot_be_had_from_any_store_or_backup(
    workspace: Workspace, runs: list[bytes], tmp_path: Path
) -> None:
    recipient = write_key(tmp_path / "id")
    back_up(workspace, tmp_path / "data.age", keys=None, recipients=[recipient], originals=True, now=NOW)
    there = set(workspace.vault.digests())
    secrets = {digest: workspace.vault.keys.key(digest) for digest in there}
    wrapped = {digest: wrapped_of(workspace, digest) for digest in there}
    assert all(key in workspace.vault.keys.path.read_bytes() for key in wrapped.values())
    transcripts = sorted(workspace.stages.root.glob("speech/*.json"))
    assert transcripts and all(workspace.stages.opened(path) for path in transcripts)
    leave_with(workspace, erase=True)
    night(workspace, now=LATER)
    gone = there - set(workspace.vault.digests())
    assert gone
    backup = unpacked(tmp_path)
    for folder in (workspace.root, backup):
        for name, content in texts(folder).items():
            assert not any(wrapped[digest] in content or secrets[digest] in content for digest in gone), name
        assert readable(folder, runs) == []
    for path in transcripts:
        shutil.copy(backup / path.relative_to(workspace.root), path)
        with pytest.raises(InvalidTag):
            workspace.stages.opened(path)
    (record,) = records_of(backup)
    with pytest.raises(WorkspaceDamaged, match="has no key"):
        workspace.records.open(record)
    for digest in gone:
        (ciphertext,) = (backup / "vault").glob(f"*/{digest}*")
        shutil.copy(ciphertext, workspace.vault.root / digest[:2] / ciphertext.name)
        with pytest.raises(WorkspaceDamaged, match="no key"):
            workspace.vault.path(digest)


def records_of(folder: Path) -> list[str]:
    """The session records in a copy of the database, as they are stored."""
    with closing(sqlite3.connect(folder / "offrecord.db")) as connection:
        return [str(body) for (body,) in connection.execute("SELECT body FROM session")]


def wrapped_of(workspace: Workspace, digest: str) -> bytes:
    """A data key as the key ring has it."""
    with workspace.vault.keys.connected() as connection:
        row = connection.execute("SELECT wrapped FROM data_key WHERE owner = ?", (digest,)).fetchone()
    return bytes(row[0])


def unpacked(folder: Path) -> Path:
    with (
        (folder / "data.age").open("rb") as source,
        age.decrypting(source, age.read_identities(folder / "id")) as stream,
        tarfile.open(fileobj=stream, mode="r|") as archive,
    ):
        # Python before 3.11.4 has no filter to name, and the archive is our own.
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, path: member)
        archive.extractall(folder / "backup")
    return folder / "backup"
