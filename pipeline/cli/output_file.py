"""What a command writes: a name for a new or another file or folder, never a device or a part of a workspace."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import click

from pipeline.cli.workspace_places import is_of_a_workspace


class OutputFile(click.Path):
    """A path to write to; a usage error, with exit code 2, where nothing may or can be written.

    A file is put in place by renaming. So a device or a pipe of that name would be gone afterwards, and with a
    workspace's own file whatever it held.
    """

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; fails with one line that says what to name instead."""
        if os.fspath(value) in {"", "-"}:
            self.fail("this is no name of a file", param, ctx)
        try:
            path = Path(os.fsdecode(super().convert(value, param, ctx)))
            self._check(path, param, ctx)
            _try_to_write(path.parent)
        except OSError as error:  # a name that is too long, a folder that may not be looked into, or is the kernel's
            self.fail(f"no file can be there: {error.strerror}", param, ctx)
        return path

    def _check(self, path: Path, param: click.Parameter | None, ctx: click.Context | None) -> None:
        if path.is_dir():
            self.fail("this is a folder; name a file in it", param, ctx)
        if path.exists() and not path.is_file():
            self.fail("this is a device or a pipe, which a file would replace; name a file", param, ctx)
        if not path.parent.is_dir():
            self.fail("its folder does not exist; make it, or name another", param, ctx)
        if not os.access(path.parent, os.W_OK):
            self.fail("this user may not write in its folder; name a file elsewhere", param, ctx)
        if is_of_a_workspace(path):
            self.fail("this is a part of a workspace, which would be damaged; name a file elsewhere", param, ctx)


class OutputFolder(click.Path):
    """A folder to make and to write into; a usage error, with exit code 2, where none can be made.

    What else it must be, as empty or new, says the command.
    """

    name = "folder"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path; fails with one line that says why nothing can be written there."""
        if not os.fspath(value):
            self.fail("this is no name of a folder", param, ctx)
        try:
            path = Path(os.fsdecode(super().convert(value, param, ctx)))
            around = next((place for place in (path, *path.absolute().parents) if os.path.lexists(place)), path)
            if not around.is_dir():
                self.fail("a file or a broken link is in its place or on the way to it; name another", param, ctx)
            _try_to_write(around)
        except OSError as error:
            self.fail(f"no folder can be made there: {error.strerror}; name another", param, ctx)
        return path


def _try_to_write(folder: Path) -> None:
    """Raises the ``OSError`` that the first file in a folder would: rights alone do not tell, as of ``/proc``."""
    with tempfile.TemporaryFile(dir=folder):
        pass
