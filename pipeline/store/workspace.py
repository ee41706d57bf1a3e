"""A workspace: the folder that holds settings, database, vault, stage results and output of one team."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from pipeline.errors import LockHeld, UsageProblem, WorkspaceDamaged
from pipeline.files import locked, make_private, write_bytes
from pipeline.records import Audience
from pipeline.settings import FILE_NAME, Settings
from pipeline.settings import read as read_settings
from pipeline.settings.storage import StoredKind
from pipeline.store import cues, database, misheard, record_keys, releases, signing, terms, tombstones, workspace_files
from pipeline.store.artefacts import Artefacts
from pipeline.store.blobs.owned import OwnedBlobs
from pipeline.store.chains import Heads
from pipeline.store.fence import Attempt, Fence
from pipeline.store.key_encryption import KeyEncryptionKeys
from pipeline.store.key_ring import OF_RECORDS, KeyRing
from pipeline.store.known_names import KnownNames
from pipeline.store.ledger import Ledger
from pipeline.store.record_cipher import RecordCipher
from pipeline.store.row_seals import Sealer
from pipeline.store.session_words import SessionWords
from pipeline.store.table_cache import TableCache
from pipeline.store.tables import names
from pipeline.store.workspace_files import DATABASE, check_files, existing_settings, make_folders, settings_of
from pipeline.store.workspace_stores import WorkspaceStores

KEYS = ("alias", "identity", "plan", signing.KEY)
"""Customers' aliases in exports, people in the consent store, plans in proofs, and signatures."""

KEY_BYTES = 32


