"""The verb of this stage: read a folder by its platform's reader, then probe, seal and assemble."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import InputRefused, StorageUnavailable, TryAgain
from pipeline.files import is_full
from pipeline.ingest import archive, series_tracks
from pipeline.ingest.assemble import assemble
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.identify_platform import FolderKind, check_readable, recognise
from pipeline.ingest.listing import Listing, check_settled, listing
from pipeline.ingest.media_kinds import check_media
from pipeline.ingest.platforms import READERS
from pipeline.ingest.session_toml import FILE_NAME, SessionToml, parse
from pipeline.records import Refused, Session
from pipeline.store import Workspace


def ingest(folder: Path, *, workspace: Workspace) -> Session | Refused:
    """One session from a folder, a zip or a lone media file, its files sealed; the folder itself is only read.

    Raises ``TryAgain`` when the folder is still being written, and ``StorageUnavailable`` when there is no space.
    """
    try:
        return _ingested(folder, workspace)
    except InputRefused as error:
        return Refused(reason=error.message, action=error.action)
    except PermissionError:
        return Refused(
            reason="the folder or a file in it cannot be read",
            action="give the user that runs Offrecord the right to read it",
        )
    except FileNotFoundError:
        raise TryAgain("the folder changed while it was read", action="it is left for next time") from None
    except OSError as error:
        if not is_full(error):
            raise
        raise StorageUnavailable() from None


def _ingested(folder: Path, workspace: Workspace) -> Session:
    before = listing(folder)
    check_settled(before, now_s=time.time(), settle_s=workspace.settings.run.stable_for_s)
    try:
        with _unpacked(before, workspace) as files:
            draft = series_tracks.assigned(_read(files), files, workspace.root)
            return assemble(files, draft, workspace.vault)
    finally:
        if listing(folder) != before:
            raise TryAgain("the folder changed while it was read", action="it is left for next time") from None


@contextmanager
def _unpacked(packed: Listing, workspace: Workspace) -> Iterator[Listing]:
    """The listing itself, or with the members of its one zip in the zip's place."""
    if recognise(packed.names) is not FolderKind.ZIP:
        yield packed
        return
    with archive.unpacked(packed, workspace.scratch) as files:
        yield files


def _read(files: Listing) -> SessionDraft:
    kind = recognise(files.names)
    has_facts = FILE_NAME in files.names
    if not has_facts:
        check_media(files.names)
    check_readable(kind)
    facts = parse(files.text(FILE_NAME, FILE_NAME)) if has_facts else SessionToml()
    return READERS[kind](files, facts)
