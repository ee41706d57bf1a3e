"""Session records as the database has them, encrypted: what was said and written under a data key of each session.

These texts are the title, the captions, the chat and the notes. When something is erased from them, the record is
written under a new data key and the earlier one goes: no backup, replica or log of the database can be read for what
was erased. The rest of a record, its people among it, and the names that a night compares across all sessions are under
one key of the workspace (AES-SIV, RFC 5297), by which equal values of one session stay equal and nothing else shows.
"""

from __future__ import annotations

import json
import secrets
from base64 import b64decode, b64encode
from binascii import Error as BinasciiError
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from sqlalchemy import Connection, Engine

from pipeline.errors import WorkspaceDamaged
from pipeline.store.codec import dumped
from pipeline.store.key_encryption import derived
from pipeline.store.key_ring import KeyRing

TEXTS = ("captions", "chat", "embedded", "notes", "title")
"""The fields of a session's record that hold what was said or written in it."""
NO_TEXTS = '{"captions":[],"chat":[],"embedded":[],"notes":[],"title":""}'
PREFIX_CHARS = 96
"""So much of a stored record says under whose data key its texts are."""

_OPTION = "record_cipher"
_RECORD, _NAMES = "sealed-record", "sealed-names"
"""What the stored form begins with; a plain record is JSON, and the name of a session begins with its date."""
_NONCE_BYTES = 12
_GENERATION_BYTES = 4
_SIV_BYTES = 64


@dataclass(frozen=True, slots=True)
class _StoredRecord:
    """The parts of a stored record: whose data key the texts are under, the rest, and the texts, both encrypted."""

    owner: str
    rest: str
    texts: str

    def __str__(self) -> str:
        return ":".join((_RECORD, self.owner, self.rest, self.texts))

    @property
    def session_id(self) -> str:
        return self.owner.partition("/")[0]


