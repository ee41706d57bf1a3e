"""Finds names that nobody knew beforehand: by the project's own spaCy pipeline, and by one that the user installed."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.detect.ner.spacy_component import NamePipeline, entities, load
from pipeline.detect.ner.token_cache import FeatureToken, ModelName, TokenCache
from pipeline.detect.ner.word_features import known_for
from pipeline.detect.scoring.calibration import share_right
from pipeline.detect.scoring.context_odds import context_of
from pipeline.detect.text.tokens import BatchRecognizer, Match, Text
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.plain import word_set
from pipeline.models import bundled_folder
from pipeline.records import DetectionRule

_SPACY_SCORE = 0.7  # right of spaCy's small English pipeline on five marked sets: 0.57 to 0.88
# The least share of right guesses that is worth a finding. Where participants or companies are known, most names are
# theirs and the gazetteer finds them: a stranger's then needs more evidence.
FLOOR, KNOWING_FLOOR = 0.38, 0.8
_TRADE = word_set(  # what developers talk about and nobody is called
    """kubernetes javascript typescript postgres postgresql mysql graphql json yaml html css webpack wasm golang nginx
    kafka oauth linux python java kotlin devops localhost middleware serverless blockchain bluetooth api apis sdk sdks
    sql cli url dns ssl http usb cpu gpu ram ssd vpn sso llm ceo cto cfo coo kpi sla faq eta asap rfid iot crm erp"""
)
# spaCy's labels, of which others (dates, amounts) name nobody.
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


def name_recognizer(floor: float = FLOOR) -> BatchRecognizer:
    """For the names that the project's own pipeline finds and of which a share of at least ``floor`` is right."""
    cache = _bundled()

    def recognize(texts: Sequence[Text]) -> list[list[Match]]:
        return [
            [match for name in names for match in _sure(text, name, floor)]
            for text, names in zip(texts, cache.names([text.raw for text in texts]), strict=True)
        ]

    return recognize


def _sure(text: Text, name: ModelName, floor: float) -> list[Match]:
    """A name of which a share of at least ``floor`` is right."""
    tokens = _without_end(name, text.cased)
    words = [token.text.lower() for token in tokens if token.text[0].isalnum()]
    if not words:
        return []
    context = context_of(text, tokens[0].start_char, tokens[-1].end_char)
    share = share_right(name.label, words, known_for([token.features for token in tokens]), name.probability, context)
    if share < floor:
        return []
    return _match(text, tokens[0].start_char, tokens[-1].end_char, _LABELS[name.label], DetectionRule.NAME_MODEL, share)


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
    """For the names that an installed spaCy model finds; raises ``ConfigurationError`` when it is missing."""
    nlp = load(name)

    def recognize(texts: Sequence[Text]) -> list[list[Match]]:
        return [
            [
                match
                for label, start_char, end_char in named
                if label in _LABELS
                for match in _match(text, start_char, end_char, _LABELS[label], DetectionRule.SPACY_MODEL, _SPACY_SCORE)
            ]
            for text, named in zip(texts, entities(nlp, [text.raw for text in texts]), strict=True)
        ]

    return recognize


def _match(text: Text, start_char: int, end_char: int, label: str, rule: DetectionRule, score: float) -> list[Match]:
    """One match, without a possessive ending; none for words that are never a name alone."""
    bare = text.raw[start_char:end_char].rstrip(".,!?;: ").removesuffix("'s").removesuffix("’s")
    words = words_of(bare)
    plain = all(word in FUNCTION_WORDS or word in _TRADE or word.isdigit() for word in words)
    if plain or "".join(words) in _TRADE:
        return []
    entity = f"{label.lower()}:~{' '.join(words)}"
    return [Match(start_char, start_char + len(bare), label, bare, entity, rule, round(score, 3))]