class Workspace:
    """One open workspace; made with ``create`` once, opened with ``open``."""

    def __init__(self, root: Path, settings: Settings) -> None:
        self.root = root
        self.settings = settings
        self.sealer = Sealer(lambda: self.key("plan"))
        place = settings.database.url or root / DATABASE
        self.db: Engine = database.connect(place, self.sealer)
        self.fence = Fence(self.db)
        self.require_lock: Callable[[], None] = lambda: None
        self._keks = KeyEncryptionKeys(root / "keys", settings.encryption)
        stores = WorkspaceStores(root, settings, self._keks, lambda: self.key("plan"))
        self.vault = stores.vault(lambda digest: tombstones.holds(self.db, digest))
        self.stages = stores.stages(lambda: self.vault.is_encrypted)
        record_ring = KeyRing(root / "keys" / OF_RECORDS, self._keks)
        self.records = RecordCipher(
            record_ring, lambda: self.key("identity"), is_encrypted=lambda: self.vault.is_encrypted
        )
        self.records.attach(self.db)
        self.rendition_copies = stores.rendition_copies(record_ring)
        self.words = SessionWords(self.db, lambda: self.key("plan"))
        self.artefacts = Artefacts(self.db, root)
        self.heads = Heads(root, lambda: self.key("plan"))
        self.ledger = Ledger(self.db, self.heads)
        self.out = root / "out"
        self.scratch = root / "scratch"
        self.withdrawn = root / "withdrawn"
        self.reports = root / "reports"
        self.logs = root / "log"
        self._known_names = KnownNames(self.db, root)
        self._misheard = TableCache(
            self.db, names.misheard, lambda connection: misheard.known(connection, self.key("alias"))
        )

    @classmethod
    def create(cls, root: Path, settings: str = "") -> Workspace:
        """Makes a workspace in a new or empty folder, with these lines of TOML as its settings.

        Raises ``UsageProblem`` when the folder holds something else.
        """
        if settings_of(root) is not None:
            raise UsageProblem("this is a workspace already", action="use it, or name another folder")
        if root.exists() and any(root.iterdir()):
            raise UsageProblem("the folder is not empty", action="name a new folder for the workspace")
        root = make_private(root).resolve()
        root.chmod(0o700)
        try:
            return cls._filled(root, settings)
        except BaseException:  # as of a key that is out of reach, or a full disk: the folder is as empty as it was
            shutil.rmtree(root)
            raise

    @classmethod
    def _filled(cls, root: Path, settings: str) -> Workspace:
        for name in ("keys", terms.FOLDER):
            make_private(root / name)
        make_folders(root)
        write_bytes(root / FILE_NAME, workspace_files.SETTINGS_TEXT + settings.encode())
        for name in KEYS:
            write_bytes(root / "keys" / name, secrets.token_bytes(KEY_BYTES))
        write_bytes(root / terms.FILE_NAME, terms.TEMPLATE)
        write_bytes(root / workspace_files.PLACES_FILE, workspace_files.PLACES_TEXT)
        workspace = cls(root, read_settings(root))
        workspace.begin_encryption()
        if not workspace.settings.database.url:
            (root / DATABASE).touch(mode=0o600)
        with database.creating(workspace.db, workspace.sealer):
            pass
        workspace.heads.start()
        workspace._follow()
        return workspace

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Opens a workspace; raises ``ConfigurationError`` when there is none, or two databases of one."""
        settings = existing_settings(root)
        root = root.resolve()
        check_files(root)
        make_folders(root)
        workspace = cls(root, settings)
        workspace.stages.require_keys()
        workspace.vault.sweep_opened()
        database.migrate(workspace.db)
        record_keys.begin(workspace.db)
        workspace._follow()
        return workspace

    @property
    def key_rings(self) -> tuple[KeyRing, ...]:
        """The data keys of all that is encrypted under keys of its own; none in an earlier version's workspace."""
        return tuple(ring for ring in (self.vault.keys, self.stages.keys, self.records.keys) if ring.is_there)

    def begin_encryption(self) -> None:
        """Makes the keys, once: from now on each original and each stage result is encrypted under one of its own."""
        self._keks.make_own()
        self._keks.current()  # out of reach, it leaves everything as it was
        self.records.keys.create()
        self.stages.keys.create()  # before the vault's, so that no kill in between looks like keys that were lost
        self.vault.begin_encryption()

    def require_storage(self) -> None:
        """Raises what stands in the way of sealing and opening files, in a bucket too, before anything is done."""
        self.vault.require_keys()
        for blobs in self.buckets().values():
            self.vault.require_encrypted()
            blobs.require()

    def buckets(self) -> dict[StoredKind, OwnedBlobs]:
        """What lies in object storage as the settings want it."""
        stores = (self.vault.bucket, self.stages.store.bucket, self.rendition_copies)
        return {kind: store.blobs for kind, store in zip(StoredKind, stores, strict=True) if store is not None}

    def has_material(self, place: Path) -> bool:
        """Whether there is anything at the place of an artefact: a stage result, a file or a folder."""
        return self.stages.is_there(place) if place.is_relative_to(self.stages.root) else place.exists()

    @classmethod
    def upgrade(cls, root: Path) -> str:
        """Brings the database up to date, a server's too, while no run works; the number of its newest migration."""
        workspace = cls(root.resolve(), existing_settings(root))
        with workspace._alone():
            database.migrate(workspace.db, also_server=True)
        return database.newest_revision()

    def _follow(self) -> None:
        """Keeps the heads from now on, and the marks of the keys, which an earlier version did not keep."""
        self.heads.follow(self.db)
        with suppress(WorkspaceDamaged):
            self.heads.keep_keys({name: self.key(name) for name in KEYS})

    def key(self, name: str) -> bytes:
        """One of the secrets of this workspace, 32 bytes; raises ``WorkspaceDamaged`` when it is gone or not whole."""
        try:
            secret = (self.root / "keys" / name).read_bytes()
        except FileNotFoundError as error:
            raise WorkspaceDamaged(f"the key {name} is missing", action="restore keys/ from its backup") from error
        if len(secret) != KEY_BYTES:
            raise WorkspaceDamaged(f"the key {name} is not whole", action="restore keys/ from its backup")
        return secret

    @property
    def signer(self) -> signing.Signer:
        """Signs in the name of this workspace; raises ``WorkspaceDamaged`` when its key is gone."""
        return signing.Signer(self.key(signing.KEY))

    def listed(self) -> terms.Lists:
        """The term lists and cues of this workspace, what was confirmed to be misheard, and everybody's names."""
        return replace(
            terms.read(self.root),
            misheard=self._misheard.value(),
            cues=cues.read_cues(self.root),
            elsewhere=self._known_names.current(),
        )

    def list_warnings(self, on: date) -> tuple[str, ...]:
        """What the operator should know about the term lists: what others may read, what lapsed or will soon."""
        open_lists = terms.exposed(self.root)
        others = (
            (f"{open_lists} term lists may be read by others on this machine: chmod 600 them",) if open_lists else ()
        )
        return (*others, *self.listed().warnings(on))

    def retract(self, session_id: str, audience: Audience) -> bool:
        """Takes a rendition that may no longer be out back into the workspace; True when there was one.

        Its copy in object storage goes too: with the next run, where the bucket does not answer.
        """
        self.fence.check()
        place = f"{session_id}/{audience}"
        if self.rendition_copies is None:
            return self._retract(session_id, audience)
        self.rendition_copies.mark_for_deletion(place)
        was_there = self._retract(session_id, audience)
        self.rendition_copies.delete_soon(place)
        return was_there

    def _retract(self, session_id: str, audience: Audience) -> bool:
        out = self.out / session_id / audience
        if not out.is_dir():
            return self._note_retracted(session_id, audience)
        number = sum(1 for _ in self.withdrawn.iterdir()) + 1
        while self.ledger.has(releases.RETRACTED, name := f"{session_id}-{audience}-{number}"):
            number += 1
        try:
            out.rename(self.withdrawn / name)
        except FileNotFoundError:
            return False
        self.artefacts.moved(out, self.withdrawn / name)
        with suppress(OSError):
            out.parent.rmdir()
        self.ledger.append(releases.RETRACTED, name, {"session_id": session_id, "audience": str(audience)})
        return True

    def _note_retracted(self, session_id: str, audience: Audience) -> bool:
        """Notes that a rendition is gone which the ledger still has as published: a kill or a hand took it away."""
        entry = releases.current_entry(self.ledger, session_id, audience)
        if entry is not None:
            self.ledger.append(
                releases.RETRACTED, f"{entry}-gone", {"session_id": session_id, "audience": str(audience)}
            )
        return False

    @contextmanager
    def locked(self) -> Iterator[Attempt]:
        """Holds the one lock of the workspace, and shuts out what is left of runs before; gives the new epoch.

        Raises ``LockHeld`` when another run has it, and from then on ``RunFenced`` in every write once another took it.
        """
        with self._alone():
            with database.unreadable_is_closed():
                begun = self.fence.begin_epoch()
            with self.fence.entered(begun):
                yield begun

    @contextmanager
    def attempting(self, attempt: Attempt) -> Iterator[None]:
        """A worker's try at a task: its writes are fenced, and its scratch folder is its own."""
        scratch, self.scratch = self.scratch, self.scratch / attempt.scratch_name
        make_private(self.scratch)
        try:
            with self.fence.entered(attempt):
                yield
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch = scratch

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with ExitStack() as held:
            try:
                held.enter_context(locked(self.root / "lock", wait=False))
                self.require_lock = held.enter_context(database.coordinating(self.db))
            except BlockingIOError as error:
                raise LockHeld("another run works in this workspace", action="wait for it to end") from error
            try:
                yield
            finally:
                self.heads.keep_all(self.db)

    def sweep(self) -> None:
        """Removes what a killed run left half done; only under the lock."""
        self.vault.sweep()
        self.sweep_buckets()
        for path in self.scratch.iterdir():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def sweep_buckets(self) -> None:
        """Deletes stage results and copies of renditions that count no more; only under the lock."""
        self.stages.sweep()
        if self.rendition_copies is not None and self.rendition_copies.unpublished():
            self.rendition_copies.sweep(releases.published_proofs(self.ledger))
