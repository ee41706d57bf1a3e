"""The names of the project's own pipeline in union with those of spaCy's small English one.

The two miss different names, and a union only adds: whatever the second says, no guess of the own model is lost. The
second needs capitals, so that texts without any never reach it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pipeline import models
from pipeline.detect.ner.recognizer import LABELS, guesses, known_words, name_match
from pipeline.detect.ner.spacy_component import Entity, entities, load_names
from pipeline.detect.scoring.second_model import evidence, share_of
from pipeline.detect.text.tokens import BatchRecognizer, Match, Text
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.coined import is_coined
from pipeline.records import DetectionRule

# The least share of right guesses that is worth a finding. Where participants or companies are known, most names are
# theirs and the gazetteer finds them: a stranger's then needs more evidence.
FLOOR, KNOWING_FLOOR = 0.38, 0.8
# The same of a guess that the second pipeline makes, and of a place. Of whole calls, typed by hand and as a recogniser
# with capitals wrote them, 0.25 finds 0.930 and 0.721 of all names at a precision of 0.83 and 0.745; this 0.928 and
# 0.713 at 0.83 and 0.765; 0.35 finds 0.915 and 0.703. Places alone, of which half were right, cost talk 0.05.
_SECOND_FLOOR, _PLACE_FLOOR = 0.3, 0.5

# A word that is no English is seldom taken for a name where it is none: "Glamourstack" for Glimmerstack. Of two written
# sets of sessions with known participants this takes unlisted names and numbers that leak from 135 of 397 s/h to 86. Of
# 3,261 words of talk about software 25 are guesses that nobody marked, nearly all of them companies and products.
_COINED_FLOOR = 0.48

_ARTICLE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
EntityFinder = Callable[[Sequence[Text]], Iterable[list[Entity]]]
"""The entities that a second pipeline finds in each text."""


def name_recognizer(floor: float = FLOOR, second: EntityFinder | None = None) -> BatchRecognizer:
    """For the names of which a share of at least ``floor`` is right, by the own pipeline and a ``second`` one."""

    def recognize(texts: Sequence[Text]) -> list[list[Match]]:
        own = guesses(texts)
        if second is None:
            return [
                [match for match in matches if match.score >= _least_own(text, match, floor)]
                for text, matches in zip(texts, own, strict=True)
            ]
        return [
            _union(text, matches, of_second, floor)
            for text, matches, of_second in zip(texts, own, second(texts), strict=True)
        ]

    return recognize


@lru_cache(maxsize=1)
def second_model(name: str) -> EntityFinder:
    """A pulled pipeline; raises ``ConfigurationError`` where it is here and not what it was."""
    nlp = load_names(models.verified(models.find(name)))

    def find(texts: Sequence[Text]) -> Iterator[list[Entity]]:
        named = entities(nlp, [text.raw for text in texts if _may_hold_names(text)])
        return (next(named) if _may_hold_names(text) else [] for text in texts)

    return find


def entity_evidence(text: Text, entity: Entity, own: Sequence[Match]) -> Iterator[tuple[Match, tuple[str, ...]]]:
    """An entity of the second pipeline as a match, with what speaks for and against it; nothing where it names nobody.

    ``own`` are the own model's guesses in the same text.
    """
    if entity.label in LABELS:
        label, rule = LABELS[entity.label], DetectionRule.SECOND_NAME_MODEL
        start_char = _without_article(text.raw, entity)
        for match in name_match(text, start_char, entity.end_char, label, rule, 0.0):
            overlapping = [
                guess for guess in own if guess.start_char < match.end_char and match.start_char < guess.end_char
            ]
            yield match, evidence(text, match, entity.label, known_words(words_of(match.text)), overlapping)


def _union(text: Text, own: list[Match], of_second: list[Entity], floor: float) -> list[Match]:
    """The guesses of both that are likely enough; of one place the surer, by the own rule if the own model has it."""
    thought_of = {(match.start_char, match.end_char): match for match in own}
    matches = {place: match for place, match in thought_of.items() if match.score >= _least_own(text, match, floor)}
    for entity in of_second:
        for match, keys in entity_evidence(text, entity, own):
            place, share = (match.start_char, match.end_char), round(share_of(keys), 3)
            if share >= _least(text, match, floor) and (place not in matches or share > matches[place].score):
                matches[place] = replace(thought_of.get(place, match), score=share)
    return list(matches.values())


def _without_article(raw: str, entity: Entity) -> int:
    """Where an entity starts: spaCy's take in the article before a name, which the own model's do not."""
    article = _ARTICLE.match(raw, entity.start_char, entity.end_char)
    return article.end() if article else entity.start_char


def _least_own(text: Text, match: Match, floor: float) -> float:
    """The least share that is worth a finding of the own pipeline."""
    return min(floor, _COINED_FLOOR) if floor > FLOOR and _is_coined_name(text, match) else floor


def _least(text: Text, match: Match, floor: float) -> float:
    """The least share that is worth a finding of the second pipeline."""
    if floor > FLOOR:
        return _least_own(text, match, floor)
    return _PLACE_FLOOR if match.label == "OTHER" else _SECOND_FLOOR


def _is_coined_name(text: Text, match: Match) -> bool:
    """Whether a guess in a text with capitals has one, and no word of it is English, a technology or known."""
    has_capital = text.cased and match.text[:1].isupper() and not match.text.isupper()
    words = words_of(match.text)
    return has_capital and all(map(is_coined, words)) and not known_words(words).family_name


def _may_hold_names(text: Text) -> bool:
    """Whether a word with a capital is more than "I" or a first word that binds others."""
    return text.cased and any(
        text.raw[token.start_char].isupper() and token.plain not in FUNCTION_WORDS for token in text.tokens
    )
