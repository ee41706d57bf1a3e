"""Stage results, each under the hash of all that it was made from: the same inputs are never worked twice."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pipeline.files import make_private, write_bytes
from pipeline.store.codec import decode, encode

T = TypeVar("T")

_NONCE_BYTES = 12


class StageCache:
    """A folder of stage results as JSON files, each encrypted: raw transcripts are as confidential as the recording."""

    def __init__(self, root: Path, key: Callable[[], bytes]) -> None:
        self.root = make_private(root)
        self._key = key

    def get(self, stage: str, key: str, kind: type[T]) -> T | None:
        """The result kept under this key, or None; an unreadable one counts as none, so that it is made again."""
        try:
            return decode(self.opened(self.place(stage, key)), kind)
        except (FileNotFoundError, ValueError, InvalidTag):
            return None

    def put(self, stage: str, key: str, value: object, kind: Any = None) -> Path:
        """Keeps a result, all of it or nothing; gives its file."""
        place = self.place(stage, key)
        make_private(place.parent)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, encode(value, kind), self._bound(place))
        write_bytes(place, nonce + sealed)
        return place

    def drop(self, place: Path) -> None:
        """Removes one result's file; it is made again when it is needed."""
        place.unlink(missing_ok=True)

    def files(self) -> Iterator[Path]:
        """Every result's file."""
        yield from sorted(self.root.glob("*/*.json"))

    def opened(self, place: Path) -> bytes:
        """The JSON in a result's file; raises ``InvalidTag`` when it was changed or moved."""
        content = place.read_bytes()
        if len(content) <= _NONCE_BYTES:
            raise InvalidTag
        return self._cipher().decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], self._bound(place))

    def place(self, stage: str, key: str) -> Path:
        """Where the result of this key lies."""
        return self.root / stage / f"{key}.json"

    def _bound(self, place: Path) -> bytes:
        return str(place.relative_to(self.root)).encode()

    def _cipher(self) -> AESGCM:
        return AESGCM(hmac.digest(self._key(), b"offrecord stage results v1", "sha256"))
