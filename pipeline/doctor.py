"""What a run needs and whether it is there: tools, models, room on the disk."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from pipeline import speech
from pipeline.errors import OffrecordError
from pipeline.media import tools
from pipeline.store import Workspace

_ROOM = 2 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One thing that a run needs; ``action`` says how to get it where it is missing."""

    what: str
    ok: bool
    found: str
    action: str = ""


def examine(workspace: Workspace | None) -> tuple[Examined, ...]:
    """Everything a run needs, and what the workspace's own settings need beside."""
    return tuple(_examined(workspace))


def _examined(workspace: Workspace | None) -> Iterator[Examined]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Examined(what="python", ok=sys.version_info >= (3, 11), found=version, action="install Python 3.11 or later")
    for tool in tools.tools():
        yield Examined(what=tool.name, ok=tool.version is not None, found=tool.version or "", action=tool.install)
    if workspace is None:
        return
    yield _engine(workspace)
    yield _spacy(workspace)
    free = shutil.disk_usage(workspace.root).free
    yield Examined(what="disk", ok=free >= _ROOM, found=f"{free / 1e9:.1f} GB free", action="make room")


def _engine(workspace: Workspace) -> Examined:
    settings = workspace.settings.speech
    try:
        speech.preflight(settings)
    except OffrecordError as error:
        return Examined(what="recogniser", ok=False, found=settings.engine, action=f"{error}")
    return Examined(what="recogniser", ok=True, found=settings.engine)


def _spacy(workspace: Workspace) -> Examined:
    name = workspace.settings.detect.spacy_model
    ok = not name or find_spec(name) is not None
    return Examined(what="spaCy pipeline", ok=ok, found=name or "built in", action="pip install the pipeline it names")
