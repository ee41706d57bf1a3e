"""Reads a Microsoft Teams recording as downloaded: the video, transcripts in any form, and attendance reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.errors import InputRefused
from pipeline.ingest.captions import metadata_content, webvtt
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.identify_platform import TEAMS_RECORDING
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.platforms import sidecars
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.written_start import written_start

_ZONE_STEP_S = 900
"""Zones differ from UTC by quarters of an hour."""
_TOGETHER_S = 180.0
"""How long after the recording its transcript may begin for the two to say the zone: Teams begins both at one click."""


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a Teams download; raises ``InputRefused`` where files are of several recordings, or ambiguous."""
    recording = _recording(listing)
    named = TEAMS_RECORDING.fullmatch(recording.rpartition("/")[2])
    title = named["title"].strip() if named else ""
    lists = sidecars.lists(listing, facts)
    captions, chat = named_texts(listing, facts)
    polls = sidecars.polls(listing, facts)
    names = [name for name in sidecars.others(listing, facts) if name not in {*lists.files, *polls}]
    chat = chat or sidecars.chats(listing, names)
    captions = captions or sidecars.captions(listing, (name for name in names if name not in chat), title)
    started_at, local_start = _start(listing, recording, captions)
    draft = SessionDraft(
        platform="teams",
        facts=facts,
        people=(),
        mixed=(),
        started_at=started_at,
        local_start=local_start,
        captions=captions,
        chat=chat,
        texts=tuple((name, "facts") for name in listing.names if name == FILE_NAME),
    )
    return sidecars.with_people(draft, listing, lists, polls, recording=recording, title=title)


def _recording(listing: Listing) -> str:
    """The one recording; raises ``InputRefused`` where there are several, which a meeting leaves that was cut."""
    recordings = [
        name for name in listing.names if is_media(name) and TEAMS_RECORDING.fullmatch(name.rpartition("/")[2])
    ]
    if len(recordings) != 1:
        raise InputRefused(f"the folder holds {len(recordings)} Teams recordings", action="give each its own folder")
    return recordings[0]


def _start(listing: Listing, recording: str, captions: tuple[str, ...]) -> tuple[datetime | None, datetime | None]:
    """The start as aware time and on the recorder's clock; of the name's the zone is known by a transcript's alone."""
    written = written_start(recording.rpartition("/")[2])
    if written is None or written.tzinfo is not None:
        return written, None
    texts = (listing.text(name, "captions") for name in captions)
    origin = next((origin for text in texts if metadata_content.SIGN in text for origin in webvtt.origins(text)), None)
    if origin is None:
        return None, written
    ahead_s = (written - origin.astimezone(UTC).replace(tzinfo=None)).total_seconds()
    zone_s = round(ahead_s / _ZONE_STEP_S) * _ZONE_STEP_S
    if abs(ahead_s - zone_s) > _TOGETHER_S:
        return None, written
    return (written - timedelta(seconds=zone_s)).replace(tzinfo=UTC), written
