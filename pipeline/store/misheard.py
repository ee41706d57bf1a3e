"""How known names and terms were misheard, as reviewers confirmed: found exactly from then on, in every session."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, select

from pipeline.errors import WorkspaceDamaged
from pipeline.records import Misheard
from pipeline.store.tables.names import misheard
from pipeline.store.upsert import insert

_NONCE_BYTES = 12


class _Keys:
    """What is derived from the workspace's secret: one key to find, one to encrypt."""

    def __init__(self, secret: bytes) -> None:
        self._marks = hmac.digest(secret, b"offrecord misheard marks v1", "sha256")
        self._cipher = AESGCM(hmac.digest(secret, b"offrecord misheard words v1", "sha256"))

    def mark(self, *parts: str) -> str:
        return hmac.digest(self._marks, "\n".join(parts).encode(), "sha256").hex()

    def seal(self, misheard: Misheard, mark: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        text = json.dumps([misheard.text, misheard.entity, misheard.label])
        return nonce + self._cipher.encrypt(nonce, text.encode(), mark.encode())

    def open(self, sealed: bytes, mark: str) -> Misheard:
        try:
            content = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], mark.encode())
        except (InvalidTag, ValueError) as error:
            raise WorkspaceDamaged(
                "a confirmed misspelling was changed outside of Offrecord", action="restore the workspace's backup"
            ) from error
        text, entity, label = json.loads(content)
        return Misheard(text=text, entity=entity, label=label)


def learn(connection: Connection, secret: bytes, phrases: Iterable[Misheard]) -> None:
    """Keeps what was confirmed, within a transaction of the caller's; once is enough."""
    keys = _Keys(secret)
    for phrase in phrases:
        mark = keys.mark(phrase.entity, phrase.text.casefold())
        values = {"mark": mark, "entity_mark": keys.mark(phrase.entity), "sealed": keys.seal(phrase, mark)}
        connection.execute(insert(connection, misheard).values(values).on_conflict_do_nothing())


def unlearn(connection: Connection, secret: bytes, entities: Iterable[str], phrases: Iterable[Misheard] = ()) -> None:
    """Forgets all that stands for these entities, and these single ones, whose confirmation was taken back."""
    keys = _Keys(secret)
    for entity in entities:
        connection.execute(delete(misheard).where(misheard.c.entity_mark == keys.mark(entity)))
    for phrase in phrases:
        mark = keys.mark(phrase.entity, phrase.text.casefold())
        connection.execute(delete(misheard).where(misheard.c.mark == mark))


def known(connection: Connection, secret: bytes) -> tuple[Misheard, ...]:
    """Everything that was confirmed; raises ``WorkspaceDamaged`` when a row was changed."""
    keys = _Keys(secret)
    rows = connection.execute(select(misheard.c.mark, misheard.c.sealed).order_by(misheard.c.mark)).all()
    return tuple(keys.open(row.sealed, row.mark) for row in rows)
