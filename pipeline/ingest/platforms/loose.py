"""Reads media that nobody described: one file alone, or a folder without a session.toml.

Nothing that lies there says who may be heard, so that the session holds until somebody does. Captions, chat and lists
beside the media are read all the same: whom they name took part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC

from pipeline.errors import InputRefused
from pipeline.ingest import session_texts
from pipeline.ingest.attendance import reader
from pipeline.ingest.captions import CaptionFile
from pipeline.ingest.chat import ChatFile
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.file_clock import last_written, recorded_at
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.platforms import generic
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.written_start import start_in_names


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of media that nobody described, its start by the best hint there is; raises ``InputRefused``."""
    draft = read_files(listing, facts)
    start = start_in_names((listing.title, *listing.names))
    if start is None and draft.mixed:
        start = recorded_at(listing, draft.mixed[0]) or min(last_written(listing, name) for name in draft.mixed)
    if start is not None and start.tzinfo is None:
        start = start.replace(tzinfo=UTC)  # a few hours off: it dates the session, which holds until it is said
    return replace(draft, started_at=start, start_is_estimated=True)


def read_files(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft by the files alone: whatever reads as a list, a chat or captions is one; no list counts as complete.

    The first chat is the session's, and of captions the best kind.
    """
    others = [name for name in listing.names if not is_media(name) and name != FILE_NAME]
    rosters = [name for name in others if _is_roster(listing, name)]
    texts = [name for name in others if name not in rosters]
    chats = [name for name in texts if _says(session_texts.chat_of, listing, name)]
    subtitles = [name for name in texts if name not in chats and _says(session_texts.captions_of, listing, name)]
    read_facts = facts.model_copy(
        update={"roster": tuple(rosters), "chat": _first(chats), "captions": _first(sorted(subtitles, key=_preferred))}
    )
    draft = generic.read(listing, read_facts)
    return replace(draft, texts=tuple((name, "roster") for name in rosters), platform_list=False)


def _first(names: Sequence[str]) -> str | None:
    return names[0] if names else None


def _is_roster(listing: Listing, name: str) -> bool:
    try:
        return bool(reader.named_reports(listing, (name,)).rows)
    except InputRefused:
        return False


def _says(read_file: Callable[[Listing, str], CaptionFile | ChatFile], listing: Listing, name: str) -> bool:
    """Whether a file can be read so, and says anything then."""
    try:
        contents = read_file(listing, name)
    except InputRefused:
        return False
    return bool(contents.messages if isinstance(contents, ChatFile) else contents.captions)


def _preferred(name: str) -> tuple[int, str]:
    """WebVTT before SubRip before any text: it may name who speaks."""
    suffix = name.rpartition(".")[2].casefold()
    return {"vtt": 0, "srt": 1}.get(suffix, 2), name
