"""The variables of the environment that are settings, also under the names that these had before."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

PREFIX, BETWEEN = "OFFRECORD_", "__"
RENAMED = {
    ("speech", "search_sound"): "keyword_search",
    ("redact", "join_s"): "merge_gap_s",
    ("redact", "grid_s"): "duration_step_s",
    ("picture", "look"): "require_ocr",
    ("picture", "looks_per_second"): "ocr_per_second",
    ("consent", "valid_hours"): "ruling_ttl_hours",
    ("consent", "floor_rule"): "minimum_rule",
    ("consent", "allow_silent_relax"): "exclude_silent_nonresponders",
    ("run", "settle_s"): "stable_for_s",
}
"""By section and old name the new name of a setting, from before 0.1.0.

An old name in a file is an error. In the environment it keeps its meaning, because cron lines and unit files outlive an
upgrade that nobody watches; the command line warns.
"""


def renamed_variables() -> tuple[str, ...]:
    """A line for each variable of the environment that sets a setting by its old name."""
    names = {name.upper() for name, value in os.environ.items() if value}
    lines = []
    for name in sorted(names):
        new = variable_of(new_place(place_of(name)))
        if name.startswith(PREFIX) and new != name:
            advice = ", which is set: remove it" if new in names else ": rename it"
            lines.append(f"{name} is now {new}{advice}")
    return tuple(lines)


def settings_among(variables: Mapping[str, Value]) -> dict[str, Value]:
    """The variables with the prefix, in any case; every other is of another program, whatever it is called."""
    return {name: value for name, value in variables.items() if name.upper().startswith(PREFIX)}


def set_by(place: tuple[str, str], variables: Mapping[str, str]) -> list[str]:
    """The variables that set a key, or a part of it, by their names in capitals; a new name goes before an old one."""
    wanted = variable_of(place)
    names: dict[str, str] = {}
    for name in sorted(settings_among(variables), key=lambda name: new_place(place_of(name)) == place_of(name)):
        new = variable_of(new_place(place_of(name)))
        is_whole = new == variable_of(place[:1]) and place[1] in _keys_in(variables[name])
        if variables[name] and (new == wanted or new.startswith(wanted + BETWEEN) or is_whole):
            names[new] = name.upper()
    return sorted(names.values())


def _keys_in(text: str) -> tuple[str, ...]:
    """The keys of a whole section that a variable holds as JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return ()
    return tuple(value) if isinstance(value, dict) else ()


def new_place(place: tuple[str, ...]) -> tuple[str, ...]:
    """The place of a setting under its new name: ``("run", "settle_s")`` is ``("run", "stable_for_s")``.

    Policies of series have the names of their section.
    """
    is_key = len(place) == 2 or (len(place) == 4 and place[:2] == ("consent", "series"))
    new = RENAMED.get((place[0], place[-1])) if is_key else None
    return (*place[:-1], new) if new else place


def place_of(variable: str) -> tuple[str, ...]:
    """The section and key of a variable, in any case: ``OFFRECORD_RUN__WORKERS`` is ``("run", "workers")``."""
    return tuple(variable.lower().removeprefix(PREFIX.lower()).split(BETWEEN))


def variable_of(place: tuple[int | str, ...]) -> str:
    """The variable of a place, in capitals."""
    return f"{PREFIX}{BETWEEN.join(map(str, place))}".upper()


def with_new_names(variables: Mapping[str, str | None]) -> dict[str, str | None]:
    """The variables of the environment that are settings, renamed ones under their new names; a new name goes first."""
    ours = settings_among(variables)
    new = {variable_of(new_place(place_of(name))).lower(): value for name, value in ours.items() if value}
    kept = {name: value for name, value in ours.items() if new_place(place_of(name)) == place_of(name)}
    return {**new, **kept}
