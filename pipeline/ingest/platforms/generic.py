"""Reads a folder of plain media with a session.toml."""

from __future__ import annotations

from dataclasses import replace

from pipeline.errors import InputRefused
from pipeline.ingest.attendance import merge, reader
from pipeline.ingest.draft import SessionDraft, own_files
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.participants import merged
from pipeline.ingest.platforms import sidecars
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.records.session import UNKNOWN_PLATFORM


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a session folder; raises ``InputRefused`` where session.toml names a file that is not there."""
    captions, chat = named_texts(listing, facts)
    draft = SessionDraft(
        platform=UNKNOWN_PLATFORM,
        facts=facts,
        people=(),
        mixed=(),
        captions=captions,
        chat=chat or sidecars.unnamed_chats(listing, facts),
        texts=((FILE_NAME, "facts"), *((name, "roster") for name in facts.roster)),
    )
    report = reader.named_reports(listing, facts.roster)
    listed = merge.people(report.rows, reader.clock_of(draft))
    people = merged(listed, facts.participants, listing.names)
    owned = own_files(people)
    mixed = tuple(name for name in listing.names if is_media(name) and name not in owned)
    return replace(
        draft,
        people=people,
        mixed=mixed,
        title=report.topic,
        unread_times=report.unread_times,
        platform_list=bool(report.rows),
    )


def named_texts(listing: Listing, facts: SessionToml) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The captions and chat that session.toml names, each none or one; raises ``InputRefused`` where one is missing."""
    for key, name in (("captions", facts.captions), ("chat", facts.chat)):
        if name is not None and (name not in listing.names or is_media(name)):
            raise InputRefused(f"session.toml: the file named by '{key}' is not there", action="correct the key")
    return (facts.captions,) if facts.captions else (), (facts.chat,) if facts.chat else ()
