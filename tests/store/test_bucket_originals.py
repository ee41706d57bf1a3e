"""A vault whose encrypted files are in a bucket: as it is in the folder, whatever is killed, lost or out of reach."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ConfigurationError, InputRefused, ObjectStorageRefused, StorageUnavailable
from pipeline.reports.doctor import examine
from pipeline.reports.verify import verify_workspace
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, bucket_originals, key_ring, unkept_blobs
from pipeline.store import vault as vault_module
from pipeline.store.blobs import owned, s3
from pipeline.store.bucket_originals import blob_name
from pipeline.workflow import storage_copy
from pipeline.workflow.backup import back_up, restore, write_key
from pipeline.workflow.storage_copy import copy_storage
from pipeline.workflow.vault_keys import rotate_keys, verify_keys
from tests.fault_proxy import Fault, FaultProxy, between
from tests.kill_points import killed_at
from tests.object_server import SECRET, ObjectServer
from tests.vault_files import originals, plain_from_now_on

MARK = b"the marker of this recording"
SOUNDS = (b"first", b"second", MARK * (11 << 15))
"""The last is more than goes up in one piece."""
NOW = datetime.now(UTC)


@pytest.fixture
def folder_workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


@pytest.fixture
def bucket(object_storage: ObjectServer) -> str:
    return object_storage.new_bucket()


@pytest.fixture
def workspace(folder_workspace: Workspace, object_storage: ObjectServer, bucket: str) -> Workspace:
    return moved_to(folder_workspace, object_storage.lines(bucket))


@pytest.fixture
def faulty(object_storage: ObjectServer) -> Iterator[tuple[FaultProxy, ObjectServer]]:
    with between(object_storage) as both:
        yield both


def moved_to(workspace: Workspace, lines: str) -> Workspace:
    """The same workspace with other settings of its storage."""
    path = workspace.root / FILE_NAME
    before, _, _ = path.read_text("utf-8").partition("[storage]")
    path.write_text(before + lines, "utf-8")
    return Workspace.open(workspace.root)


def sealed(workspace: Workspace, folder: Path, sounds: tuple[bytes, ...] = SOUNDS) -> list[str]:
    digests = []
    for number, content in enumerate(sounds):
        (folder / str(number)).write_bytes(content)
        digests.append(workspace.vault.seal(folder / str(number), kind="media").digest)
    return digests


def in_bucket(server: ObjectServer, bucket: str) -> dict[str, bytes]:
    """The blobs of a workspace without its mark, by name."""
    blobs = {name.removeprefix("team/originals/"): content for name, content in server.blobs(bucket).items()}
    return {name: content for name, content in blobs.items() if name != owned.MARK}


def in_folder(workspace: Workspace) -> list[str]:
    return [path.name for path in (workspace.root / "vault").rglob("*") if len(path.name) >= 64]


def test_originals_go_to_the_bucket_encrypted_under_names_that_tell_nothing(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    digests = sealed(workspace, tmp_path)
    blobs = in_bucket(object_storage, bucket)
    assert (len(blobs), in_folder(workspace)) == (3, [])
    assert not any(MARK in content or content in SOUNDS for content in blobs.values())
    assert not set(blobs) & set(digests)
    assert sorted(originals(workspace.root).values()) == sorted(SOUNDS)
    assert workspace.vault.damaged() == workspace.vault.unopened() == []
    assert all(workspace.vault.has(digest) for digest in digests)
    again = sealed(workspace, tmp_path)
    assert (again, in_bucket(object_storage, bucket)) == (digests, blobs)


def test_what_was_in_the_folder_stays_there_and_is_read(
    folder_workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    first = sealed(folder_workspace, tmp_path)
    workspace = moved_to(folder_workspace, object_storage.lines(bucket))
    sealed(workspace, tmp_path, (*SOUNDS, b"new"))
    assert len(in_folder(workspace)) == 3
    assert len(in_bucket(object_storage, bucket)) == 1
    assert len(workspace.vault.files().digests) == 4
    for _ in workspace.vault.erase_each(first):
        pass
    assert (in_folder(workspace), list(originals(workspace.root).values())) == ([], [b"new"])


def test_erasing_removes_key_blob_and_opened_copies(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    digests = sealed(workspace, tmp_path)
    before = in_bucket(object_storage, bucket)
    reading = Workspace.open(workspace.root)
    copy = reading.vault.path(digests[2])
    assert workspace.vault.has_trace(digests[2])
    assert list(workspace.vault.erase_each(digests[1:])) == sorted(digests[1:])
    assert not copy.exists()
    assert len(in_bucket(object_storage, bucket)) == 1
    assert not any(workspace.vault.has_trace(digest) for digest in digests[1:])
    assert list(workspace.vault.erase_each(digests[1:])) == []
    assert len(before) == 3


def test_a_copy_that_was_opened_while_its_file_was_erased_is_gone(
    folder_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the review app opens it: the erasure looks for copies before the new one has its name."""
    digest = sealed(folder_workspace, tmp_path)[2]
    vault, decrypt = Workspace.open(folder_workspace.root).vault, vault_module.Vault._decrypt

    def erased_meanwhile(self: vault_module.Vault, which: str, out: Any) -> None:
        decrypt(self, which, out)
        folder_workspace.vault.erase(which)

    monkeypatch.setattr(vault_module.Vault, "_decrypt", erased_meanwhile)
    with pytest.raises(Exception, match="missing"):
        vault.path(digest)
    assert not vault.has_trace(digest)


