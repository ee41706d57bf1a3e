"""The words that tell that a name or a machine comes which no list holds: ``data/unlisted_cues.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pipeline.lexicon.plain import word_set


def cue_words(family: str, key: str) -> frozenset[str]:
    """The plain words of one set of a family; raises ``KeyError`` where there is none."""
    return word_set(_families()[family][key])


@cache
def _families() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("pipeline.lexicon") / "data" / "unlisted_cues.toml").read_text("utf-8"))
