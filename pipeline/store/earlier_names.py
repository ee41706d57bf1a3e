"""The names that fields of stored records had in earlier versions, and the names that they have now.

Records lie in the database, in append-only tables and in encrypted files, under the names of the version that wrote
them. They are not rewritten: an append-only row is never touched. They are read under today's names instead. Whoever
renames a field of a record that is stored adds one line to ``RENAMED``; whoever takes one out, a line with None.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

RENAMED: tuple[tuple[str, str, str | None], ...] = (
    # record, earlier name, name now (None: the field is no more)
    ("Session", "left_out", "unrecognised_files"),
    ("Session", "bleeding", "crosstalk"),
    ("Attendance", "told", "accepted_platform_notice"),
    ("SessionPolicy", "floor_rule", "minimum_rule"),
    ("SessionPolicy", "allow_silent_relax", "exclude_silent_nonresponders"),
    ("SessionResult", "broken", "exposures"),
    ("SoundPlace", "doubt_s", "time_uncertainty_s"),
    ("Word", "doubt_s", "time_uncertainty_s"),
    ("KeywordHit", "doubt_s", "time_uncertainty_s"),
    ("Alternative", "doubt_s", "time_uncertainty_s"),
)


def renamed(value: Any, kind: Any) -> Any:
    """Plain JSON of a record of this kind with every field under the name that it has now; other values as they are."""
    if value is None:
        return None
    if is_dataclass(kind):
        return _record(value, kind) if isinstance(value, Mapping) else value
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _of_union(value, parts)
    if isinstance(value, list) and parts:
        kinds = parts[:1] * len(value) if len(parts) != len(value) or Ellipsis in parts else parts
        return [renamed(item, part) for item, part in zip(value, kinds, strict=True)]
    if isinstance(value, Mapping) and len(parts) == 2:
        return {name: renamed(item, parts[1]) for name, item in value.items()}
    return value


def now_called(record: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one record, by the name of its class, under the names that they have now."""
    names = _names(record)
    current = {names.get(name, name): value for name, value in values.items()}
    return {name: value for name, value in current.items() if name is not None}


def _record(values: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    hints = _hints(kind)
    current = now_called(kind.__name__, values)
    return {name: renamed(value, hints[name]) if name in hints else value for name, value in current.items()}


def _of_union(value: Any, parts: tuple[Any, ...]) -> Any:
    """A value of one of several kinds: that of the first record whose fields it has, under today's names."""
    for part in parts:
        current = renamed(value, part)
        if not is_dataclass(part) or not isinstance(current, Mapping):
            if current != value:
                return current
            continue
        needed = {field.name for field in fields(part) if field.default is MISSING and field.default_factory is MISSING}
        if needed <= set(current) <= {field.name for field in fields(part)}:
            return current
    return value


@cache
def _names(record: str) -> dict[str, str | None]:
    return {earlier: now for name, earlier, now in RENAMED if name == record}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
