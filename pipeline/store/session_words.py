"""Which words each session holds, as short keyed hashes: so that a new name is looked for where it may be said alone.

A row is none of those that are sealed: it proves itself, and a session without one, or with one that was changed, is
looked through for every name.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, delete, select

from pipeline.store.tables.changes import session_words
from pipeline.store.upsert import insert

_WORD_BYTES = 4
"""Of a session's 1,500 different words one in 3,000,000 others has the hash of any: then it is looked through."""
_HASH = np.dtype("<u4")


class SessionWords:
    """The words of every session that was searched for names."""

    def __init__(self, db: Engine, secret: Callable[[], bytes]) -> None:
        self._db = db
        self._secret = secret

    def keep(self, session_id: str, words: Iterable[str]) -> None:
        """Keeps the words, in the form in which names are compared, that a session holds on any surface."""
        row = self.row(session_id, words)
        with self._db.begin() as connection:
            statement = insert(connection, session_words).values(row)
            connection.execute(statement.on_conflict_do_update(index_elements=["session_id"], set_=row))

    def row(self, session_id: str, words: Iterable[str]) -> dict[str, object]:
        """The row of a session with these words."""
        keys = _Keys(self._secret())
        content = np.array(sorted({keys.hashed(word) for word in words}), _HASH).tobytes()
        return {"session_id": session_id, "words": content, "mac": keys.mac(session_id, content)}

    def drop(self, session_id: str) -> None:
        """Forgets the words of a session."""
        with self._db.begin() as connection:
            connection.execute(delete(session_words).where(session_words.c.session_id == session_id))

    def without(self, names: Collection[str], connection: Connection) -> Iterator[str]:
        """The sessions that hold none of these names, each with its words run together; for sure."""
        keys = _Keys(self._secret())
        parts = [_parts(name, keys) for name in names]
        starts = np.array([hashed for each in parts for (at, _), hashed in each.items() if at == 0], _HASH)
        for row in connection.execute(select(session_words)):
            if hmac.compare_digest(row.mac, keys.mac(row.session_id, row.words)):
                held = np.frombuffer(row.words, _HASH)
                if not _any_in(starts, held) or not _any_run(parts, frozenset(held.tolist())):
                    yield row.session_id


class _Keys:
    """The two keys of these rows, derived from a secret of the workspace."""

    def __init__(self, secret: bytes) -> None:
        self._words = hmac.digest(secret, b"offrecord session words v1", "sha256")
        self._rows = hmac.digest(secret, b"offrecord session words row v1", "sha256")

    def hashed(self, word: str) -> int:
        """The short keyed hash of a word, or of a part of a name."""
        return int.from_bytes(blake2b(word.encode(), key=self._words, digest_size=_WORD_BYTES).digest(), "little")

    def mac(self, session_id: str, content: bytes) -> str:
        """What proves that these are the words of this session."""
        return hmac.digest(self._rows, session_id.encode() + b"\n" + content, "sha256").hex()


def _any_in(wanted: NDArray[np.uint32], held: NDArray[np.uint32]) -> bool:
    if not held.size:
        return False
    places = np.searchsorted(held, wanted).clip(max=held.size - 1)
    return bool((held[places] == wanted).any())


def _any_run(names: Iterable[Mapping[tuple[int, int], int]], words: Set[int]) -> bool:
    return any(_is_run(parts, words) for parts in names)


def _parts(name: str, keys: _Keys) -> dict[tuple[int, int], int]:
    """The hash of each part of a name, by where it begins and ends in it."""
    size = len(name)
    return {(at, to): keys.hashed(name[at:to]) for at in range(size) for to in range(at + 1, size + 1)}


def _is_run(parts: Mapping[tuple[int, int], int], words: Set[int]) -> bool:
    """Whether a name may be some of these words one after the other."""
    size, reached = max(to for _, to in parts), {0}
    for at in range(size):
        if at in reached:
            reached |= {to for to in range(at + 1, size + 1) if parts[at, to] in words}
    return size in reached
