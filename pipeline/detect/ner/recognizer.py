"""Finds names that nobody knew beforehand: by the project's own spaCy pipeline, and by one that the user chose."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.detect.ner.spacy_component import NamePipeline, entities, load
from pipeline.detect.ner.token_cache import FeatureToken, ModelName, TokenCache
from pipeline.detect.ner.word_features import known_for
from pipeline.detect.scoring.calibration import KnownFor, share_right
from pipeline.detect.scoring.context_odds import context_of
from pipeline.detect.text.tokens import BatchRecognizer, Match, Text
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.plain import word_set
from pipeline.models import bundled_folder
from pipeline.records import DetectionRule

_SPACY_SCORE = 0.7  # of a pipeline that the user chose, whose scores nobody measured
_TRADE = word_set(  # what developers talk about and nobody is called
    """kubernetes javascript typescript postgres postgresql mysql graphql json yaml html css webpack wasm golang nginx
    kafka oauth linux python java kotlin devops localhost middleware serverless blockchain bluetooth api apis sdk sdks
    sql cli url dns ssl http usb cpu gpu ram ssd vpn sso llm ceo cto cfo coo kpi sla faq eta asap rfid iot crm erp"""
)
LABELS = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "COMPANY",
    "PRODUCT": "PRODUCT",
    "GPE": "OTHER",
    "FAC": "OTHER",
}
"""spaCy's labels, of which others (dates, amounts) name nobody, as detection names them."""


def model_folder() -> Path:
    """The folder of the project's own pipeline, its digests checked; raises ``ConfigurationError``."""
    return bundled_folder("names") / "pipeline"


def guesses(texts: Sequence[Text]) -> Iterator[list[Match]]:
    """All that the own model thinks of in each text, however unlikely; the scores are shares of right guesses."""
    for text, names in zip(texts, _bundled().names([text.raw for text in texts]), strict=True):
        yield [match for name in names for match in _guess(text, name)]


def known_words(words: Sequence[str]) -> KnownFor:
    """What words are known for together by the own model's table; at least one word."""
    return known_for(_bundled().features(words))


def _guess(text: Text, name: ModelName) -> list[Match]:
    tokens = _without_end(name, text.cased)
    words = [token.text.lower() for token in tokens if token.text[0].isalnum()]
    if not words:
        return []
    start_char, end_char = tokens[0].start_char, tokens[-1].end_char
    known = known_for([token.features for token in tokens])
    share = share_right(name.label, words, known, name.probability, context_of(text, start_char, end_char))
    return name_match(text, start_char, end_char, LABELS[name.label], DetectionRule.NAME_MODEL, share)


def _without_end(name: ModelName, cased: bool) -> list[FeatureToken]:
    """A name's tokens; a person's does not end with an ordinary word that is in no list of names: "chris agreed"."""
    tokens = name.tokens
    while name.label == "PERSON" and len(tokens) > 1:
        about, small = known_for([tokens[-1].features]), tokens[-1].text[0].islower()
        plain = about.ordinary and not about.given_name and not about.family_name
        if not plain and not (cased and small and tokens[0].text[0].isupper()):
            break
        tokens = tokens[:-1]
    return tokens


@lru_cache(maxsize=1)
def _bundled() -> TokenCache:
    cache = TokenCache(NamePipeline(load(model_folder())))
    # What is loaded by now stays as long as the process: the collector, going through it again, costs a fifth.
    gc.collect()
    gc.freeze()
    return cache


def spacy_recognizer(name: str) -> BatchRecognizer:
    """For all names that a pipeline of the user's finds; raises ``ConfigurationError`` when it is missing."""
    nlp, rule = load(name), DetectionRule.SPACY_MODEL

    def recognize(texts: Sequence[Text]) -> list[list[Match]]:
        return [
            [
                match
                for label, start_char, end_char in named
                if label in LABELS
                for match in name_match(text, start_char, end_char, LABELS[label], rule, _SPACY_SCORE)
            ]
            for text, named in zip(texts, entities(nlp, [text.raw for text in texts]), strict=True)
        ]

    return recognize


def name_match(
    text: Text, start_char: int, end_char: int, label: str, rule: DetectionRule, score: float
) -> list[Match]:
    """One match, without a possessive ending; none for words that are never a name alone."""
    bare = text.raw[start_char:end_char].rstrip(".,!?;: ").removesuffix("'s").removesuffix("’s")
    words = words_of(bare)
    plain = all(word in FUNCTION_WORDS or word in _TRADE or word.isdigit() for word in words)
    if plain or "".join(words) in _TRADE:
        return []
    entity = f"{label.lower()}:~{' '.join(words)}"
    return [Match(start_char, start_char + len(bare), label, bare, entity, rule, round(score, 3))]
