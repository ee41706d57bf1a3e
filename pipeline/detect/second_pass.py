"""The second look at a session: names that the model is sure of are looked for everywhere else.

A person introduced as "tomasz wilk from vantrexa" may later be thanked as "tomash", in no place that gives a name away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.detect.engine import DEFAULTS, find_each
from pipeline.detect.gazetteer.exact import exact_recognizer
from pipeline.detect.gazetteer.frequency import frequent_forms
from pipeline.detect.gazetteer.in_context import context_recognizer
from pipeline.detect.gazetteer.phonetic import Thresholds, phonetic_recognizer
from pipeline.detect.scoring.overlaps import resolve_overlaps
from pipeline.detect.text.tokens import Match, Recognizer, Text, read
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common, surface_forms, words_of
from pipeline.records import Context, DetectionRule
from pipeline.settings import DetectSettings

_SCORE = 0.4  # 21 of 41 right; below what the model says of a name by itself
_SURE = 0.75
_MIN_LETTERS = 4
_LIMITS = Thresholds(rare=0.86, mixed=0.9, common=0.98, cued=0.04)


def find_in_session(
    texts: Sequence[str], context: Context, *, settings: DetectSettings = DEFAULTS
) -> list[list[Match]]:
    """The hits in each text of one session, the second look included."""
    asked = [read(text) for text in texts]
    first = find_each(texts, context, settings=settings)
    rules = _recognizers([match for matches in first for match in matches], asked, context)
    return [_joined(text, matches, rules, context) for text, matches in zip(asked, first, strict=True)]


def _joined(text: Text, matches: list[Match], rules: tuple[Recognizer, ...], context: Context) -> list[Match]:
    again = [_renamed(match) for rule in rules for match in rule(text)]
    return resolve_overlaps([*matches, *again], text, context) if again else matches


def _renamed(match: Match) -> Match:
    own = match.rule in (DetectionRule.HEARD_OFTEN, DetectionRule.PLACE_OF_A_NAME)
    return match if own else replace(match, rule=DetectionRule.FOUND_AGAIN, score=_SCORE)


def _recognizers(matches: list[Match], texts: list[Text], context: Context) -> tuple[Recognizer, ...]:
    """The rules for what is said too often, and for guessed names that are distinctive enough to be known by sound."""
    learnt: dict[str, SurfaceForm] = {}
    for match in matches:
        if match.rule is DetectionRule.NAME_MODEL and match.score >= _SURE and match.label == "PERSON":
            for word in words_of(match.text):
                if len(word) >= _MIN_LETTERS and word not in FUNCTION_WORDS and not is_common(word):
                    learnt.setdefault(
                        word, SurfaceForm(word, match.entity, match.label, DetectionRule.FOUND_AGAIN, _SCORE)
                    )
    guessed, often = tuple(learnt.values()), tuple(frequent_forms(texts, surface_forms(context), matches))
    found = [exact_recognizer(guessed), phonetic_recognizer(guessed, _LIMITS)] if guessed else []
    if sure := tuple(one for one in often if not one.ordinary):
        found.append(exact_recognizer(sure))
    if placed := tuple(one for one in often if one.ordinary):
        found.append(context_recognizer(placed, least=1.0))
    return tuple(found)
