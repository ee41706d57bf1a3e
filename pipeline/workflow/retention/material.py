"""The files of each kind of material of a session, as they lie in the workspace."""

from __future__ import annotations

from pathlib import Path

from pipeline.records import Session
from pipeline.store import Workspace
from pipeline.store.artefacts import Artefact
from pipeline.workflow import tagging
from pipeline.workflow.retention.periods import OF_SESSIONS, RENDITIONS, RetainedKind


def transcripts_of(workspace: Workspace, session_id: str) -> list[Artefact]:
    """The results that hold what was said before redaction, whatever their state."""
    tags = str(tagging.place_of_tags(workspace, session_id).relative_to(workspace.root))
    inside = f"{workspace.stages.root.name}/"
    return [
        each
        for each in workspace.artefacts.of(session_id)
        if each.location.startswith(inside) and each.location != tags
    ]


def rendition_folders(workspace: Workspace, session_id: str, kind: RetainedKind) -> list[Path]:
    """The folders of a session's renditions for an audience: the published one, and those that were withdrawn."""
    audience = RENDITIONS[kind]
    withdrawn = sorted(workspace.withdrawn.glob(f"{session_id}-{audience}-*"))
    return [folder for folder in (workspace.out / session_id / audience, *withdrawn) if folder.is_dir()]


def measured(workspace: Workspace, session: Session, kind: RetainedKind) -> tuple[int, int]:
    """How many files of a kind there are, and their bytes together."""
    if kind is RetainedKind.ORIGINAL:
        return len(session.sealed), sum(file.size for file in session.sealed)
    if kind is RetainedKind.TRANSCRIPT:
        places = [workspace.root / each.location for each in transcripts_of(workspace, session.session_id)]
        sizes = [workspace.stages.size(place) for place in dict.fromkeys(places) if workspace.stages.is_there(place)]
    else:
        folders = rendition_folders(workspace, session.session_id, kind)
        sizes = [path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def is_any_left(workspace: Workspace, session: Session) -> bool:
    """Whether anything of a session is still there: its lines of captions, chat and notes too."""
    lines = session.captions or session.embedded or session.chat or session.notes
    return bool(lines) or any(measured(workspace, session, kind)[0] for kind in OF_SESSIONS)
