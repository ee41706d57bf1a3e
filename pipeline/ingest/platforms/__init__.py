"""One reader for each platform: what it left in a folder becomes a ``SessionDraft``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.identify_platform import FolderKind
from pipeline.ingest.listing import Listing
from pipeline.ingest.platforms import craig, generic, loose, meet, one_file_each, teams, zoom, zoom_cloud
from pipeline.ingest.session_toml import SessionToml

READERS: Mapping[FolderKind, Callable[[Listing, SessionToml], SessionDraft]] = {
    FolderKind.SESSION: generic.read,
    FolderKind.ZOOM: zoom.read,
    FolderKind.ZOOM_CLOUD: zoom_cloud.read,
    FolderKind.TEAMS: teams.read,
    FolderKind.MEET: meet.read,
    FolderKind.CRAIG: craig.read,
    FolderKind.ONE_FILE_EACH: one_file_each.read,
    FolderKind.LOOSE: loose.read,
    FolderKind.OBS: loose.read,
}
"""What reads each kind of folder; the facts are those of its session.toml."""
