"""What APIs write as JSON, looked through without trusting its shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

_DEEPEST = 8


def objects_with(text: str, *keys: str) -> list[dict[str, Any]]:
    """Every object of a JSON text, or of lines of JSON, that has an object or a list under one of the keys, however
    answers wrap it.

    None for another text; what lies within such an object is not looked through.
    """
    try:
        return list(_objects(_loaded(text), keys, 0))
    except (ValueError, RecursionError):
        return []


def is_json(text: str | bytes) -> bool:
    """Whether a text is whole JSON, or whole lines of it."""
    try:
        _loaded(text)
    except (ValueError, RecursionError):
        return False
    return True


def is_empty(text: str) -> bool:
    """Whether a text is the JSON of an answer that holds nothing: beside an API's own notes, lists without a member."""
    return is_json(text) and _holds_nothing(_loaded(text))


def members(value: object, key: str) -> list[dict[str, Any]]:
    """The objects of the list under a key; none where there is no list."""
    listed = value.get(key) if isinstance(value, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def text_of(value: object, key: str) -> str:
    """The text under a key, trimmed; empty where the value is no object or has none."""
    return str(value.get(key) or "").strip() if isinstance(value, dict) else ""


def moment_of(text: str) -> datetime | None:
    """The aware time that an API writes; None where it is not one."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _loaded(text: str | bytes) -> object:
    """The value of a JSON text, or the list of those of its lines; raises ``ValueError`` for another text."""
    try:
        return json.loads(text)
    except ValueError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [json.loads(line) for line in lines]


def _holds_nothing(value: object) -> bool:
    if isinstance(value, dict):
        return all(key.startswith("@") or _holds_nothing(inner) for key, inner in value.items())
    if isinstance(value, list):
        return all(map(_holds_nothing, value))
    return value is None or isinstance(value, bool) or value == 0


def _objects(value: object, keys: tuple[str, ...], depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if any(isinstance(value.get(key), dict | list) for key in keys):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _objects(inner, keys, depth + 1)
