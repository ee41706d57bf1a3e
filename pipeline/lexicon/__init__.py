"""Words and names as several stages compare them: plain forms, common words, every surface form of what is known."""

from pipeline.lexicon.common import BESIDE_NAMES, FUNCTION_WORDS, is_common, is_english
from pipeline.lexicon.plain import plain, without_directions, words_of
from pipeline.lexicon.surface_forms import (
    SurfaceForm,
    company_key,
    company_words,
    elsewhere_forms,
    entity_of,
    is_own_company,
    spoken_address,
    surface_forms,
)

__all__ = [
    "BESIDE_NAMES",
    "FUNCTION_WORDS",
    "SurfaceForm",
    "company_key",
    "company_words",
    "elsewhere_forms",
    "entity_of",
    "is_common",
    "is_english",
    "is_own_company",
    "plain",
    "spoken_address",
    "surface_forms",
    "without_directions",
    "words_of",
]
