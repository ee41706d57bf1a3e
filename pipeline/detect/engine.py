"""The pure core: all mentions in a text, by every recogniser, for one context.

What needs spaCy is imported where it is used: it takes 1.5 s, which a command that detects nothing need not wait for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from pipeline.detect.gazetteer.exact import exact_recognizer, literal_recognizer, pattern_recognizer
from pipeline.detect.gazetteer.in_context import context_recognizer
from pipeline.detect.gazetteer.phonetic import phonetic_recognizer
from pipeline.detect.gazetteer.spoken_patterns import spoken_pattern_recognizer
from pipeline.detect.gazetteer.statements import StatementRecognizer, statement_recognizer
from pipeline.detect.gazetteer.surnames import surname_recognizer
from pipeline.detect.identifiers.birth_dates import birth_date_recognizer
from pipeline.detect.identifiers.ip_addresses import ip_address_recognizer
from pipeline.detect.identifiers.machine_names import machine_name_recognizer
from pipeline.detect.identifiers.misheard_addresses import misheard_address_recognizer
from pipeline.detect.identifiers.partial_addresses import partial_address_recognizer
from pipeline.detect.identifiers.phone_numbers import phone_number_recognizer
from pipeline.detect.identifiers.postal_addresses import postal_address_recognizer, with_house_numbers
from pipeline.detect.identifiers.prices import price_recognizer
from pipeline.detect.identifiers.references import reference_recognizer
from pipeline.detect.identifiers.secrets import secret_recognizer
from pipeline.detect.identifiers.spelled_out import spelled_out_recognizer, spelling_alphabet_recognizer
from pipeline.detect.identifiers.spoken_addresses import spoken_address_recognizer
from pipeline.detect.identifiers.spoken_numbers import spoken_number_recognizer
from pipeline.detect.identifiers.spoken_secrets import spoken_secret_recognizer
from pipeline.detect.identifiers.urls import url_recognizer
from pipeline.detect.ner.chosen_model import ChosenModel, chosen
from pipeline.detect.scoring.overlaps import resolve_overlaps
from pipeline.detect.text.tokens import BatchRecognizer, Match, Recognizer, read
from pipeline.lexicon.cues import shipped_cues
from pipeline.lexicon.surface_forms import elsewhere_forms, surface_forms
from pipeline.records import Context
from pipeline.settings import DetectSettings

DEFAULTS = DetectSettings()  # pydantic fills every field
NOTHING_TOLD: Mapping[str, frozenset[int]] = MappingProxyType({})
_CACHED_CONTEXTS = 8  # a worker goes through its sessions one after the other


def find(text: str, context: Context, *, settings: DetectSettings = DEFAULTS) -> list[Match]:
    """The mentions in a text, in order of place; raises ``ConfigurationError`` when the spaCy pipeline is missing."""
    return find_each([text], context, settings=settings)[0]


def find_each(
    texts: Sequence[str],
    context: Context,
    *,
    settings: DetectSettings = DEFAULTS,
    told_open: Mapping[str, frozenset[int]] = NOTHING_TOLD,
) -> list[list[Match]]:
    """What ``find`` gives for each text, quicker than one by one.

    ``told_open`` has, of the turns of a conversation, at which characters sentences begin that it says to be no secret.
    """
    tokenized = [read(text) for text in texts]
    matches: list[list[Match]] = [[] for _ in tokenized]
    # Each recogniser goes over all texts: its code and tables stay in the processor's cache.
    for recognize in _recognizers(context, settings):
        for of_text, text in zip(matches, tokenized, strict=True):
            of_text += recognize(text)
    said_to_be_secret = _statements(context)
    for of_text, text in zip(matches, tokenized, strict=True):
        of_text += said_to_be_secret(text, told_open.get(text.raw))
    for recognize_all in _batch_recognizers(context, chosen(settings)):
        for of_text, more in zip(matches, recognize_all(tokenized), strict=True):
            of_text += more
    for of_text, text in zip(matches, tokenized, strict=True):
        of_text += with_house_numbers(of_text, text)
    return [
        resolve_overlaps(of_text, text, context) if of_text else []
        for of_text, text in zip(matches, tokenized, strict=True)
    ]


def find_across(text: str, context: Context, *, settings: DetectSettings = DEFAULTS) -> list[Match]:
    """What lists and the formats of identifiers find in the few words around a border; without guesses."""
    tokenized = read(text)
    matches = [match for recognize in _recognizers(context, settings) for match in recognize(tokenized)]
    return [match for match in resolve_overlaps(matches, tokenized, context) if match.rule.spec.across_borders]


@lru_cache(maxsize=_CACHED_CONTEXTS)
def _recognizers(context: Context, settings: DetectSettings) -> tuple[Recognizer, ...]:
    """The recognisers for a context, made once; their order does not matter, as ``resolve_overlaps`` decides."""
    known = surface_forms(context)
    elsewhere = elsewhere_forms(context.elsewhere)
    listed = [
        exact_recognizer(known),
        exact_recognizer(elsewhere),
        literal_recognizer(context.terms),
        pattern_recognizer(context.patterns),
        *([spoken_pattern_recognizer(context.patterns)] if context.patterns else []),
    ]
    misheard = [phonetic_recognizer(known), surname_recognizer(known), context_recognizer(known)] if known else []
    return (*listed, *misheard, misheard_address_recognizer(known), *_without_context(settings.regions))


@lru_cache(maxsize=_CACHED_CONTEXTS)
def _statements(context: Context) -> StatementRecognizer:
    """What is said to be secret, for whole texts only: its sentence goes over no border."""
    return statement_recognizer(context.cues or shipped_cues())


@lru_cache(maxsize=_CACHED_CONTEXTS)
def _batch_recognizers(context: Context, chosen_model: ChosenModel) -> tuple[BatchRecognizer, ...]:
    from pipeline.detect.ner.union import FLOOR, KNOWING_FLOOR, name_recognizer, second_model

    floor = KNOWING_FLOOR if context.participants or context.companies else FLOOR
    if chosen_model.pulled:
        return (name_recognizer(floor, second_model(chosen_model.name)),)
    names = name_recognizer(floor)
    return (names, _spacy(chosen_model.name)) if chosen_model.name else (names,)


@lru_cache(maxsize=4)
def _without_context(regions: tuple[str, ...]) -> tuple[Recognizer, ...]:
    """The recognisers that need no context, shared by all contexts of a process."""
    from pipeline.detect.identifiers.presidio import presidio_recognizer
    from pipeline.detect.ner.introductions import introduction_recognizer
    from pipeline.detect.ner.relations import relation_recognizer

    return (
        spoken_address_recognizer(),
        spoken_number_recognizer(regions),
        spelled_out_recognizer(),
        spelling_alphabet_recognizer(),
        presidio_recognizer(),
        ip_address_recognizer(),
        partial_address_recognizer(),
        phone_number_recognizer(regions),
        url_recognizer(),
        machine_name_recognizer(),
        secret_recognizer(),
        spoken_secret_recognizer(),
        reference_recognizer(),
        postal_address_recognizer(),
        birth_date_recognizer(),
        price_recognizer(),
        introduction_recognizer(),
        relation_recognizer(),
    )


@lru_cache(maxsize=2)
def _spacy(name: str) -> BatchRecognizer:
    from pipeline.detect.ner.recognizer import spacy_recognizer

    return spacy_recognizer(name)
