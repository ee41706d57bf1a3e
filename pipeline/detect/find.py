"""The pure core: all mentions in one text, by every rule, for one context."""

from __future__ import annotations

from functools import lru_cache

from pipeline.detect.addresses import secrets_rule
from pipeline.detect.beside import beside_rule
from pipeline.detect.known import known_rule, literal_rule
from pipeline.detect.numbers import numbers_rule
from pipeline.detect.phones import phones_rule
from pipeline.detect.position import model_rule, position_rule
from pipeline.detect.settle import settle
from pipeline.detect.sounds import sounds_rule
from pipeline.detect.spelled import spelled_rule
from pipeline.detect.spoken import spoken_rule
from pipeline.detect.text import Hit, Rule, read
from pipeline.detect.written import written_rule
from pipeline.lexicon.spellings import spellings
from pipeline.records import Context
from pipeline.settings import DetectSettings

_DEFAULTS = DetectSettings()  # pydantic fills every field


def find(text: str, context: Context, *, settings: DetectSettings = _DEFAULTS) -> list[Hit]:
    """The mentions in a text, in order of place; raises ``ConfigurationError`` when the spaCy model set is missing."""
    seen = read(text)
    return settle([hit for rule in _rules(context, settings) for hit in rule(seen)], seen, context)


@lru_cache(maxsize=8)
def _rules(context: Context, settings: DetectSettings) -> tuple[Rule, ...]:
    """The rules for a context, made once: the order does not matter, ``settle`` decides between overlaps."""
    known = spellings(context)
    rules = [known_rule(known), literal_rule(context.terms), sounds_rule(known), beside_rule(known)]
    rules += _independent(settings.regions)
    if settings.spacy_model:
        rules.append(_model(settings.spacy_model))
    return tuple(rules)


@lru_cache(maxsize=4)
def _independent(regions: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules that need no context, shared by all contexts of a process."""
    return (
        spoken_rule(),
        numbers_rule(),
        spelled_rule(),
        written_rule(),
        phones_rule(regions),
        secrets_rule(),
        position_rule(),
    )


@lru_cache(maxsize=2)
def _model(name: str) -> Rule:
    return model_rule(name)
