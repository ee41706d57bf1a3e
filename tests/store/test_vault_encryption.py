"""What is sealed is encrypted under a key of its own, opens to what it was or not at all, and is gone with its key."""

from __future__ import annotations

import errno
import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.errors import StorageUnavailable, WorkspaceDamaged
from pipeline.store import Workspace, key_ring, vault
from pipeline.store.key_encryption import derived
from pipeline.store.streaming_aead import PURPOSE
from tests.kill_points import killed_at_each_line
from tests.vault_files import changed, plain_from_now_on, stored, texts

MARK = b"the marker of this recording"
CONTENT = MARK * (5 << 15)
"""Four and a half segments."""


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def digest(workspace: Workspace, tmp_path: Path) -> str:
    return sealed(workspace, tmp_path)


def sealed(workspace: Workspace, folder: Path, content: bytes = CONTENT) -> str:
    (folder / "sound.wav").write_bytes(content)
    return workspace.vault.seal(folder / "sound.wav", kind="media").digest


def marked(root: Path) -> list[str]:
    return [name for name, content in texts(root).items() if MARK in content]


def test_a_sealed_file_is_in_no_file_of_the_workspace_and_opens_once(workspace: Workspace, digest: str) -> None:
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert marked(workspace.root) == []
    with workspace.vault.in_use():
        place = workspace.vault.path(digest)
        assert place.read_bytes() == CONTENT
        assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert workspace.vault.path(digest).stat().st_ino == place.stat().st_ino
        assert marked(workspace.root) == [str(place.relative_to(workspace.root))]
    assert marked(workspace.root) == []


def test_the_format_is_the_one_that_tink_publishes(workspace: Workspace, digest: str) -> None:
    """Read by its description alone: developers.google.com/tink/streaming-aead/aes_gcm_hkdf_streaming."""
    content, secret = stored(workspace.vault, digest).read_bytes(), derived(workspace.vault.keys.key(digest), PURPOSE)
    assert content[0] == 40, "the length of the header: its own byte, a salt, the beginning of each nonce"
    salt, prefix = content[1:33], content[33:40]
    cipher = AESGCM(HKDF(SHA256(), 32, salt=salt, info=b"").derive(secret))
    ends = [*range(1 << 20, len(content), 1 << 20), len(content)]
    opened = b""
    for number, (start, end) in enumerate(zip([40, *ends], ends, strict=False)):
        nonce = prefix + number.to_bytes(4, "big") + bytes([end == len(content)])
        opened += cipher.decrypt(nonce, content[start:end], None)
    assert opened == CONTENT


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 56, (1 << 20) - 55, 1 << 20])
def test_any_size_opens(workspace: Workspace, tmp_path: Path, size: int) -> None:
    digest = sealed(workspace, tmp_path, b"x" * size)
    assert workspace.vault.path(digest).read_bytes() == b"x" * size
    assert workspace.vault.damaged() == [] == workspace.vault.unopened()


@pytest.mark.parametrize("at", [0, 5, 100, 2 << 20, -1])
def test_a_changed_byte_is_found_and_nothing_of_the_file_is_opened(workspace: Workspace, digest: str, at: int) -> None:
    changed(stored(workspace.vault, digest), at)
    with pytest.raises(WorkspaceDamaged):
        workspace.vault.path(digest)
    assert workspace.vault.damaged() == [digest]
    assert marked(workspace.root) == []


def test_what_was_cut_off_or_put_in_the_place_of_another_does_not_open(
    workspace: Workspace, digest: str, tmp_path: Path
) -> None:
    other = sealed(workspace, tmp_path, CONTENT + b"!")
    place, content = stored(workspace.vault, digest), stored(workspace.vault, other).read_bytes()
    whole = place.read_bytes()
    for wrong in (content, whole[: 3 << 20], whole[:20], b"", whole + b"x"):
        place.write_bytes(wrong)
        assert workspace.vault.damaged() == [digest]
        with pytest.raises(WorkspaceDamaged):
            workspace.vault.path(digest)
    assert workspace.vault.path(other).read_bytes() == CONTENT + b"!"


def test_each_file_has_a_key_of_its_own_and_the_same_file_is_another_each_time(
    workspace: Workspace, digest: str, tmp_path: Path
) -> None:
    before = stored(workspace.vault, digest).read_bytes()
    other = sealed(workspace, tmp_path, b"another")
    assert workspace.vault.keys.key(digest) != workspace.vault.keys.key(other)
    workspace.vault.erase(digest)
    sealed(workspace, tmp_path)
    assert stored(workspace.vault, digest).read_bytes() != before


