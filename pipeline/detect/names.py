"""Finds names that nobody knew beforehand: by the project's own spaCy pipeline, and by one that the user installed."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.detect import tagger
from pipeline.detect.around import place_of
from pipeline.detect.chunks import Chunks, Named, Token
from pipeline.detect.evidence import known_for, share_right
from pipeline.detect.text import Hit, Text, WideRule
from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.lexicon.plain import word_set
from pipeline.models import bundled_folder

RULE = "name model"
MODEL_RULE = "spaCy model"
FLOOR, KNOWING_FLOOR = 0.38, 0.8  # who is known beforehand makes a stranger's name less likely
_TRADE = word_set(  # what developers talk about and nobody is called
    """kubernetes javascript typescript postgres postgresql mysql graphql json yaml html css webpack wasm golang nginx
    kafka oauth linux python java kotlin devops localhost middleware serverless blockchain bluetooth api apis sdk sdks
    sql cli url dns ssl http usb cpu gpu ram ssd vpn sso llm ceo cto cfo coo kpi sla faq eta asap rfid iot crm erp"""
)
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
    chunks = _own()

    def rule(texts: Sequence[Text]) -> list[list[Hit]]:
        return [
            [hit for one in names for hit in _sure(text, one, floor)]
            for text, names in zip(texts, chunks.named([text.raw for text in texts]), strict=True)
        ]

    return rule


def _sure(text: Text, named: Named, floor: float) -> list[Hit]:
    """A name of which a share of at least ``floor`` is right."""
    tokens = _without_end(named, text.cased)
    words = [token.text.lower() for token in tokens if token.text[0].isalnum()]
    if not words:
        return []
    place = place_of(text, tokens[0].start_char, tokens[-1].end_char)
    share = share_right(named.label, words, [token.kind for token in tokens], named.chance, place)
    if share < floor:
        return []
    return _hit(text, tokens[0].start_char, tokens[-1].end_char, _LABELS[named.label], RULE, share)


def _without_end(named: Named, cased: bool) -> list[Token]:
    """A name's tokens; a person's does not end with an ordinary word that is in no list of names: "chris agreed"."""
    tokens = named.tokens
    while named.label == "PERSON" and len(tokens) > 1:
        about, small = known_for([tokens[-1].kind]), tokens[-1].text[0].islower()
        plain = about.ordinary and not about.given and not about.family
        if not plain and not (cased and small and tokens[0].text[0].isupper()):
            break
        tokens = tokens[:-1]
    return tokens


@lru_cache(maxsize=1)
def _own() -> Chunks:
    nlp = tagger.load(model_folder())
    chunks = Chunks(nlp, *tagger.parts(nlp))
    # What is loaded by now stays as long as the process: the collector, going through it again, costs a fifth.
    gc.collect()
    gc.freeze()
    return chunks


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
    plain = all(word in FUNCTION_WORDS or word in _TRADE or word.isdigit() for word in words)
    if plain or "".join(words) in _TRADE:
        return []
    entity = f"{label.lower()}:~{' '.join(words)}"
    return [Hit(start_char, start_char + len(bare), label, bare, entity, rule, round(score, 3))]
