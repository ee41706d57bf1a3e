"""Detects what is confidential in one session, on every surface that holds text or sound."""

from __future__ import annotations

from pipeline.detect.again import find_in_all
from pipeline.detect.borders import across_captions, across_turns
from pipeline.detect.captioned import sound_of_captions
from pipeline.detect.find import find, find_over
from pipeline.detect.listeners import from_sound
from pipeline.detect.places import CAPTIONS, EMBEDDED, Find, in_captions, in_text, in_words
from pipeline.detect.seen import in_picture
from pipeline.detect.text import Hit
from pipeline.records import Context, Finding, OcrResult, Session, Transcript
from pipeline.settings import DetectSettings


def detect(
    session: Session,
    transcript: Transcript,
    context: Context,
    *,
    settings: DetectSettings,
    seen: OcrResult | None = None,
) -> tuple[Finding, ...]:
    """All findings of a session: in its words, captions, chat and title, in the sound itself, and in what was ``seen``.

    Raises ``ConfigurationError`` when the spaCy model set is not installed, and ``OffrecordError`` when a
    mention has no place in the sound.
    """
    session_id = session.session_id
    texts: list[str] = []

    def note(text: str) -> list[Hit]:
        texts.append(text)
        return []

    def look(text: str) -> list[Hit]:
        return found[text] if text in found else find(text, context, settings=settings)

    _in_texts(session, transcript, note)
    found = dict(zip(texts, find_in_all(texts, context, settings=settings), strict=True))

    def look_over(text: str) -> list[Hit]:
        return find_over(text, context, settings=settings)

    heard, captions, others = _in_texts(session, transcript, look)
    heard += across_turns(session_id, transcript, look_over)
    captions += across_captions(session_id, session.captions, look_over, surface=CAPTIONS)
    captions += across_captions(session_id, session.embedded, look_over, surface=EMBEDDED)
    heard += from_sound(session_id, transcript, context)
    captions += sound_of_captions(session, transcript, captions, heard)
    written = [*heard, *captions, *others]
    # What is found in the words and heard in the very same place keeps the rule of the words.
    unique: dict[str, Finding] = {}
    for finding in (*written, *in_picture(session_id, seen, context, written, look)):
        unique.setdefault(finding.finding_id, finding)
    return tuple(unique.values())


def _in_texts(
    session: Session, transcript: Transcript, look: Find
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """What ``look`` finds in the words that were heard, in captions, and in chat and title."""
    session_id = session.session_id
    heard = list(in_words(session_id, transcript, look))
    captions = list(in_captions(session_id, session.captions, look))
    captions += in_captions(session_id, session.embedded, look, surface=EMBEDDED)
    chat = [
        one for index, line in enumerate(session.chat) for one in in_text(session_id, "chat", index, line.text, look)
    ]
    return heard, captions, [*chat, *in_text(session_id, "title", 0, session.title, look)]
