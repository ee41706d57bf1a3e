"""Writes backups: a consistent copy of a workspace in one age file, its keys in another."""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import tomlkit

from pipeline import __version__
from pipeline.errors import ConfigurationError, UsageProblem
from pipeline.files import write_atomic, write_bytes
from pipeline.settings import FILE_NAME
from pipeline.store import Workspace, age
from pipeline.store.bucket_originals import BucketOriginals
from pipeline.store.codec import encode
from pipeline.store.database import is_server
from pipeline.workflow.backup.contents import (
    DATABASE,
    FILES,
    FOLDERS,
    FORMAT,
    HEADS,
    KEYS,
    LEFT_OUT,
    MANIFEST,
    STAGES,
    VAULT,
    BackupManifest,
)
from pipeline.workflow.database_copy import write_file

_COPY = "backup.db"
_ORIGINAL, _RESULT = "original", "result"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFile:
    """One file that was written: where, what it holds, its bytes, and for how many originals no copy has the key.

    ``results_left_out`` is how many stage results are not in it, as object storage has them no more or changed.
    """

    file: str
    contents: str
    files: int
    size: int
    keys_not_copied: int = 0
    results_left_out: int = 0


def write_key(path: Path) -> str:
    """Writes a new age key file, for its owner alone, and gives the recipient; never over a file that is there."""
    if path.exists():
        raise UsageProblem("there is a file of that name", action="give another name; a key file is never overwritten")
    text, recipient = age.new_key()
    write_bytes(path, text.encode("ascii"))
    return recipient


def back_up(
    workspace: Workspace,
    target: Path,
    *,
    keys: Path | None,
    recipients: Sequence[str],
    originals: bool,
    now: datetime,
) -> list[BackupFile]:
    """Writes ``target`` without the keys, and with ``keys`` a file of them: each all or nothing, for these recipients.

    Holds the lock of the workspace; raises ``LockHeld`` while a run works, ``ConfigurationError`` without a recipient
    and ``UsageProblem`` for a file within the workspace.
    """
    chosen = _recipients(workspace, recipients)
    _require_outside(workspace, [target, *([keys] if keys else [])])
    made_at = now.astimezone(UTC).isoformat(timespec="seconds")
    with workspace.locked():
        workspace.sweep()
        left_out = 0

        def fill(add: Add) -> None:
            nonlocal left_out
            left_out = _data(workspace, add, originals)

        data = _written(target, "data", chosen, made_at, originals, fill)
        written = [replace(data, results_left_out=left_out)]
        if keys is not None:
            written.append(_keys_written(workspace, keys, chosen, made_at))
        left = workspace.vault.keys_not_copied(since=now)
    return [replace(each, keys_not_copied=left) for each in written]


def export_keys(workspace: Workspace, target: Path, *, recipients: Sequence[str], now: datetime) -> BackupFile:
    """Writes the keys of a workspace alone, as ``back_up`` does, and raises what that raises."""
    chosen = _recipients(workspace, recipients)
    _require_outside(workspace, [target])
    with workspace.locked():
        return _keys_written(workspace, target, chosen, now.astimezone(UTC).isoformat(timespec="seconds"))


def _recipients(workspace: Workspace, recipients: Sequence[str]) -> list[Any]:
    chosen = age.read_recipients(recipients or workspace.settings.backup.recipients)
    if not chosen:
        raise ConfigurationError(
            "no recipient is named, so nobody could open the backup",
            action="`offrecord backup-key FILE` makes a key; give its age1… with --recipient or as backup.recipients",
        )
    return chosen


def _require_outside(workspace: Workspace, paths: Iterable[Path]) -> None:
    if any(path.resolve().is_relative_to(workspace.root) for path in paths):
        raise UsageProblem("a backup may not be written into its own workspace", action="name another place")


def _keys_written(workspace: Workspace, path: Path, recipients: Sequence[object], made_at: str) -> BackupFile:
    """Writes a copy of the keys, and notes in the key ring which data keys it has."""
    with ExitStack() as unchanged:  # the review app keeps results, and so keys, while a backup is written
        for ring in workspace.key_rings:
            unchanged.enter_context(ring.unchanged())
        written = _written(path, KEYS, recipients, made_at, True, lambda add: _keys(workspace, add))
    for ring in workspace.key_rings:
        ring.note_copied()
    return written


