"""Places of a workspace, where no command writes a file of its own, makes a workspace or reads recordings."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

_MARKS = ("keys", "heads")
"""What every workspace has from the moment it is made, wherever its database is."""
_FOLDERS = frozenset(
    {"keys", "log", "out", "reports", "scratch", "stages", "terms", "vault", "withdrawn"},
)
_FILES = frozenset(
    {
        "heads",
        "heads.lock",
        "cues.toml",
        "jurisdictions.toml",
        "customers.toml",
        "offrecord.toml",
        "taxonomy.toml",
        "terms.toml",
        "tracks.toml",
        "withdrawals.journal",
    }
)


class RecordingPath(click.Path):
    """A recording, or an inbox of them; a usage error, with exit code 2, for the folders of a workspace itself.

    What lies there was made by the program: it would be taken in as if it were recordings.
    """

    name = "path"

    def __init__(self, *, exists: bool) -> None:
        super().__init__(path_type=Path, exists=exists)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; fails with one line that says what to name instead."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.exists() and is_in_folders_of_a_workspace(path):
            self.fail("this is a part of a workspace, no recording; name the folder that the platform left", param, ctx)
        return path


def is_in_a_workspace(path: Path) -> bool:
    """Whether a folder would lie in a workspace, however deep."""
    return any(_parts_below(path))


def is_in_folders_of_a_workspace(path: Path) -> bool:
    """Whether something is a workspace, or one of the folders that it keeps, or lies in one."""
    place = path.resolve()
    return _is_workspace(place) or any(parts[0] in _FOLDERS for parts in _parts_below(place))


def is_of_a_workspace(path: Path) -> bool:
    """Whether a file there is in a workspace's folders, or has a name by which a workspace keeps something itself."""
    return any(
        len(parts) > 1 or path.name in _FILES or path.name.startswith("offrecord.db") for parts in _parts_below(path)
    )


def _parts_below(path: Path) -> Iterator[tuple[str, ...]]:
    """The parts of a path below each workspace that it lies in, the innermost first."""
    place = path.parent.resolve() / path.name
    for around in place.parents:
        if _is_workspace(around):
            yield place.relative_to(around).parts


def _is_workspace(folder: Path) -> bool:
    return all((folder / mark).exists() for mark in _MARKS)
