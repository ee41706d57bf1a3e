"""The renditions that lie in the output folder, for a page: what their proof says, and their files one by one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageProblem
from pipeline.proof import MANIFEST, read_manifest
from pipeline.records import Audience, Check
from pipeline.render import file_names
from pipeline.store import Workspace

MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "video/webm",
}
"""What a browser plays, by suffix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRendition:
    """One rendition: what was taken out of it, in windows and seconds, and every check of its proof."""

    audience: Audience
    verdict: str
    checks: tuple[Check, ...]
    files: tuple[str, ...]
    length_s: float
    windows: int
    muted_s: float


def published_rendition(workspace: Workspace, session_id: str, audience: Audience) -> PublishedRendition | None:
    """The rendition of an audience; None where none is published, or its proof is not as it was written."""
    manifest = read_manifest(workspace.out / file_names.folder_of(session_id, audience) / MANIFEST)
    if manifest is None:
        return None
    return PublishedRendition(
        audience=audience,
        verdict=manifest.verdict,
        checks=manifest.checks,
        files=tuple(file.name for file in manifest.files),
        length_s=manifest.length_s,
        windows=len(manifest.windows),
        muted_s=sum(window.end_s - window.start_s for window in manifest.windows),
    )


def rendition_file(workspace: Workspace, session_id: str, audience: Audience, name: str) -> Path:
    """A file of a published rendition that its proof lists; raises ``UsageProblem`` for any other name."""
    published = published_rendition(workspace, session_id, audience)
    folder = workspace.out / file_names.folder_of(session_id, audience)
    if published is None or name not in published.files or not (folder / name).is_file():
        raise UsageProblem("there is no such file in a rendition", action="see `offrecord status`")
    return folder / name