def test_an_erasure_that_the_bucket_does_not_answer_has_removed_the_keys_and_goes_on(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path
) -> None:
    proxy, server = faulty
    bucket = server.new_bucket()
    workspace = moved_to(folder_workspace, server.lines(bucket, retry_for_s=0.5))
    digests = sealed(workspace, tmp_path)
    proxy.decide = lambda method, path, number: Fault.SLOW_DOWN
    with pytest.raises(StorageUnavailable):
        list(workspace.vault.erase_each(digests))
    assert not any(workspace.vault.has_key(digest) for digest in digests)
    assert all(workspace.vault.has_trace(digest) for digest in digests), "they are still to be deleted"
    proxy.decide = lambda method, path, number: None
    assert len(in_bucket(server, bucket)) == 3
    assert list(workspace.vault.erase_each(digests)) == sorted(digests)
    assert (in_bucket(server, bucket), workspace.vault.has_trace(digests[0])) == ({}, False)


@pytest.mark.parametrize("fault", [Fault.SLOW_DOWN, Fault.ERROR, Fault.REFUSED, Fault.LOST], ids=lambda each: each.name)
def test_sealing_when_the_bucket_fails_keeps_no_key_and_the_next_run_cleans_up(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path, fault: Fault
) -> None:
    proxy, server = faulty
    bucket = server.new_bucket()
    workspace = moved_to(folder_workspace, server.lines(bucket, retry_for_s=0.5))
    sealed(workspace, tmp_path, (b"first",))
    proxy.decide = lambda method, path, number: fault if method in ("PUT", "POST") else None
    lost = []
    for content in SOUNDS[1:]:
        try:
            sealed(workspace, tmp_path, (content,))
        except StorageUnavailable as error:
            lost.append(error)
    assert all(SECRET not in str(error) and "127.0.0.1" not in str(error) for error in lost)
    proxy.decide = lambda method, path, number: None
    with workspace.locked():
        workspace.sweep()
    assert workspace.vault.bucket is not None
    assert workspace.vault.bucket.unkept.names() == []
    sealed(workspace, tmp_path)
    assert sorted(originals(workspace.root).values()) == sorted(SOUNDS)
    assert (len(in_bucket(server, bucket)), workspace.vault.files().unknown_blobs) == (3, 0)


def test_a_body_that_is_cut_off_is_not_taken_for_damage(
    folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer], tmp_path: Path
) -> None:
    proxy, server = faulty
    workspace = moved_to(folder_workspace, server.lines(retry_for_s=0.5))
    digest = sealed(workspace, tmp_path)[2]
    proxy.decide = lambda method, path, number: Fault.CUT if method == "GET" and number % 2 else None
    assert Workspace.open(workspace.root).vault.path(digest).read_bytes() == SOUNDS[2]
    proxy.decide = lambda method, path, number: Fault.CUT if method == "GET" else None
    with pytest.raises(StorageUnavailable):
        Workspace.open(workspace.root).vault.path(digest)
    with pytest.raises(StorageUnavailable):
        workspace.vault.damaged([digest])


