"""A backup opens only with its key, is restored whole or not at all, and brings back no yes and nobody erased."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import tarfile
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.errors import ConfigurationError, InputRefused, LockHeld, OffrecordError, UsageProblem
from pipeline.records import Purpose, Refused
from pipeline.reports.verify import verify_workspace
from pipeline.store import Workspace, age, database
from pipeline.store.key_ring import OF_RECORDS, OF_STAGES, OF_VAULT
from pipeline.store.registry import Registry
from pipeline.workflow.backup import RestoredWorkspace, back_up, restore, write_key
from pipeline.workflow.consent_views import left_after_withdrawal
from tests.workflow.erasure.conftest import GUEST, LATER, NOW, kept, leave_with, night, workspace

__all__ = ["kept", "workspace"]
RESTORE = import_module("pipeline.workflow.backup.restore")


class Backup:
    """A backup of a workspace, its key file and the backup of its keys."""

    def __init__(self, workspace: Workspace, folder: Path, *, originals: bool = True) -> None:
        self.root, self.file, self.keys, self.identity = (
            workspace.root,
            folder / "b.age",
            folder / "k.age",
            folder / "id",
        )
        self.recipient = write_key(self.identity)
        self.written = back_up(
            workspace, self.file, keys=self.keys, recipients=[self.recipient], originals=originals, now=NOW
        )

    def restore(
        self, root: Path | None = None, *, keys: Path | None = None, journal: Path | None = None
    ) -> RestoredWorkspace:
        return restore(
            self.file, root or self.root, identity=self.identity, keys=keys, newest_journal=journal, now=LATER
        )


@pytest.fixture
def backup(workspace: Workspace, tmp_path: Path) -> Backup:
    return Backup(workspace, tmp_path)


def snapshot(root: Path) -> dict[str, bytes]:
    database.close_connections()
    passing = ("lock", "consent.lock", "offrecord.db-shm", "offrecord.db-wal")
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name not in passing
    }


def names(file: Path, identity: Path) -> set[str]:
    with file.open("rb") as source, age.decrypting(source, age.read_identities(identity)) as stream:
        return {member.name for member in tarfile.open(fileobj=stream, mode="r|")}


def assert_whole(root: Path) -> Workspace:
    opened = Workspace.open(root)
    assert [check for check in verify_workspace(opened) if not check.ok] == []
    return opened


def staged(root: Path) -> list[Path]:
    return list(root.parent.glob(f".{root.name}.restoring-*"))


def test_the_keys_are_in_a_file_of_their_own_and_nothing_can_be_read_without_the_key_file(backup: Backup) -> None:
    data, keys = names(backup.file, backup.identity), names(backup.keys, backup.identity)
    assert {"offrecord.db", "heads", "withdrawals.journal", "terms.toml", "offrecord.toml"} <= data
    assert not any(name.startswith(("keys/", "log/", "scratch/")) for name in data)
    assert {name for name in keys if name != "backup.json"} == {
        f"keys/{path.name}" for path in (backup.root / "keys").iterdir()
    }
    for secret in (b"SQLite format", b"transcript", (backup.root / "keys" / "plan").read_bytes()):
        assert secret not in backup.file.read_bytes() + backup.keys.read_bytes()
    assert backup.identity.stat().st_mode & 0o077 == 0


def test_what_came_after_the_backup_is_told_and_the_old_workspace_is_kept(backup: Backup) -> None:
    Registry(Workspace.open(backup.root).db).take(Path("/inbox/new"), "f", Refused(reason="x", action="y"))
    before = snapshot(backup.root)
    night(Workspace.open(backup.root), now=LATER)
    restored = backup.restore()
    assert restored.newer_ledger_entries > 0 and restored.newer_sessions == ()
    opened = assert_whole(backup.root)
    assert "/inbox/new" not in Registry(opened.db).entries()
    assert (Path(restored.old_workspace) / "offrecord.db").is_file()
    assert staged(backup.root) == []
    assert before.keys() - {"reports/report.json"} <= snapshot(Path(restored.old_workspace)).keys()


def test_a_withdrawal_after_the_backup_holds_before_the_workspace_opens(backup: Backup) -> None:
    assert list((backup.root / "out").glob("2*/internal"))
    leave_with(Workspace.open(backup.root), Purpose.INTERNAL_SHARE)
    restored = backup.restore()
    assert restored.refiled_withdrawals == 1 and restored.refiled_events >= 1
    assert list((backup.root / "out").glob("2*/internal")) == []
    assert_whole(backup.root)


def test_who_was_erased_after_the_backup_is_in_no_store_of_the_restored_workspace(backup: Backup) -> None:
    opened = Workspace.open(backup.root)
    filed = leave_with(opened, erase=True)
    night(opened, now=LATER)
    there = {path.relative_to(opened.root).as_posix() for path in opened.vault.root.rglob("*")}
    gone = {name for name in names(backup.file, backup.identity) if name.startswith("vault/")} - there
    assert gone, "the backup has the recording of the person"
    backup.restore()
    restored = assert_whole(backup.root)
    assert not any((backup.root / name).exists() for name in gone)
    night(restored, now=LATER)
    assert left_after_withdrawal(filed.withdrawal, workspace=restored) == ()
    assert GUEST not in "".join(path.read_text("utf-8", "ignore") for path in (backup.root / "out").rglob("*.*"))


def test_a_lost_workspace_comes_back_with_its_keys_and_the_newest_journal(backup: Backup, tmp_path: Path) -> None:
    leave_with(Workspace.open(backup.root), Purpose.INTERNAL_SHARE)
    newest = tmp_path / "withdrawals.journal"
    newest.write_bytes((backup.root / "withdrawals.journal").read_bytes())
    with pytest.raises(ConfigurationError, match="keys"):
        backup.restore(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    restored = backup.restore(tmp_path / "new", keys=backup.keys, journal=newest)
    assert (restored.refiled_withdrawals, restored.warnings, restored.old_workspace) == (1, (), "")
    assert_whole(tmp_path / "new")
    without = backup.restore(tmp_path / "other", keys=backup.keys)
    assert without.refiled_withdrawals == 0 and "--journal" in without.warnings[0]


def test_without_originals_they_stay_those_that_are_there(workspace: Workspace, tmp_path: Path) -> None:
    backup = Backup(workspace, tmp_path, originals=False)
    assert not any(name.startswith("vault/") for name in names(backup.file, backup.identity))
    backup.restore()
    assert list(assert_whole(backup.root).vault.digests())


def damaged(backup: Backup, how: str) -> None:
    content = bytearray(backup.file.read_bytes())
    if how == "cut off":
        content = content[: len(content) // 2]
    elif how == "cut off in its header":
        content = content[:40]
    elif how == "empty":
        content = bytearray()
    elif how == "one bit":
        content[len(content) // 2] ^= 1
    elif how == "lengthened":
        content += b"x"
    elif how == "the keys in its place":
        content = bytearray(backup.keys.read_bytes())
    backup.file.write_bytes(content)
    if how == "for another key":
        backup.identity.unlink()
        write_key(backup.identity)


HOWS = [
    "cut off",
    "cut off in its header",
    "empty",
    "one bit",
    "lengthened",
    "the keys in its place",
    "for another key",
]


@pytest.mark.parametrize("how", HOWS)
def test_a_damaged_backup_is_refused_in_one_line_and_changes_nothing(backup: Backup, how: str) -> None:
    damaged(backup, how)
    before = snapshot(backup.root)
    command = ["restore", str(backup.file), "--identity", str(backup.identity), "-w", str(backup.root)]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 9 and done.stderr.startswith("offrecord: ") and done.stderr.count("\n") == 1
    assert snapshot(backup.root) == before and staged(backup.root) == []


def test_the_keys_of_the_old_workspace_are_copied_while_nobody_writes_them(
    backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The review app keeps results, and so keys, without the lock of the workspace."""
    copytree, tried = shutil.copytree, []

    def copied(source: Path, target: Path, **options: Any) -> Path:
        for name in (OF_VAULT, OF_STAGES, OF_RECORDS):
            with closing(sqlite3.connect(source / name, timeout=0)) as other:
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    other.execute("BEGIN IMMEDIATE")
                tried.append(name)
        return copytree(source, target, **options)

    monkeypatch.setattr(shutil, "copytree", copied)
    backup.restore()
    assert tried == [OF_VAULT, OF_STAGES, OF_RECORDS]


