"""Finds the family name that nobody knew, or that was misheard, behind a known given name ("ana limber" for Lima)."""

from __future__ import annotations

from pipeline.detect.text.tokens import Match, Recognizer, Text
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common
from pipeline.records import DetectionRule

_SCORE = 0.95  # 57 of 57 right, but no surer than a name that was heard as it is
_COMMON = 3000
_MIN_LETTERS = 3


def surname_recognizer(forms: tuple[SurfaceForm, ...]) -> Recognizer:
    """For a known given name with a rare word behind it, capital where capitals mean anything."""
    names = {form.key: form for form in forms if form.label == "PERSON" and len(form.words) == 1}

    def recognize(text: Text) -> list[Match]:
        return [
            text.match(
                index, index + 1, label="PERSON", entity=name.entity, rule=DetectionRule.BESIDE_A_NAME, score=_SCORE
            )
            for index in range(len(text.tokens) - 1)
            if (name := names.get(text.tokens[index].plain)) is not None
            and not name.ordinary
            and text.tokens[index + 1].plain not in names
            and _is_a_name(text, index + 1)
        ]

    return recognize


def _is_a_name(text: Text, index: int) -> bool:
    token, before = text.tokens[index], text.tokens[index - 1]
    word = token.plain
    is_adjacent = text.raw[before.end_char : token.start_char] == " "
    if not is_adjacent or len(word) < _MIN_LETTERS or not word.isalpha() or word in FUNCTION_WORDS:
        return False
    return not is_common(word, _COMMON) and (not text.cased or text.raw[token.start_char].isupper())
