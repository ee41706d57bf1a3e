"""The second look at a session: names that the model is sure of are looked for everywhere else.

A person introduced as "tomasz wilk from vantrexa" may later be thanked as "tomash", in no place that gives a name away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.detect.engine import DEFAULTS, find_each
from pipeline.detect.gazetteer.exact import known_rule
from pipeline.detect.gazetteer.frequency import repeated
from pipeline.detect.gazetteer.in_context import slots_rule
from pipeline.detect.gazetteer.phonetic import Thresholds, sounds_rule
from pipeline.detect.scoring.overlaps import settle
from pipeline.detect.text.tokens import Hit, Rule, Text, read
from pipeline.lexicon import FUNCTION_WORDS, Spelling, is_common, spellings, words_of
from pipeline.records import Context, DetectionRule
from pipeline.settings import DetectSettings

_SCORE = 0.4  # 21 of 41 right; below what the model says of a name by itself
_SURE = 0.75
_MIN_LETTERS = 4
_LIMITS = Thresholds(rare=0.86, mixed=0.9, common=0.98, cued=0.04)


def find_in_all(texts: Sequence[str], context: Context, *, settings: DetectSettings = DEFAULTS) -> list[list[Hit]]:
    """The hits in each text of one session, the second look included."""
    asked = [read(text) for text in texts]
    first = find_each(texts, context, settings=settings)
    rules = _rules([hit for hits in first for hit in hits], asked, context)
    return [_joined(text, hits, rules, context) for text, hits in zip(asked, first, strict=True)]


def _joined(text: Text, hits: list[Hit], rules: tuple[Rule, ...], context: Context) -> list[Hit]:
    again = [_renamed(hit) for rule in rules for hit in rule(text)]
    return settle([*hits, *again], text, context) if again else hits


def _renamed(hit: Hit) -> Hit:
    own = hit.rule in (DetectionRule.HEARD_OFTEN, DetectionRule.PLACE_OF_A_NAME)
    return hit if own else replace(hit, rule=DetectionRule.FOUND_AGAIN, score=_SCORE)


def _rules(hits: list[Hit], texts: list[Text], context: Context) -> tuple[Rule, ...]:
    """The rules for what is said too often, and for guessed names that are distinctive enough to be known by sound."""
    learnt: dict[str, Spelling] = {}
    for hit in hits:
        if hit.rule is DetectionRule.NAME_MODEL and hit.score >= _SURE and hit.label == "PERSON":
            for word in words_of(hit.text):
                if len(word) >= _MIN_LETTERS and word not in FUNCTION_WORDS and not is_common(word):
                    learnt.setdefault(word, Spelling(word, hit.entity, hit.label, DetectionRule.FOUND_AGAIN, _SCORE))
    guessed, often = tuple(learnt.values()), tuple(repeated(texts, spellings(context), hits))
    found = [known_rule(guessed), sounds_rule(guessed, _LIMITS)] if guessed else []
    if sure := tuple(one for one in often if not one.ordinary):
        found.append(known_rule(sure))
    if placed := tuple(one for one in often if one.ordinary):
        found.append(slots_rule(placed, least=1.0))
    return tuple(found)
