"""Restores a workspace from its backup: whole beside the old one, made current, then exchanged in one step."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Table

from pipeline import consent
from pipeline.consent.log import journal, replay
from pipeline.errors import ConfigurationError, InputRefused, LockHeld, OffrecordError, UsageProblem
from pipeline.files import exchange, locked, make_private, write_atomic, write_bytes
from pipeline.lexicon.counted import counted
from pipeline.settings.encryption import EncryptionSettings
from pipeline.store import Workspace, age, integrity, record_keys
from pipeline.store.chains import head_of
from pipeline.store.codec import decode
from pipeline.store.database import close_connections, reading
from pipeline.store.key_encryption import KeyEncryptionKeys
from pipeline.store.key_ring import OF_RECORDS, OF_STAGES, OF_VAULT, KeyRing
from pipeline.store.registry import Registry
from pipeline.store.tables.consent import consent_event
from pipeline.store.tables.runs import ledger
from pipeline.workflow import erasure
from pipeline.workflow.backup.contents import DATABASE, FORMAT, KEYS, MANIFEST, VAULT, BackupManifest, members

_JOURNAL_LOST = (
    "no journal of withdrawals was there that is newer than the backup: what people refused or withdrew since "
    f"{{}} is not known; give the newest {journal.FILE_NAME} with --journal, or file those again before the next run"
)

_KEYS_LOST = (
    "{} cannot be opened: the backup of the keys is older; restore with the newest copy of the keys, or ingest the "
    "recordings again"
)
_TEXTS_LOST = (
    "title, captions, chat and notes of these sessions cannot be opened, because something was erased from them after "
    "the backup, or the backup of the keys is older than them: {}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredWorkspace:
    """What was restored: when the backup was made, what was filed again, and what the old workspace had beyond it."""

    made_at: str
    refiled_events: int
    refiled_withdrawals: int
    newer_sessions: tuple[str, ...]
    newer_consent_events: int
    newer_ledger_entries: int
    old_workspace: str
    warnings: tuple[str, ...]


def restore(
    backup: Path, root: Path, *, identity: Path, keys: Path | None, newest_journal: Path | None, now: datetime
) -> RestoredWorkspace:
    """Puts a backup in the place of the workspace ``root``, or where there is none yet, with every later no in force.

    The keys come from ``keys``, else from the old workspace; the journal from ``newest_journal``, else from the old
    workspace, else from the backup. Whatever it stops with, the old workspace is as it was. Raises ``InputRefused`` for
    a file that is damaged, cut off or for another key, ``LockHeld`` while a run works.
    """
    root = root.resolve()
    if root.exists() and not (root / DATABASE).is_file() and any(root.iterdir()):
        raise UsageProblem("the folder holds something that is no workspace", action="name a workspace or a new folder")
    identities = age.read_identities(identity)
    with _locked(root), _staging(root) as staging:
        manifest = _unpack(backup, staging, identities, "data")
        if keys is not None:
            _unpack(keys, staging, identities, KEYS)
        elif (root / KEYS).is_dir():
            _copy_keys(root, staging)
        else:
            raise ConfigurationError("the keys of the workspace are missing", action="give their backup with --keys")
        if not manifest.originals and (root / VAULT).is_dir():
            shutil.copytree(root / VAULT, staging / VAULT, copy_function=os.link)
        newest = newest_journal or root / journal.FILE_NAME
        has_newer = newest.is_file()
        if has_newer:
            write_bytes(staging / journal.FILE_NAME, newest.read_bytes())
        replayed, textless = _made_current(staging, now)
        newer = _newer(root, staging)
        close_connections()  # one that closes after a rename removes the log of another file, by its name
        old = _put_in_place(staging, root, now)
    warnings = (() if has_newer else (_JOURNAL_LOST.format(manifest.made_at),)) + _without_keys(root) + textless
    return RestoredWorkspace(
        made_at=manifest.made_at,
        refiled_events=replayed.events,
        refiled_withdrawals=replayed.withdrawals,
        newer_sessions=newer[0],
        newer_consent_events=newer[1],
        newer_ledger_entries=newer[2],
        old_workspace=str(old) if old else "",
        warnings=warnings,
    )


def _without_keys(root: Path) -> tuple[str, ...]:
    """A line where originals came back that no key opens: the copy of the keys is older than they are."""
    workspace = Workspace.open(root)
    named = {file.digest for session in Registry(workspace.db).sessions() for file in session.sealed}
    without = set(workspace.vault.without_key())
    if workspace.vault.bucket is not None:  # there a file cannot even be found without its key
        without |= named - workspace.vault.known_digests()
    count = len(without)
    workspace.db.dispose()
    return (_KEYS_LOST.format(counted(count, "original")),) if count else ()


def _copy_keys(root: Path, staging: Path) -> None:
    """Copies the keys of the old workspace while nobody writes them: the review app keeps new ones at any time."""
    with ExitStack() as unchanged:
        for name in (OF_VAULT, OF_STAGES, OF_RECORDS):
            if (root / KEYS / name).is_file():
                # Its own settings, which may be damaged, say nothing of how its files are copied.
                ring = KeyRing(root / KEYS / name, KeyEncryptionKeys(root / KEYS, EncryptionSettings()))
                try:
                    unchanged.enter_context(ring.unchanged())
                except OffrecordError as error:
                    raise type(error)(f"the backup was not restored: {error.message}", action=error.action) from error
        shutil.copytree(root / KEYS, staging / KEYS, ignore=shutil.ignore_patterns("*-journal"))


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Holds the lock of the old workspace, where there is one."""
    if not (root / DATABASE).is_file():
        yield
        return
    try:
        with locked(root / "lock", wait=False):
            yield
    except BlockingIOError as error:
        raise LockHeld("another run works in this workspace", action="wait for it to end") from error


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A private folder beside the workspace, gone afterwards unless it took its place."""
    root.parent.mkdir(parents=True, exist_ok=True)
    for left in root.parent.glob(f".{root.name}.restoring-*"):
        shutil.rmtree(left)
    staging = make_private(root.parent / f".{root.name}.restoring-{secrets.token_hex(4)}")
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _unpack(backup: Path, staging: Path, identities: list[object], contents: str) -> BackupManifest:
    """Writes the members of a backup into the folder, flushed; gives its manifest."""
    try:
        with (
            backup.open("rb") as source,
            age.decrypting(source, identities) as stream,
            tarfile.open(fileobj=stream, mode="r|") as archive,
        ):
            entries = members(archive)
            manifest = _manifest(archive, next(entries, None), contents)
            for member in entries:
                place = staging / member.name
                make_private(place.parent)
                content = archive.extractfile(member)
                if content is not None:
                    write_atomic(place, partial(shutil.copyfileobj, content))
    except tarfile.TarError as error:
        raise InputRefused("the backup is damaged", action="take another copy; nothing was changed") from error
    except FileNotFoundError as error:
        raise UsageProblem("there is no such backup", action="check its name") from error
    return manifest


def _manifest(archive: tarfile.TarFile, member: tarfile.TarInfo | None, contents: str) -> BackupManifest:
    content = archive.extractfile(member) if member is not None and member.name == MANIFEST else None
    try:
        manifest = decode(content.read() if content else b"", BackupManifest)
    except ValueError as error:
        raise InputRefused("the file is no backup of a workspace", action="name one that `backup` wrote") from error
    if manifest.format != FORMAT:
        raise InputRefused("the backup is of a later version", action="restore it with that version")
    if manifest.contents != contents:
        raise InputRefused(
            "FILE must be the backup of the workspace, and --keys that of its keys", action="exchange the two"
        )
    return manifest


def _made_current(staging: Path, now: datetime) -> tuple[replay.Replayed, tuple[str, ...]]:
    """Checks what was restored, files again every no of the journal, and carries out what was withdrawn or erased.

    Gives what was filed, and a line where the texts of records cannot be opened.
    """
    workspace = Workspace.open(staging)
    try:
        with workspace.locked():
            workspace.stages.store.leave_to_folder()
            lost = record_keys.give_up_lost_texts(workspace.db)
            replayed = replay.replay(workspace)
            consent.verify_chain(workspace)
            workspace.ledger.check()
            integrity.check(workspace)
            erasure.carry_out(workspace, now=now)
    except OffrecordError as error:
        raise type(error)(f"the backup was not restored: {error.message}", action=error.action) from error
    finally:
        workspace.db.dispose()
    return replayed, (_TEXTS_LOST.format(", ".join(lost)),) if lost else ()


def _newer(root: Path, staging: Path) -> tuple[tuple[str, ...], int, int]:
    """What the old workspace has beyond the restored one: sessions, consent events and ledger entries."""
    if not (root / DATABASE).is_file():
        return (), 0, 0
    try:
        old, new = Workspace.open(root), Workspace.open(staging)
        sessions = Registry(old.db).digests().keys() - Registry(new.db).digests().keys()
        counts = [max(0, _count(old, table) - _count(new, table)) for table in (consent_event, ledger)]
    except OffrecordError:  # it is damaged, which is why it is restored
        return (), 0, 0
    old.db.dispose()
    new.db.dispose()
    return tuple(sorted(sessions)), counts[0], counts[1]


def _count(workspace: Workspace, table: Table) -> int:
    with reading(workspace.db) as connection:
        return head_of(connection, table).seq


def _put_in_place(staging: Path, root: Path, now: datetime) -> Path | None:
    """Exchanges the folders; gives where the old workspace is now, None where there was none."""
    if not root.exists() or not any(root.iterdir()):
        if root.exists():
            root.rmdir()
        staging.rename(root)
        return None
    old = root.with_name(f"{root.name}.before-restore-{now:%Y%m%d%H%M%S}")
    try:
        exchange(staging, root)
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EINVAL, errno.EBUSY, errno.EXDEV):
            raise
        raise ConfigurationError(
            "this file system cannot exchange two folders in one step, or the workspace is a mount of its own",
            action="restore into a new folder and put that in place by hand; nothing was changed",
        ) from error
    staging.rename(old)
    return old
