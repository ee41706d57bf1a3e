"""What a run needs and whether it is there: tools, models, room on the disk."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec

from pipeline import speech
from pipeline.errors import OffrecordError, WorkspaceDamaged
from pipeline.media import tools
from pipeline.store import Workspace, terms

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
    return tuple(replace(one, action="") if one.ok else one for one in _examined(workspace))


def _examined(workspace: Workspace | None) -> Iterator[Examined]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Examined(what="python", ok=sys.version_info >= (3, 11), found=version, action="install Python 3.11 or later")
    for tool in tools.tools():
        yield Examined(what=tool.name, ok=tool.version is not None, found=tool.version or "", action=tool.install)
    if workspace is None:
        return
    yield _reader(workspace)
    yield _engine(workspace)
    yield _spacy(workspace)
    yield _public_key(workspace)
    yield _term_lists(workspace)
    free = shutil.disk_usage(workspace.root).free
    yield Examined(what="disk", ok=free >= _ROOM, found=f"{free / 1e9:.1f} GB free", action="make room")


def _reader(workspace: Workspace) -> Examined:
    """What reads pictures, where they have to be read before they are kept."""
    tool, settings = tools.reader(), workspace.settings.picture
    is_needed = settings.keep and settings.look
    action = f"{tool.install}; until then no picture is kept"
    found = tool.version or ("" if is_needed else "not needed")
    return Examined(what=tool.name, ok=bool(found), found=found, action=action)


def _engine(workspace: Workspace) -> Examined:
    settings = workspace.settings.speech
    try:
        speech.preflight(settings)
    except OffrecordError as error:
        return Examined(what="recogniser", ok=False, found=settings.engine, action=f"{error}")
    return Examined(what="recogniser", ok=True, found=settings.engine)


def _term_lists(workspace: Workspace) -> Examined:
    """Whether the term lists can be read, and by nobody else."""
    try:
        count = len(workspace.listed().lists)
    except OffrecordError as error:
        return Examined(what="term lists", ok=False, found="", action=f"{error}")
    closed, lists = not terms.exposed(workspace.root), "list" if count == 1 else "lists"
    return Examined(what="term lists", ok=closed, found=f"{count} {lists}", action="chmod 600 terms.toml terms/*.toml")


def _public_key(workspace: Workspace) -> Examined:
    """What others check our signatures against."""
    try:
        return Examined(what="public key", ok=True, found=workspace.signer.public_key)
    except WorkspaceDamaged as error:
        return Examined(what="public key", ok=False, found="", action=error.action)


def _spacy(workspace: Workspace) -> Examined:
    name = workspace.settings.detect.spacy_model
    ok = not name or find_spec(name) is not None
    return Examined(what="spaCy pipeline", ok=ok, found=name or "built in", action="pip install the pipeline it names")
