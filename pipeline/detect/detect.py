"""Detects what is confidential in one session, on every surface that holds text or sound."""

from __future__ import annotations

from pipeline.detect.find import find
from pipeline.detect.listeners import from_search, sound_of_captions
from pipeline.detect.places import in_captions, in_text, in_words
from pipeline.detect.text import Hit
from pipeline.records import Context, Finding, Session, Transcript
from pipeline.settings import DetectSettings


def detect(
    session: Session, transcript: Transcript, context: Context, *, settings: DetectSettings
) -> tuple[Finding, ...]:
    """All findings of a session: in its words, captions, chat and title, and in the sound itself.

    Raises ``ConfigurationError`` when the spaCy model set is not installed, and ``OffrecordError`` when a
    mention has no place in the sound.
    """
    session_id = session.session_id

    def look(text: str) -> list[Hit]:
        return find(text, context, settings=settings)

    heard = [*in_words(session_id, transcript, look), *from_search(session_id, transcript, context)]
    captions = list(in_captions(session_id, session.captions, look))
    captions += sound_of_captions(session, captions, heard)
    chat = [
        one for index, line in enumerate(session.chat) for one in in_text(session_id, "chat", index, line.text, look)
    ]
    title = in_text(session_id, "title", 0, session.title, look)
    unique = {one.finding_id: one for one in (*heard, *captions, *chat, *title)}
    return tuple(unique.values())