def test_an_erased_file_cannot_be_read_when_its_bytes_come_back(
    workspace: Workspace, digest: str, tmp_path: Path
) -> None:
    copy, place = Path(shutil.copy(stored(workspace.vault, digest), tmp_path)), stored(workspace.vault, digest)
    ring = workspace.vault.keys.path
    wrapped = wrapped_key(ring, digest)
    assert wrapped in ring.read_bytes()
    workspace.vault.path(digest)
    assert workspace.vault.erase(digest)
    assert not workspace.vault.erase(digest)
    assert marked(workspace.root) == [], "neither is a copy of it left open"
    assert [name for name, content in texts(workspace.root).items() if wrapped in content] == []
    assert sorted(path.name for path in ring.parent.glob("data_keys*")) == [ring.name]
    shutil.copy(copy, place)
    with pytest.raises(WorkspaceDamaged, match="no key"):
        workspace.vault.path(digest)
    assert workspace.vault.without_key() == [digest] == workspace.vault.damaged()


def wrapped_key(ring: Path, digest: str) -> bytes:

    with closing(sqlite3.connect(ring)) as connection:
        row = connection.execute("SELECT wrapped FROM data_key WHERE owner = ?", (digest,)).fetchone()
    return bytes(row[0])


def test_a_file_whose_key_is_lost_is_sealed_again(workspace: Workspace, digest: str, tmp_path: Path) -> None:
    workspace.vault.keys.drop([digest])
    assert workspace.vault.damaged() == [digest]
    sealed(workspace, tmp_path)
    assert workspace.vault.damaged() == []


def test_a_full_disk_leaves_neither_a_key_nor_a_file(workspace: Workspace, digest: str) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OSError, match="no space"):
        workspace.vault.keys.put("f" * 64, bytes(32), full)
    assert workspace.vault.keys.owners() == {digest}
    with pytest.raises(StorageUnavailable), workspace.vault.keys.writing() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}").fetchall()
        rows = ((f"{number:064x}", "k", bytes(60), 0) for number in range(1000))
        connection.executemany("INSERT INTO data_key (owner, kek_id, wrapped, wrapped_at) VALUES (?, ?, ?, ?)", rows)
    assert workspace.vault.keys.owners() == {digest}
    assert workspace.vault.damaged() == []


def test_without_its_keys_an_encrypted_vault_seals_nothing_plain(workspace: Workspace, tmp_path: Path) -> None:
    workspace.vault.keys.path.unlink()
    with pytest.raises(WorkspaceDamaged, match="keys of the vault are missing"):
        sealed(workspace, tmp_path)
    assert marked(workspace.root) == []
    assert list(workspace.vault.digests()) == []


def test_a_vault_of_before_goes_on_plain_and_both_are_read_once_it_is_encrypted(
    workspace: Workspace, tmp_path: Path
) -> None:
    earlier = plain_from_now_on(workspace)
    first = sealed(earlier, tmp_path)
    assert stored(earlier.vault, first).read_bytes() == CONTENT == earlier.vault.path(first).read_bytes()
    earlier.begin_encryption()
    second = sealed(earlier, tmp_path, b"a later one")
    assert earlier.vault.plain_digests() == [first]
    assert earlier.vault.path(first).read_bytes() == CONTENT
    assert earlier.vault.path(second).read_bytes() == b"a later one"
    assert earlier.vault.damaged() == []
    changed(stored(earlier.vault, first))
    assert earlier.vault.damaged() == [first]


def test_encrypting_a_plain_file_may_be_killed_at_every_line(workspace: Workspace, tmp_path: Path) -> None:
    content = MARK * 100
    earlier = plain_from_now_on(workspace)
    earlier.begin_encryption()
    digest = hashlib.sha256(content).hexdigest()
    plain = earlier.vault.root / digest[:2] / digest
    plain.parent.mkdir()
    kills = 0

    def encrypted() -> None:
        earlier.vault.sweep()
        earlier.vault.encrypt(digest)

    plain.write_bytes(content)
    for _ in killed_at_each_line(encrypted, [vault, key_ring]):
        kills += 1
        opened = Workspace.open(earlier.root)
        with opened.vault.in_use():
            assert opened.vault.path(digest).read_bytes() == content, kills
        opened.vault.sweep()
        opened.vault.encrypt(digest)
        assert opened.vault.damaged() == []
        assert marked(opened.root) == []
        opened.vault.erase(digest)
        plain.write_bytes(content)
    assert kills > 50


