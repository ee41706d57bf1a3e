"""Reads a Google Meet recording as it lies in Drive: video, chat, transcript document, and lists of participants."""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import InputRefused
from pipeline.ingest.attendance import merge, reader
from pipeline.ingest.captions import transcript
from pipeline.ingest.draft import Person, SessionDraft, is_media, own_files
from pipeline.ingest.identify_platform import MEET_RECORDING
from pipeline.ingest.listing import Listing
from pipeline.ingest.participants import Speakers, merged
from pipeline.ingest.platforms import beside
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.written_start import start_in_names

_CHAT = ".sbv"


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a Meet recording; raises ``InputRefused`` where files are of several recordings, or ambiguous."""
    recording = _recording(listing)
    named = MEET_RECORDING.fullmatch(recording.rpartition("/")[2])
    title = named["title"].strip() if named else ""
    lists = beside.lists(listing, facts)
    captions, chat = named_texts(listing, facts)
    polls = beside.polls(listing, facts)
    texts = [name for name in beside.others(listing, facts) if name not in {*lists.files, *polls}]
    documents = captions or beside.captions(listing, (name for name in texts if not _is_chat(name)), title)
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
    listed = merge.people(lists.report.rows, reader.clock_of(draft))
    people = merged((*listed, *_attending(listing, documents, listed)), facts.participants, listing.names)
    owned = own_files(people)
    return replace(
        draft,
        people=people,
        mixed=tuple(name for name in (recording,) if name not in owned),
        title=lists.report.topic or title,
        platform_list=lists.is_complete,
        unread_times=lists.report.unread_times,
        named=tuple(name for names in polls.values() for name in names),
        texts=(*draft.texts, *((name, "roster") for name in lists.files), *((name, "poll") for name in polls)),
    )


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


def _attending(listing: Listing, documents: tuple[str, ...], listed: tuple[Person, ...]) -> tuple[Person, ...]:
    """Whom the transcripts list as there, beyond the lists: names alone, without times."""
    names = [name for file in documents for name in transcript.attendees(listing.text(file, "captions"))]
    known = Speakers(listed)
    return tuple(Person(name=name, joined_late=True) for name in dict.fromkeys(names) if not known.knows(name))


def _is_chat(name: str) -> bool:
    return name.lower().endswith(_CHAT)
