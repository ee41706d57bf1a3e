"""Records as canonical JSON and back, and keys made of them.

What an earlier version wrote is read under the names that its fields have now (``earlier_names``); what is left then
that no record of that kind has is an error, so that nothing stored is dropped without a word.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pipeline.store.earlier_names import renamed

T = TypeVar("T")

_WRITERS: dict[Any, TypeAdapter[Any]] = {}
_READERS: dict[Any, TypeAdapter[Any]] = {}


def encode(value: object, kind: Any = None) -> bytes:
    """A record as canonical JSON: sorted keys, no spaces, sets in order."""
    return dumped(_writer(kind or type(value)).dump_python(value)).encode()


def canonical(content: str) -> str:
    """A record's JSON, in whatever order, as ``encode`` has it."""
    return dumped(json.loads(content))


def plain(value: object) -> Any:
    """Any records, also within lists and mappings, as plain JSON values."""
    return json.loads(json.dumps(_writer(Any).dump_python(value), default=_plain))


def decode(content: bytes | str, kind: type[T]) -> T:
    """A record from its JSON, also under the names of earlier versions; raises ``ValueError`` when it is not one."""
    try:
        value: T | None = _reader(kind).validate_json(content)
    except ValidationError:
        value = _reader(kind).validate_json(json.dumps(renamed(json.loads(content), kind)))
    if value is None:
        raise ValueError("null is no record")
    return value


def key_of(*parts: object) -> str:
    """The SHA-256 over the canonical JSON of all parts: the name of a result made from them."""
    hasher = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else encode(part)
        hasher.update(len(content).to_bytes(8, "big") + content)
    return hasher.hexdigest()


def _writer(kind: Any) -> TypeAdapter[Any]:
    if kind not in _WRITERS:
        _WRITERS[kind] = TypeAdapter(kind)
    return _WRITERS[kind]


def _reader(kind: Any) -> TypeAdapter[Any]:
    """Reads a kind strictly; the union with None is how pydantic lets a configuration reach a standard dataclass."""
    if kind not in _READERS:
        _READERS[kind] = TypeAdapter(kind | None, config=ConfigDict(extra="forbid"))
    return _READERS[kind]


def dumped(fields: object) -> str:
    """Plain values as canonical JSON."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is no part of a record")
