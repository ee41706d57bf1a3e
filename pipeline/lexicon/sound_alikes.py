"""How many English words come near the sound of a name: "Palimpsest" has none, "Falcon" has "faction" and "flown"."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache
from itertools import islice

from pipeline.lexicon.common import ranks
from pipeline.lexicon.phonetic import first_sound, similarity, sound_of

_NEAR = 0.76  # as similar as a word in no dictionary must be to a name (``pipeline.detect.gazetteer.phonetic``)
_MOST = 2
_FEWEST_LETTERS = 7
_LENGTH_SLACK = 0.34


@lru_cache(maxsize=16384)
def sounds_like_no_word(key: str) -> bool:
    """Whether a name, its plain words run together, is long and has at most two English words near its sound."""
    if len(key) < _FEWEST_LETTERS:
        return False
    sound, slack = sound_of(key), max(2, int(len(key) * _LENGTH_SLACK))
    near = (
        word
        for word in _words()[first_sound(key[:2])]
        if abs(len(word) - len(key)) <= slack and similarity(word, key, sound, cutoff=_NEAR) >= _NEAR
    )
    return sum(1 for _ in islice(near, _MOST + 1)) <= _MOST


@cache
def _words() -> dict[str, list[str]]:
    """Every English word by its first sound."""
    by_start: dict[str, list[str]] = defaultdict(list)
    for word in ranks():
        by_start[first_sound(word[:2])].append(word)
    return by_start
