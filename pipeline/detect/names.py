"""Finds names that nobody knew beforehand: by the project's own spaCy pipeline, and by one that the user installed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.detect import tagger
from pipeline.detect.evidence import known_for, share_right
from pipeline.detect.kinds import Kinds
from pipeline.detect.tagger import Found, Names
from pipeline.detect.text import Hit, Text, WideRule
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.store.bundled import bundled_folder

RULE = "name model"
MODEL_RULE = "spaCy model"
FLOOR, KNOWING_FLOOR = 0.33, 0.6  # who is known beforehand makes a stranger's name less likely
_CAPITALS = 0.11  # a recogniser that writes capitals writes them where it takes words for names, rightly or not
_LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "COMPANY",
    "PRODUCT": "PRODUCT",
    "GPE": "OTHER",
    "FAC": "OTHER",
}


def model_folder() -> Path:
    """The folder of the project's own pipeline, its digests checked; raises ``ConfigurationError``."""
    return bundled_folder("names") / "pipeline"


def names_rule(floor: float = FLOOR) -> WideRule:
    """A rule of the names that the project's own pipeline finds and of which a share of at least ``floor`` is right."""
    nlp, kinds, names = _own()

    def rule(texts: Sequence[Text]) -> list[list[Hit]]:
        docs = [kinds(nlp.make_doc(text.raw)) for text in texts]
        return [
            _sure(text, doc, found, kinds.of_words(doc), floor + _CAPITALS if text.cased else floor) if found else []
            for text, doc, found in zip(texts, docs, names.find(docs), strict=True)
        ]

    return rule


def _sure(text: Text, doc: Any, names: list[Found], known: np.ndarray, floor: float) -> list[Hit]:
    """The names of one text of which a share of at least ``floor`` is right."""
    hits = []
    for found in names:
        end = _end(doc, found, known, text.cased)
        span = doc[found.start : end]
        words = [token.lower_ for token in span if token.text[0].isalnum()]
        if words:
            share = share_right(found.label, words, known[found.start : end], found.chance)
            if share >= floor:
                hits += _hit(text, span.start_char, span.end_char, _LABELS[found.label], RULE, share)
    return hits


def _end(doc: Any, found: Found, known: np.ndarray, cased: bool) -> int:
    """Where a person's name ends: not with an ordinary word that is in no list of names, as in "chris agreed"."""
    end = found.end
    while found.label == "PERSON" and end > found.start + 1:
        about, small = known_for(known[end - 1 : end]), doc[end - 1].text[0].islower()
        plain = about.ordinary and not about.given and not about.family
        if not plain and not (cased and small and doc[found.start].text[0].isupper()):
            break
        end -= 1
    return end


@lru_cache(maxsize=1)
def _own() -> tuple[Any, Kinds, Names]:
    nlp = tagger.load(model_folder())
    return nlp, *tagger.parts(nlp)


def model_rule(name: str) -> WideRule:
    """A rule of the names that an installed spaCy model finds; raises ``ConfigurationError`` when it is missing."""
    nlp = tagger.load(name)

    def rule(texts: Sequence[Text]) -> list[list[Hit]]:
        return [
            [
                hit
                for entity in doc.ents
                if entity.label_ in _LABELS
                for hit in _hit(text, entity.start_char, entity.end_char, _LABELS[entity.label_], MODEL_RULE, 0.7)
            ]
            for text, doc in zip(texts, nlp.pipe(text.raw for text in texts), strict=True)
        ]

    return rule


def _hit(text: Text, start_char: int, end_char: int, label: str, rule: str, score: float) -> list[Hit]:
    """One hit, without a possessive ending; none for words that are never a name alone."""
    found = text.raw[start_char:end_char]
    bare = found.rstrip(".,!?;: ").removesuffix("'s").removesuffix("’s")
    words = words_of(bare)
    if not words or all(word in FUNCTION_WORDS or word.isdigit() for word in words):
        return []
    entity = f"{label.lower()}:~{' '.join(words)}"
    return [Hit(start_char, start_char + len(bare), label, bare, entity, rule, round(score, 3))]
