"""The pure core: all mentions in a text, by every rule, for one context."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from pipeline.detect.gazetteer.exact import known_rule, literal_rule, pattern_rule
from pipeline.detect.gazetteer.in_context import slots_rule
from pipeline.detect.gazetteer.phonetic import sounds_rule
from pipeline.detect.gazetteer.surnames import beside_rule
from pipeline.detect.identifiers.phone_numbers import phones_rule
from pipeline.detect.identifiers.presidio import written_rule
from pipeline.detect.identifiers.references import references_rule
from pipeline.detect.identifiers.secrets import keys_rule
from pipeline.detect.identifiers.spelled_out import spelled_rule
from pipeline.detect.identifiers.spoken_addresses import spoken_rule
from pipeline.detect.identifiers.spoken_numbers import numbers_rule
from pipeline.detect.identifiers.urls import addresses_rule
from pipeline.detect.ner.introductions import position_rule
from pipeline.detect.ner.recognizer import FLOOR, KNOWING_FLOOR, model_rule, names_rule
from pipeline.detect.scoring.overlaps import settle
from pipeline.detect.text.tokens import Hit, Rule, WideRule, read
from pipeline.lexicon.surface_forms import spellings
from pipeline.records import Context
from pipeline.settings import DetectSettings

DEFAULTS = DetectSettings()  # pydantic fills every field


def find(text: str, context: Context, *, settings: DetectSettings = DEFAULTS) -> list[Hit]:
    """The mentions in a text, in order of place; raises ``ConfigurationError`` when the spaCy model set is missing."""
    return find_each([text], context, settings=settings)[0]


def find_each(texts: Sequence[str], context: Context, *, settings: DetectSettings = DEFAULTS) -> list[list[Hit]]:
    """What ``find`` gives for each text, quicker than one by one."""
    seen = [read(text) for text in texts]
    hits: list[list[Hit]] = [[] for _ in seen]
    for rule in _rules(context, settings):  # each over all texts: its code and tables stay in the processor's cache
        for found, text in zip(hits, seen, strict=True):
            found += rule(text)
    for wide in _wide_rules(context, settings):
        for found, more in zip(hits, wide(seen), strict=True):
            found += more
    return [settle(found, text, context) if found else [] for found, text in zip(hits, seen, strict=True)]


def find_over(text: str, context: Context, *, settings: DetectSettings = DEFAULTS) -> list[Hit]:
    """What lists and the forms of numbers and addresses find, for the few words around a border; without guesses."""
    seen = read(text)
    hits = [hit for rule in _rules(context, settings) for hit in rule(seen)]
    return [hit for hit in settle(hits, seen, context) if hit.rule.spec.across_borders]


@lru_cache(maxsize=8)
def _rules(context: Context, settings: DetectSettings) -> tuple[Rule, ...]:
    """The rules for a context, made once: the order does not matter, ``settle`` decides between overlaps."""
    known = spellings(context)
    rules = [known_rule(known), literal_rule(context.terms), pattern_rule(context.patterns)]
    rules += [sounds_rule(known), beside_rule(known), slots_rule(known)] if known else []
    return (*rules, *_independent(settings.regions))


@lru_cache(maxsize=8)
def _wide_rules(context: Context, settings: DetectSettings) -> tuple[WideRule, ...]:
    names = names_rule(KNOWING_FLOOR if context.participants or context.companies else FLOOR)
    return (names, _model(settings.spacy_model)) if settings.spacy_model else (names,)


@lru_cache(maxsize=4)
def _independent(regions: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules that need no context, shared by all contexts of a process."""
    return (
        spoken_rule(),
        numbers_rule(),
        spelled_rule(),
        written_rule(),
        phones_rule(regions),
        addresses_rule(),
        keys_rule(),
        references_rule(),
        position_rule(),
    )


@lru_cache(maxsize=2)
def _model(name: str) -> WideRule:
    return model_rule(name)
