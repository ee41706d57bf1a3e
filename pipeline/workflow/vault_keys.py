"""The keys of the vault: what is wrapped under which key, a new key-encryption key, and plain files encrypted."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidTag

from pipeline.errors import ConfigurationError, WorkspaceDamaged
from pipeline.lexicon.counted import counted
from pipeline.store import Workspace, database, record_keys
from pipeline.store.stale_keys import StaleKeys
from pipeline.workflow.round_robin import next_round

COPY_WITHIN = timedelta(days=7)
"""How old a key without a copy may be before reports warn: copies are made after the night that makes keys."""

ShowFiles = Callable[[int, int], None]
"""Is called with how many files are done, and how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKeyStatus:
    """Whether originals are encrypted: how many are and are not, under which keys, what a re-encryption that was begun
    has left to do, and what no copy of the keys has.
    """

    encrypted: bool
    source: str
    key_id: str
    files: int
    plain_files: int
    data_keys: int
    under_other_keys: int
    left_to_reencrypt: int
    not_copied: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultKeyCheck:
    """Whether every encrypted file and session record has a key that opens it: those without, and keys of no file."""

    checked: int
    unopened_records: tuple[str, ...]
    unopened: tuple[str, ...]
    keys_without_file: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RotatedKeys:
    """The id of the key-encryption key that is in force now, and how many data keys were wrapped under it."""

    key_id: str
    rewrapped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncryptedFiles:
    """How many files were encrypted, and those that are not what they were and so stay as they are."""

    encrypted: int
    damaged: tuple[str, ...]


def key_status(workspace: Workspace, *, now: datetime) -> VaultKeyStatus:
    """How the vault is encrypted; asks the source of the key for it."""
    vault, source = workspace.vault, workspace.settings.encryption.key
    files, plain = len(vault.known_digests()), len(vault.plain_digests())
    if not vault.is_encrypted:
        return VaultKeyStatus(
            encrypted=False,
            source="",
            key_id="",
            files=files,
            plain_files=plain,
            data_keys=0,
            under_other_keys=0,
            left_to_reencrypt=0,
            not_copied=0,
        )
    current = vault.keys.keks.current().kek_id
    counts = [count for ring in workspace.key_rings for count in ring.counts()]
    return VaultKeyStatus(
        encrypted=True,
        source=source.partition(":")[0],
        key_id=current,
        files=files,
        plain_files=plain,
        data_keys=sum(each.data_keys for each in counts),
        under_other_keys=sum(each.data_keys for each in counts if each.kek_id != current),
        left_to_reencrypt=sum(len(StaleKeys(ring).owners()) for ring in workspace.key_rings),
        not_copied=vault.keys_not_copied(since=now),
    )


def verify_keys(workspace: Workspace, *, at_most: int | None = None) -> VaultKeyCheck:
    """Opens the beginning of every encrypted file with its key; `offrecord verify` reads files and records whole.

    With ``at_most`` that of so many, on from the last time: then object storage is not listed, and keys without a file
    are not counted.
    """
    vault = workspace.vault
    vault.require_keys()
    plain, unopened_records = frozenset(vault.plain_digests()), tuple(record_keys.without_key(workspace.db))
    if at_most is not None:
        tonight = next_round(workspace, "keys", vault.known_digests() - plain, size_of=lambda _: 1, limit=at_most)
        return VaultKeyCheck(
            checked=len(tonight),
            unopened_records=unopened_records,
            unopened=tuple(vault.unopened(tonight)),
            keys_without_file=0,
        )
    digests = vault.files().digests
    owners = vault.keys.owners() if vault.is_encrypted else frozenset()
    return VaultKeyCheck(
        checked=len(digests) - len(plain),
        unopened_records=unopened_records,
        unopened=tuple(vault.unopened()),
        keys_without_file=len(owners - digests),
    )


def rotate_keys(workspace: Workspace) -> RotatedKeys:
    """Wraps every data key under a new key-encryption key: one made now, or that of the settings, if it is not ours.

    Both are in force until the last is wrapped. Stopped at any instruction, a second call goes on. No file is written.
    """
    with workspace.locked():
        return rotate_locked(workspace)


def rotate_locked(workspace: Workspace) -> RotatedKeys:
    """The same for who holds the lock of the workspace."""
    require_encrypted(workspace)
    keks = workspace.vault.keys.keks
    keks.begin_rotation()
    key_id, rewrapped = keks.current().kek_id, 0
    is_done = False
    while not is_done:
        rewrapped += sum(ring.rewrap() for ring in workspace.key_rings)
        # The review app may have kept a result under the old key meanwhile: then once more.
        with ExitStack() as stack:
            if is_done := all(stack.enter_context(ring.all_current()) for ring in workspace.key_rings):
                keks.end_rotation()
    note_keys(workspace, "rotated", {"key_id": key_id, "data_keys": rewrapped})
    return RotatedKeys(key_id=key_id, rewrapped=rewrapped)


def encrypt_vault(workspace: Workspace, *, progress: ShowFiles = lambda *_: None) -> EncryptedFiles:
    """Encrypts what an earlier version sealed plain, file by file; stopped anywhere, a second call goes on."""
    damaged = []
    with workspace.locked():
        workspace.sweep()
        workspace.begin_encryption()
        digests = workspace.vault.plain_digests()
        for count, digest in enumerate(digests, start=1):
            try:
                workspace.vault.encrypt(digest)
            except WorkspaceDamaged:
                damaged.append(digest)
            progress(count, len(digests))
        encrypted = len(digests) - len(damaged)
        for place in workspace.stages.files():
            with suppress(InvalidTag):  # one that nobody can read is made again when it is needed
                workspace.stages.encrypt_again(place)
        record_keys.encrypt(workspace.db)
        database.purge_deleted(workspace.db)
        if encrypted:
            note_keys(workspace, "encrypted", {"files": encrypted})
    return EncryptedFiles(encrypted=encrypted, damaged=tuple(damaged))


def copy_warnings(workspace: Workspace, *, now: datetime) -> tuple[str, ...]:
    """A line where originals or records would be lost with this machine, because their keys were never copied."""
    originals = workspace.vault.keys_not_copied(since=now - COPY_WITHIN)
    records = record_keys.not_copied(workspace.db, since=now - COPY_WITHIN)
    if not originals + records:
        return ()
    return (
        f"The keys of {counted(originals, 'original')} and {counted(records, 'session record')} are a week old and in "
        "no copy, so no backup can open these: run `offrecord keys export FILE`, or `offrecord backup` with --keys.",
    )


def require_encrypted(workspace: Workspace) -> None:
    """Raises ``ConfigurationError`` where originals are plain."""
    if not workspace.vault.is_encrypted:
        raise ConfigurationError("the vault is not encrypted", action="run `offrecord keys encrypt`")


def note_keys(workspace: Workspace, what: str, body: dict[str, object]) -> None:
    """Notes in the ledger what was done with the keys."""
    workspace.ledger.append("vault_keys", f"{what} {datetime.now(UTC).isoformat()}", body)