def test_sealing_may_be_killed_at_every_line(workspace: Workspace, tmp_path: Path) -> None:
    source, kills = tmp_path / "sound.wav", 0
    source.write_bytes(MARK * 100)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    for _ in killed_at_each_line(lambda: workspace.vault.seal(source, kind="media"), [vault, key_ring]):
        kills += 1
        workspace.vault.sweep()
        assert marked(workspace.root) == []
        workspace.vault.seal(source, kind="media")
        assert workspace.vault.damaged() == []
        workspace.vault.erase(digest)
    assert kills > 30


def test_erasing_may_be_killed_at_every_line(workspace: Workspace, tmp_path: Path) -> None:
    digest = sealed(workspace, tmp_path, MARK * 100)
    copy, kills, opened = stored(workspace.vault, digest).read_bytes(), 0, []
    for _ in killed_at_each_line(lambda: workspace.vault.erase(digest), [vault, key_ring]):
        kills += 1
        again = Workspace.open(workspace.root)
        opened.append(again.vault.damaged() == [] and list(again.vault.digests()) == [digest])
        again.vault.erase(digest)
        assert list(again.vault.digests()) == [] and again.vault.keys.owners() == frozenset()
        sealed(workspace, tmp_path, MARK * 100)
    assert kills > 20 and opened == sorted(opened, reverse=True), "whole, and from the deletion of the key on nothing"
    assert copy not in texts(workspace.root).values()


OPENS = """
import sys, time
from pathlib import Path
from pipeline.store import Workspace
workspace = Workspace.open(Path(sys.argv[1]))
with workspace.vault.in_use():
    print(workspace.vault.path(sys.argv[2]), flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_had_open_is_removed_at_the_next_start_and_not_before(
    workspace: Workspace, digest: str
) -> None:
    command = [sys.executable, "-c", OPENS, str(workspace.root), digest]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        place = Path(process.stdout.readline().strip())
        Workspace.open(workspace.root).sweep()
        assert place.read_bytes() == CONTENT, "a start beside a living process leaves its copies"
        process.send_signal(signal.SIGKILL)
    assert marked(workspace.root) != []
    Workspace.open(workspace.root)
    assert marked(workspace.root) == []
    assert list((workspace.root / "opened").iterdir()) == []


def test_what_is_kept_open_goes_when_nobody_asks_for_it_any_more(workspace: Workspace, digest: str) -> None:
    workspace.vault.keep_open(0.05)
    with workspace.vault.in_use():
        place = workspace.vault.path(digest)
        time.sleep(0.1)
        with workspace.vault.in_use():
            pass
        assert place.exists(), "somebody works on it"
    while place.exists():
        time.sleep(0.01)


def test_opened_originals_go_into_the_folder_of_the_settings_if_it_is_private(
    workspace: Workspace, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shm"
    monkeypatch.setenv("OFFRECORD_ENCRYPTION__PLAINTEXT_FOLDER", str(folder))
    opened = Workspace.open(workspace.root)
    assert opened.vault.path(digest).is_relative_to(folder)
    del opened
    (own,) = folder.iterdir()
    own.chmod(0o755)
    with pytest.raises(Exception, match="open to other users"):
        Workspace.open(workspace.root).vault.path(digest)


def test_the_folder_of_a_process_is_gone_when_it_ends(workspace: Workspace, digest: str) -> None:
    code = OPENS.replace("time.sleep(600)", "pass").replace("with workspace.vault.in_use()", "if True")
    done = subprocess.run([sys.executable, "-c", code, str(workspace.root), digest], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not Path(done.stdout.strip()).parent.exists()
    assert list((workspace.root / "opened").iterdir()) == []


def test_without_the_keys_of_stage_results_nothing_goes_back_under_the_key_of_the_workspace(
    workspace: Workspace,
) -> None:
    (workspace.root / "keys" / key_ring.OF_STAGES).unlink()
    with pytest.raises(WorkspaceDamaged, match="stage_keys"):
        Workspace.open(workspace.root)
