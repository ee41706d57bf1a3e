"""Finds known names, companies and listed terms as they are spelt, split or joined ("north wind" / "northwind")."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.patterns import places
from pipeline.lexicon.plain import word_set
from pipeline.lexicon.surface_forms import LABELS, SurfaceForm, entity_of
from pipeline.records import DetectionRule, Pattern, Term

_MAX_WORDS = 7
_STRONG_CUES = word_set("hi hello hey thanks thank im mr mrs ms miss dr")
_CUES = _STRONG_CUES | word_set("name is from with by")


def exact_recognizer(surface_forms: tuple[SurfaceForm, ...]) -> Recognizer:
    """Looks up every run of up to seven words, or of single letters, with the spaces left out."""
    index: dict[str, SurfaceForm] = {}
    for spelling in surface_forms:
        index.setdefault(spelling.key, spelling)
    starts = {key[:1] for key in index}
    longest = max(map(len, index), default=0)

    def recognize(text: Text) -> list[Match]:
        matches = []
        for first, token in enumerate(text.tokens):
            if token.plain[:1] in starts:
                found = _longest_at(text, first, index.get, longest)
                if found is not None:
                    last, spelling = found
                    matches.append(_match(text, first, last, spelling))
        return matches

    return recognize


def literal_recognizer(terms: tuple[Term, ...]) -> Recognizer:
    """For listed terms that are mostly signs (``C++``), which have no words to compare."""
    patterns = [
        (re.compile(rf"(?<!\w){re.escape(text)}(?!\w)", re.IGNORECASE), term)
        for term in terms
        for text in (term.text, *term.aliases)
        if len("".join(words_of(text))) < 2 and text.strip()
    ]

    def recognize(text: Text) -> list[Match]:
        return [
            Match(
                *occurrence.span(),
                LABELS.get(term.kind, "TERM"),
                occurrence.group(),
                entity_of("term", term.text) + "~" + term.text.casefold(),
                DetectionRule.TERM_LIST,
                0.99,
            )
            for pattern, term in patterns
            for occurrence in pattern.finditer(text.raw)
        ]

    return recognize


def pattern_recognizer(patterns: tuple[Pattern, ...]) -> Recognizer:
    """For the patterns of term lists; raises ``ConfigurationError`` when one takes too long on a text."""

    def recognize(text: Text) -> list[Match]:
        return [
            Match(
                start_char,
                end_char,
                LABELS.get(pattern.kind, "TERM"),
                text.raw[start_char:end_char],
                f"pattern:{text.raw[start_char:end_char].casefold()}",
                DetectionRule.TERM_PATTERN,
                0.99,
            )
            for pattern in patterns
            for start_char, end_char in places(pattern.text, text.raw, pattern.where)
        ]

    return recognize


def _longest_at(
    text: Text, first: int, lookup: Callable[[str], SurfaceForm | None], longest: int
) -> tuple[int, SurfaceForm] | None:
    key, found = "", None
    letters = True
    for last in range(first, len(text.tokens)):
        word = text.tokens[last].plain
        letters = letters and len(word) == 1
        key += word
        if len(key) > longest or (last - first >= _MAX_WORDS and not letters):
            break
        spelling = lookup(key)
        if spelling is not None and (not spelling.ordinary or _evident(text, first, last)):
            found = last, spelling
    return found


def _evident(text: Text, first: int, last: int) -> bool:
    """Whether an ordinary word stands here as a name: by its capital, its letters said one by one, or its place."""
    start_char, end_char = text.tokens[first].start_char, text.tokens[last].end_char
    cue = text.tokens[first - 1].plain if first else ""
    if text.cased:
        before, after = text.raw[:start_char].rstrip(), text.raw[end_char : end_char + 1]
        inside = bool(before) and before[-1] not in '.!?:"“'
        return text.raw[start_char].isupper() and (inside or after in (",", "'", "’") or cue in _STRONG_CUES)
    if first != last or cue in _STRONG_CUES:
        return True
    return cue in _CUES and text.tokens[first].plain not in FUNCTION_WORDS


def _match(text: Text, first: int, last: int, spelling: SurfaceForm) -> Match:
    score = spelling.score * (0.8 if spelling.ordinary else 1.0)
    return text.match(
        first, last, label=spelling.label, entity=spelling.entity, rule=spelling.rule, score=round(score, 3)
    )