@pytest.mark.parametrize("step", ["_unpack", "_made_current", "_newer", "exchange"])
def test_killed_at_any_step_the_workspace_is_the_old_one_or_the_restored_one(
    backup: Backup, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = snapshot(backup.root)
    original = getattr(RESTORE, step)

    def then_killed(*arguments: object) -> None:
        original(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    process = os.fork()
    if process == 0:
        monkeypatch.setattr(RESTORE, step, then_killed)
        try:
            backup.restore()
        finally:
            os._exit(0)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status)
    if step != "exchange":
        assert snapshot(backup.root) == before
    assert_whole(backup.root)
    backup.restore()
    assert_whole(backup.root)
    assert staged(backup.root) == []


def test_it_waits_for_no_run_and_goes_nowhere_that_it_should_not(
    workspace: Workspace, backup: Backup, tmp_path: Path
) -> None:
    with workspace.locked():
        with pytest.raises(LockHeld):
            backup.restore()
        (tmp_path / "second").mkdir()
        with pytest.raises(LockHeld):
            Backup(workspace, tmp_path / "second")
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "file").touch()
    with pytest.raises(UsageProblem):
        backup.restore(tmp_path / "else", keys=backup.keys)
    with pytest.raises(UsageProblem):
        write_key(backup.identity)
    for target, recipients in (
        (tmp_path / "x", []),
        (tmp_path / "x", ["age1x"]),
        (workspace.root / "x", [backup.recipient]),
    ):
        with pytest.raises(OffrecordError):
            back_up(workspace, target, recipients=recipients, keys=None, originals=True, now=NOW)
        assert not target.exists()


def test_a_workspace_that_was_changed_behind_the_program_is_not_restored(backup: Backup, tmp_path: Path) -> None:
    others = tmp_path / "others"
    for path in (backup.root / "keys").iterdir():
        path.write_bytes(os.urandom(32))
    with pytest.raises(OffrecordError, match="not restored"):
        backup.restore()
    with pytest.raises(InputRefused):
        backup.restore(others, keys=backup.file)
    assert not others.exists()