Add = Callable[[str, Path], None]


def _written(
    path: Path, contents: str, recipients: Sequence[object], made_at: str, originals: bool, fill: Callable[[Add], None]
) -> BackupFile:
    manifest = BackupManifest(
        format=FORMAT, version=__version__, made_at=made_at, contents=contents, originals=originals
    )
    count = 0

    def write(out: IO[bytes]) -> None:
        nonlocal count
        with age.encrypting(out, recipients) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
            content = encode(manifest)
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(content)
            archive.addfile(head, io.BytesIO(content))

            def add(name: str, place: Path) -> None:
                nonlocal count
                archive.add(place, arcname=name, recursive=False)
                count += 1

            fill(add)

    write_atomic(path, write)
    return BackupFile(file=str(path), contents=contents, files=count, size=path.stat().st_size)


def _data(workspace: Workspace, add: Add, originals: bool) -> int:
    """Heads before the database, the journal after it: both are then as the program may leave them.

    Gives how many stage results are left out.
    """
    heads, copy, settings = (workspace.scratch / name for name in (HEADS, _COPY, FILE_NAME))
    try:
        write_bytes(heads, (workspace.root / HEADS).read_bytes())
        _copy_database(workspace, copy)
        write_bytes(settings, _settings_of_a_copy(workspace))
        add(HEADS, heads)
        add(DATABASE, copy)
        add(FILE_NAME, settings)
    finally:
        for path in (heads, copy, settings):
            path.unlink(missing_ok=True)
    for path in sorted(workspace.root.iterdir()):
        is_own = path.name in (*FILES[:2], FILE_NAME, *LEFT_OUT) or path.name.startswith((".", f"{DATABASE}-"))
        if path.is_file() and not path.is_symlink() and not is_own:
            add(path.name, path)
    in_bucket = {STAGES} if workspace.stages.store.bucket is not None else set()
    for folder in [name for name in FOLDERS if name not in in_bucket and (originals or name != VAULT)]:
        for path in _files(workspace.root / folder):
            add(path.relative_to(workspace.root).as_posix(), path)
    left_out = _results(workspace, add) if in_bucket else 0
    if originals and workspace.vault.bucket is not None:
        _from_bucket(workspace, workspace.vault.bucket, add)
    return left_out


def _results(workspace: Workspace, add: Add) -> int:
    """The stage results, also those in object storage, as they would lie in the folder; gives how many are left out."""
    store, copy = workspace.stages.store, workspace.scratch / _RESULT
    owners, added = store.owners(), set[str]()
    for owner, sealed in store.read_each(owners):
        try:
            write_bytes(copy, sealed)
            add(f"{STAGES}/{owner}", copy)
            added.add(owner)
        finally:
            copy.unlink(missing_ok=True)
    return sum(1 for owner in owners if owner not in added and store.changed_at(owner))


def _from_bucket(workspace: Workspace, bucket: BucketOriginals, add: Add) -> None:
    """The originals in object storage, as they would lie in the vault's folder; one at a time on the disk."""
    copy, folder = workspace.scratch / _ORIGINAL, workspace.vault.folder
    for digest in sorted(bucket.listed()[0] - frozenset(folder.digests())):
        try:
            write_atomic(copy, partial(bucket.copy, digest))
            add(f"{VAULT}/{folder.name(digest)}", copy)
        finally:
            copy.unlink(missing_ok=True)


def _keys(workspace: Workspace, add: Add) -> None:
    for path in _files(workspace.root / KEYS):
        add(path.relative_to(workspace.root).as_posix(), path)


def _copy_database(workspace: Workspace, target: Path) -> None:
    """A consistent copy of the database as a file, also while another command writes to it."""
    if is_server(workspace.db):
        write_file(workspace, target)
        return
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(workspace.root / DATABASE)) as database, closing(sqlite3.connect(target)) as copy:
        database.backup(copy)


def _settings_of_a_copy(workspace: Workspace) -> bytes:
    """The settings without the address of the database: a restored workspace has its own, in a file."""
    path = workspace.root / FILE_NAME
    content = path.read_bytes() if path.is_file() else b""
    if not is_server(workspace.db):
        return content
    document = tomlkit.parse(content.decode("utf-8"))
    document.pop("database", None)
    return tomlkit.dumps(document).encode("utf-8")


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