class RecordCipher:
    """Encrypts and opens the session records of one workspace; what an earlier version stored in plain is read too."""

    def __init__(self, keys: KeyRing, secret: Callable[[], bytes], *, is_encrypted: Callable[[], bool]) -> None:
        self.keys = keys
        self._secret = secret
        self.is_encrypted = is_encrypted
        self._siv: AESSIV | None = None

    def attach(self, db: Engine) -> None:
        """Has everything that reads records through this engine, or a connection of it, use this cipher."""
        db.update_execution_options(**{_OPTION: self})

    def seal(self, session_id: str, body: str, *, before: str | None = None) -> str:
        """The stored form of a record, as JSON, under the data key of the one ``before``, else under a new one."""
        return self.seal_each({session_id: body}, before={session_id: before or ""})[session_id]

    def seal_each(self, bodies: Mapping[str, str], *, before: Mapping[str, str]) -> dict[str, str]:
        """The stored forms of many records by session id, as ``seal`` makes each."""
        if not self.is_encrypted():
            return dict(bodies)
        owners = {each: owner_of(before.get(each, "")) or _new_owner(each) for each in bodies}
        data_keys = self.keys.ensure_each(owners.values())
        return {each: str(self._sealed(bodies[each], owner, data_keys[owner])) for each, owner in owners.items()}

    def open(self, stored: str) -> str:
        """The JSON of a stored record, in any order; raises ``WorkspaceDamaged`` without its key or when changed."""
        return self.open_each([stored])[0]

    def open_each(self, stored: Sequence[str]) -> list[str]:
        """Many records, their keys looked up together."""
        data_keys = self.keys.find_each(filter(None, map(owner_of, stored)))
        return [self._opened(each, data_keys) for each in stored]

    def open_without_texts(self, stored: str) -> str:
        """The JSON of a stored record with empty texts: what is left where their data key is gone."""
        record = _parts(stored)
        return stored if record is None else _joined(self._rest(record), NO_TEXTS)

    def seal_names(self, text: str) -> str:
        """The stored form of a name or of names; the same text gives the same form."""
        return f"{_NAMES}:{_text64(self._of_workspace().encrypt(text.encode(), None))}" if self.is_encrypted() else text

    def open_names(self, stored: str) -> str:
        """A name, or names, in the stored form; raises ``WorkspaceDamaged`` where it was changed."""
        prefix, _, content = stored.partition(":")
        if prefix != _NAMES:
            return stored
        try:
            return self._of_workspace().decrypt(b64decode(content, validate=True), None).decode()
        except (InvalidTag, BinasciiError, ValueError) as error:
            _raise_changed("the names of a session", error)

    def open_value(self, stored: str) -> str:
        """What any text of the database says: of a record or of names opened, of all else as it is."""
        return self.open(stored) if owner_of(stored) else self.open_names(stored)

    def _sealed(self, body: str, owner: str, data_key: bytes) -> _StoredRecord:
        fields, nonce = json.loads(body), secrets.token_bytes(_NONCE_BYTES)
        texts = {name: fields.pop(name) for name in TEXTS if name in fields}
        sealed = nonce + _of_data_key(data_key).encrypt(nonce, dumped(texts).encode(), owner.encode())
        record = _StoredRecord(owner, "", _text64(sealed))
        rest = self._of_workspace().encrypt(dumped(fields).encode(), [record.session_id.encode()])
        return _StoredRecord(owner, _text64(rest), record.texts)

    def _opened(self, stored: str, data_keys: Mapping[str, bytes]) -> str:
        record = _parts(stored)
        if record is None:
            return stored
        if record.owner not in data_keys:
            raise WorkspaceDamaged(
                f"the record of session {record.session_id} has no key", action="restore keys/ from its backup"
            )
        try:
            content = b64decode(record.texts, validate=True)
            nonce, sealed = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
            texts = _of_data_key(data_keys[record.owner]).decrypt(nonce, sealed, record.owner.encode())
        except (InvalidTag, BinasciiError, ValueError) as error:
            _raise_changed(f"the record of session {record.session_id}", error)
        return _joined(self._rest(record), texts.decode())

    def _rest(self, record: _StoredRecord) -> str:
        try:
            content = b64decode(record.rest, validate=True)
            return self._of_workspace().decrypt(content, [record.session_id.encode()]).decode()
        except (InvalidTag, BinasciiError, ValueError) as error:
            _raise_changed(f"the record of session {record.session_id}", error)

    def _of_workspace(self) -> AESSIV:
        if self._siv is None:
            self._siv = AESSIV(derived(self._secret(), "session records", length=_SIV_BYTES))
        return self._siv


def of(db: Engine | Connection) -> RecordCipher:
    """The cipher of the workspace that this database is of."""
    cipher: RecordCipher = db.get_execution_options()[_OPTION]
    return cipher


def owner_of(stored: str) -> str:
    """Whose data key a stored record is under, of which ``PREFIX_CHARS`` are enough; '' for a plain one.

    It is the session and a random generation, which changes when something is erased.
    """
    prefix, _, rest = stored.partition(":")
    return rest.partition(":")[0] if prefix == _RECORD else ""


def _parts(stored: str) -> _StoredRecord | None:
    """The parts of a stored record, None for a plain one."""
    if not owner_of(stored):
        return None
    parts = stored.split(":")
    if len(parts) != len(("record", "owner", "rest", "texts")):
        _raise_changed("the record of a session", None)
    return _StoredRecord(*parts[1:])


def _joined(rest: str, texts: str) -> str:
    """One JSON object of two, neither of which is empty."""
    return f"{rest[:-1]},{texts[1:]}"


def _text64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _new_owner(session_id: str) -> str:
    return f"{session_id}/{secrets.token_hex(_GENERATION_BYTES)}"


def _of_data_key(data_key: bytes) -> AESGCM:
    return AESGCM(derived(data_key, "session record"))


def _raise_changed(what: str, error: Exception | None) -> NoReturn:
    raise WorkspaceDamaged(
        f"{what} was changed in the database", action="restore the database and heads from one backup"
    ) from error
