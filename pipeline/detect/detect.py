"""Detects what is confidential in one session, on every surface that holds text or sound."""

from __future__ import annotations

from pipeline.detect.engine import find, find_across
from pipeline.detect.locate.acoustic_hits import acoustic_findings
from pipeline.detect.locate.boundaries import across_captions, across_chat, across_turns
from pipeline.detect.locate.caption_only import caption_only_findings
from pipeline.detect.locate.doubtful_words import doubtful_word_findings
from pipeline.detect.locate.missing_halves import missing_half_findings
from pipeline.detect.locate.ocr import picture_findings
from pipeline.detect.locate.statements_across import crossing_statements, statement_findings, told_open, without_parts
from pipeline.detect.locate.unsure_places import unsure_place_findings
from pipeline.detect.locate.words_and_text import CAPTIONS, CHAT, EMBEDDED, Finder, in_captions, in_text, in_words
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
    """All findings of a session: words, captions, chat, title, sound, and what OCR has ``seen``.

    Raises ``ConfigurationError`` when the spaCy pipeline of the settings is not installed, and ``OffrecordError`` when
    a mention has no place in the sound.
    """
    session_id = session.session_id
    texts: list[str] = []

    def collect(text: str) -> list[Match]:
        texts.append(text)
        return []

    def look_up(text: str) -> list[Match]:
        return matches[text] if text in matches else find(text, context, settings=settings)

    def across(text: str) -> list[Match]:
        return find_across(text, context, settings=settings)

    _in_texts(session, transcript, collect)
    statements = crossing_statements(session, transcript, context)
    # Names in notes are looked for in all that was said or written; of the notes themselves nothing is ever put out.
    matches_by_text = find_in_session(
        texts,
        context,
        notes=session.notes,
        statements=[(statement.text, statement.match) for statement in statements],
        told_open=told_open(session, transcript, context),
        settings=settings,
    )
    matches = dict(zip(texts, matches_by_text, strict=True))
    heard, captions, others = _in_texts(session, transcript, look_up)
    heard += across_turns(session_id, transcript, across)
    captions += across_captions(session_id, session.captions, across, surface=CAPTIONS)
    captions += across_captions(session_id, session.embedded, across, surface=EMBEDDED)
    others += across_chat(session_id, session.chat, across)
    heard += missing_half_findings(session_id, transcript, context, heard)
    heard += doubtful_word_findings(session_id, transcript, context, heard)
    heard += unsure_place_findings(session_id, transcript, context, heard)
    heard += acoustic_findings(session_id, transcript, context)
    captions += caption_only_findings(session, transcript, captions, heard)
    crossing = statement_findings(session_id, statements)
    findings = [*without_parts([*heard, *captions, *others], crossing), *crossing]
    findings += picture_findings(session_id, seen, context, findings, look_up)
    # What is found in the words and heard in the very same place keeps the rule of the words.
    unique: dict[str, Finding] = {}
    for finding in findings:
        unique.setdefault(finding.finding_id, finding)
    return tuple(unique.values())


def _in_texts(
    session: Session, transcript: Transcript, finder: Finder
) -> tuple[list[Finding], list[Finding], list[Finding]]:
    """What ``finder`` finds in the words that were heard, in captions, and in chat and title."""
    session_id = session.session_id
    heard = list(in_words(session_id, transcript, finder))
    captions = list(in_captions(session_id, session.captions, finder))
    captions += in_captions(session_id, session.embedded, finder, surface=EMBEDDED)
    chat = [
        finding
        for index, line in enumerate(session.chat)
        for finding in in_text(session_id, CHAT, index, line.text, finder)
    ]
    return heard, captions, [*chat, *in_text(session_id, "title", 0, session.title, finder)]
