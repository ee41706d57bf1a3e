"""Reads a Google Meet recording as it lies in Drive: video, chat, transcript document, and lists of participants."""

from __future__ import annotations

from pipeline.errors import InputRefused
from pipeline.ingest.captions import transcript
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.identify_platform import MEET_RECORDING
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.platforms import sidecars
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.written_start import start_in_names

_CHAT = ".sbv"


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a Meet recording; raises ``InputRefused`` where files are of several recordings, or ambiguous."""
    recording = _recording(listing)
    named = MEET_RECORDING.fullmatch(recording.rpartition("/")[2])
    title = named["title"].strip() if named else ""
    lists = sidecars.lists(listing, facts)
    captions, chat = named_texts(listing, facts)
    polls = sidecars.polls(listing, facts)
    texts = [name for name in sidecars.others(listing, facts) if name not in {*lists.files, *polls}]
    documents = captions or sidecars.captions(listing, (name for name in texts if not _is_chat(name)), title)
    start = start_in_names((recording, *listing.names, listing.title))
    draft = SessionDraft(
        platform="meet",
        facts=facts,
        people=(),
        mixed=(),
        started_at=start if start and start.tzinfo else None,
        local_start=start.replace(tzinfo=None) if start else None,
        captions=documents,
        chat=chat or tuple(name for name in texts if _is_chat(name)),
        texts=tuple((name, "facts") for name in listing.names if name == FILE_NAME),
    )
    attendees = (name for file in documents for name in transcript.attendees(listing.text(file, "captions")))
    return sidecars.with_people(draft, listing, lists, polls, recording=recording, title=title, attendees=attendees)


def _recording(listing: Listing) -> str:
    """The one recording, by its name where other media lie beside it; raises ``InputRefused`` where it is not one."""
    media = [name for name in listing.names if is_media(name)]
    named = [name for name in media if MEET_RECORDING.fullmatch(name.rpartition("/")[2])]
    recordings = media if len(media) == 1 else named
    if len(recordings) != 1:
        raise InputRefused(
            f"the folder holds {len(recordings)} recordings with a name of Google Meet", action="leave one of them"
        )
    return recordings[0]


def _is_chat(name: str) -> bool:
    return name.lower().endswith(_CHAT)
