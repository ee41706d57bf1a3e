"""Which of the names of other sessions are in a session: the others have no part in what is found in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from pipeline.detect.gazetteer.exact import exact_recognizer
from pipeline.detect.locate.words_and_text import turns
from pipeline.detect.text.tokens import Recognizer, read
from pipeline.lexicon import elsewhere_forms, entity_of
from pipeline.records import Context, OcrResult, Session, Term, Transcript


def named_elsewhere(
    session: Session, transcript: Transcript, context: Context, seen: OcrResult | None = None
) -> tuple[Term, ...]:
    """Those of ``context.elsewhere`` that are said, written or ``seen`` in a session.

    A stage key with these alone stays as it is when names come that the session never says.
    """
    if not context.elsewhere:
        return ()
    recognize = _recognizer(context.elsewhere)
    text = "\n".join(_texts(session, transcript, seen))
    entities = {match.entity for match in recognize(read(text))}
    return tuple(term for term in context.elsewhere if entity_of(term.kind, term.text) in entities)


def words_in(session: Session, transcript: Transcript, seen: OcrResult | None = None) -> frozenset[str]:
    """The words among which ``named_elsewhere`` looks for names, in the form in which it compares them."""
    return frozenset(token.plain for token in read("\n".join(_texts(session, transcript, seen))).tokens)


@lru_cache(maxsize=2)
def _recognizer(terms: tuple[Term, ...]) -> Recognizer:
    """Made once for all sessions of a night; English words without their evidence, as texts run together here."""
    return exact_recognizer(tuple(replace(form, ordinary=False) for form in elsewhere_forms(terms)))


def _texts(session: Session, transcript: Transcript, seen: OcrResult | None) -> Iterator[str]:
    for turn in turns(transcript.words):
        yield " ".join(transcript.words[index].text for index in turn)
    yield " ".join(cue.text for cue in session.captions)
    yield " ".join(cue.text for cue in session.embedded)
    yield from (line.text for line in session.chat)
    yield session.title
    yield from (" ".join(word.text for word in line.words) for line in (seen.lines if seen else ()))
