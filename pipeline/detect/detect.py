"""Detects what is confidential in one session, on every surface that holds text or sound."""

from __future__ import annotations

from pipeline.detect.engine import find, find_across
from pipeline.detect.locate.acoustic_hits import acoustic_findings
from pipeline.detect.locate.boundaries import across_captions, across_turns
from pipeline.detect.locate.caption_only import caption_only_findings
from pipeline.detect.locate.ocr import picture_findings
from pipeline.detect.locate.words_and_text import CAPTIONS, EMBEDDED, Finder, in_captions, in_text, in_words
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import Match
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

    def note(text: str) -> list[Match]:
        texts.append(text)
        return []

    def look(text: str) -> list[Match]:
        return found[text] if text in found else find(text, context, settings=settings)

    _in_texts(session, transcript, note)
    found = dict(zip(texts, find_in_session(texts, context, settings=settings), strict=True))

    def look_over(text: str) -> list[Match]:
        return find_across(text, context, settings=settings)

    heard, captions, others = _in_texts(session, transcript, look)
    heard += across_turns(session_id, transcript, look_over)
    captions += across_captions(session_id, session.captions, look_over, surface=CAPTIONS)
    captions += across_captions(session_id, session.embedded, look_over, surface=EMBEDDED)
    heard += acoustic_findings(session_id, transcript, context)
    captions += caption_only_findings(session, transcript, captions, heard)
    written = [*heard, *captions, *others]
    unique = {one.finding_id: one for one in (*written, *picture_findings(session_id, seen, context, written, look))}
    return tuple(unique.values())


def _in_texts(
    session: Session, transcript: Transcript, look: Finder
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