def test_an_object_that_was_changed_or_removed_is_damage(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    import obstore

    digests = sealed(workspace, tmp_path)
    store = object_storage.store(bucket)
    names = [f"team/originals/{blob_name(workspace.vault.keys.key(digest))}" for digest in digests]
    obstore.put(store, names[0], b"something else")
    obstore.delete(store, names[1])
    obstore.put(store, "team/originals/stranger", b"what nobody knows")
    assert workspace.vault.damaged() == [digests[0]]
    assert workspace.vault.unopened() == sorted(digests[:2])
    assert (workspace.vault.has(digests[1]), workspace.vault.files().unknown_blobs) == (False, 1)
    checks = {each.what: each.found for each in verify_workspace(workspace)}
    assert checks["object storage, without a key (kept)"] == "1 blob"
    sealed(workspace, tmp_path)
    assert workspace.vault.has(digests[1])
    assert digests[1] in workspace.vault.files().digests


def test_nothing_plain_goes_to_the_bucket(
    folder_workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    plain = plain_from_now_on(folder_workspace)
    sealed(plain, tmp_path)
    workspace = moved_to(plain, object_storage.lines(bucket))
    for ask in (lambda: sealed(workspace, tmp_path, (b"new",)), workspace.vault.require_keys):
        with pytest.raises(ConfigurationError, match="nothing plain goes into object storage"):
            ask()
    with pytest.raises(ConfigurationError, match="nothing plain"):
        copy_storage(workspace, "bucket", now=NOW)
    assert object_storage.blobs(bucket) == {}
    done = CliRunner().invoke(main, ["keys", "encrypt", "-w", str(workspace.root)])
    assert done.exit_code == 0, done.output
    assert (len(in_bucket(object_storage, bucket)), in_folder(workspace)) == (3, [])


def test_another_place_than_the_one_that_originals_are_in_is_refused(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    sealed(workspace, tmp_path)
    for lines in ("", object_storage.lines(object_storage.new_bucket())):
        with pytest.raises(ConfigurationError, match="at another place"):
            moved_to(workspace, lines)
    moved_to(workspace, object_storage.lines(bucket))


def test_a_second_workspace_does_not_share_a_place(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    sealed(workspace, tmp_path)
    other = Workspace.create(tmp_path / "other", object_storage.lines(bucket))
    with pytest.raises(ObjectStorageRefused, match="another workspace"):
        sealed(other, tmp_path)


def test_rotating_keys_changes_no_blob(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    sealed(workspace, tmp_path)
    before = in_bucket(object_storage, bucket)
    assert rotate_keys(workspace).rewrapped >= 3
    assert in_bucket(object_storage, bucket) == before
    assert verify_keys(workspace).unopened == ()
    assert verify_keys(workspace).keys_without_file == 0


def test_doctor_tries_the_bucket_and_leaves_nothing_in_it(
    workspace: Workspace, folder_workspace: Workspace, faulty: tuple[FaultProxy, ObjectServer]
) -> None:
    def line(of: Workspace) -> tuple[bool, str, str]:
        (each,) = (each for each in examine(of) if each.what == "object storage of originals")
        return each.ok, each.action, each.hint

    proxy, server = faulty
    bucket = server.new_bucket()
    reached = moved_to(folder_workspace, server.lines(bucket, retry_for_s=0.5))
    assert line(reached) == (True, "", "")
    assert in_bucket(server, bucket) == {}
    proxy.decide = lambda method, path, number: Fault.UNKNOWN
    assert "does not know If-None-Match" in line(reached)[2]
    proxy.decide = lambda method, path, number: Fault.VERSIONS
    assert "keeps old versions" in line(reached)[1]
    proxy.decide = lambda method, path, number: Fault.SLOW_DOWN
    assert "does not answer" in line(reached)[1]


def test_storage_is_copied_to_the_bucket_and_back_byte_for_byte(
    folder_workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    digests = sealed(folder_workspace, tmp_path)
    root = folder_workspace.root
    before = {path.name: path.read_bytes() for path in (root / "vault").rglob("*.sealed")}
    workspace = moved_to(folder_workspace, object_storage.lines(bucket))

    def copied(target: str) -> Any:
        done = CliRunner().invoke(main, ["storage", "copy", target, "-w", str(root), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    assert copied("bucket")["originals"] == 3
    assert (in_folder(workspace), sorted(in_bucket(object_storage, bucket).values())) == ([], sorted(before.values()))
    assert copied("bucket")["originals"] == 0
    assert "remove storage.originals" in copied("folder")["next"]
    assert {path.name: path.read_bytes() for path in (root / "vault").rglob("*.sealed")} == before
    assert object_storage.blobs(bucket) == {}
    back = moved_to(workspace, "")
    assert sorted(back.vault.digests()) == sorted(digests)


def test_a_file_that_does_not_open_stays_where_it_is(
    folder_workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    digests = sealed(folder_workspace, tmp_path)
    place = folder_workspace.vault.folder.blobs.place(folder_workspace.vault.folder.name(digests[0]))
    place.write_bytes(b"changed")
    workspace = moved_to(folder_workspace, object_storage.lines(bucket))
    done = CliRunner().invoke(main, ["storage", "copy", "bucket", "-w", str(workspace.root), "--json"])
    assert (done.exit_code, json.loads(done.stdout)["damaged"]) == (8, [digests[0]])
    assert (place.read_bytes(), len(in_bucket(object_storage, bucket))) == (b"changed", 2)


@pytest.mark.parametrize("keys_are_lost", [False, True])
def test_a_backup_holds_the_originals_of_the_bucket(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path, keys_are_lost: bool
) -> None:
    sealed(workspace, tmp_path)
    recipient = write_key(tmp_path / "age")
    files = {name: tmp_path / f"{name}.age" for name in ("data", "keys")}
    back_up(workspace, files["data"], keys=files["keys"], recipients=[recipient], originals=True, now=NOW)
    if keys_are_lost:
        shutil.rmtree(workspace.root)
    keys = files["keys"] if keys_are_lost else None
    restore(files["data"], workspace.root, identity=tmp_path / "age", keys=keys, newest_journal=None, now=NOW)
    restored = Workspace.open(workspace.root)
    assert sorted(originals(restored.root).values()) == sorted(SOUNDS)
    assert len(in_folder(restored)) == 3
    assert list(restored.scratch.iterdir()) == []


_MODULES = (bucket_originals, unkept_blobs, key_ring, s3, owned, storage_copy)


def _work(root: Path, what: str, argument: str, line: int, environment: dict[str, str]) -> None:
    """In a process of its own: what uses threads, as obstore does, is not forked."""
    os.environ.update(environment)
    workspace = Workspace.open(root)
    vault = workspace.vault
    sys.settrace(killed_at(frozenset(module.__file__ for module in _MODULES), line))
    if what == "seal":
        vault.seal(Path(argument), kind="media")
    elif what == "erase":
        vault.erase(argument)
    else:
        copy_storage(workspace, argument, now=NOW)


def _killed_at(root: Path, what: str, argument: str, step: int) -> Iterator[int]:
    """Does it again and again, killed at every so many lines, until it comes to its end."""
    context = multiprocessing.get_context("forkserver")  # a clean process: obstore's threads do not survive a fork
    context.set_forkserver_preload([__name__])
    line = 1
    while True:
        process = context.Process(target=_work, args=(root, what, argument, line, dict(os.environ)))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        if process.exitcode == 0:
            return
        yield line
        line += step


@pytest.mark.slow
def test_sealing_moving_and_erasing_may_be_killed_anywhere(
    workspace: Workspace, object_storage: ObjectServer, bucket: str, tmp_path: Path
) -> None:
    sealed(workspace, tmp_path, SOUNDS[:2])
    (tmp_path / "third").write_bytes(SOUNDS[2])
    for _ in _killed_at(workspace.root, "seal", str(tmp_path / "third"), 53):
        there = originals(workspace.root)
        assert {*SOUNDS[:2]} <= {*there.values()} <= {*SOUNDS}
    with workspace.locked():
        workspace.sweep()
    assert (len(in_bucket(object_storage, bucket)), workspace.vault.files().unknown_blobs) == (3, 0)
    for target in ("folder", "bucket"):
        for _ in _killed_at(workspace.root, "copy", target, 151):
            assert sorted(originals(workspace.root).values()) == sorted(SOUNDS)
    digest = sorted(workspace.vault.digests())[0]
    for _ in _killed_at(workspace.root, "erase", digest, 37):
        pass
    with workspace.locked():
        workspace.sweep()
    assert not workspace.vault.has_trace(digest)
    assert (len(in_bucket(object_storage, bucket)), len(originals(workspace.root))) == (2, 2)


def test_an_erased_recording_is_refused_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = sealed(workspace, tmp_path)[0]
    workspace.vault.erase(digest)
    monkeypatch.setattr(workspace.vault, "_was_erased", lambda which: which == digest)
    with pytest.raises(InputRefused, match="removed"):
        workspace.vault.path(digest)
    with pytest.raises(InputRefused, match="erased on request"):
        sealed(workspace, tmp_path)
