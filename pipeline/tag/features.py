"""What the classifier is told of a cue: the kinds of the words in it, before and after it, never rare words themselves.

A word of the closed kinds (pronouns, "would", "support") stands for itself. Any other is replaced by its kind (a thing
of a product, of a screen, of code, a person, talk, an abstract …) or by how rare it is, so that what was learnt from
one product holds for another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.lexicon.common import ranks
from pipeline.lexicon.plain import word_set
from pipeline.tag.cues import CueMatch
from pipeline.tag.tokens import WordToken

KEPT = ("function", "cue")
"""The sections of words.txt whose words stand for themselves."""
_PEOPLE = ("[person", "[participant", "[customer", "[company")
_COMMON, _USUAL = 1500, 6000
_BEFORE, _AFTER = 12, 12
KINDS_OF_CONTENT = word_set("PRODUCT SCREEN CODE ACT TECHNICAL QUALITY USUAL RARE COMMON PERSON MEDIA SOCIAL")
"""The kinds of words that name something."""
_COUNTED = word_set("PRODUCT SCREEN CODE ACT PERSON MEDIA ABSTRACT COMMUNICATE MIND SOCIAL TECHNICAL QUALITY TIME")


def read_words(content: str) -> dict[str, str]:
    """The kind of each word of words.txt; words of the kept sections are their own kind."""
    kinds: dict[str, str] = {}
    kept: dict[str, str] = {}
    section = ""
    for line in content.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif not line.startswith("#"):
            for word in line.split():
                (kept if section in KEPT else kinds)[word] = word if section in KEPT else section.upper()
    return kinds | kept


def kinds_of(tokens: Sequence[WordToken], words: Mapping[str, str]) -> list[str]:
    """The kind of each word of a sentence."""
    return [words.get(token.text) or _kind(token.text) for token in tokens]


def _kind(word: str) -> str:
    if word.startswith("["):
        return "PERSON" if word.startswith(_PEOPLE) else "PRODUCT"
    if word.isdigit():
        return "NUMBER"
    if any(char.isdigit() or char in "._:/" for char in word):
        return "TECHNICAL"
    rank = ranks().get(word.removesuffix("'s"))
    if rank is None:
        return "TECHNICAL"
    return "COMMON" if rank < _COMMON else "USUAL" if rank < _USUAL else "RARE"


def features(kinds: Sequence[str], match: CueMatch) -> list[str]:
    """The features of one cue in a sentence of words of these kinds, each once, in a fixed order."""
    return list(dict.fromkeys(_features(kinds, match)))


def _features(kinds: Sequence[str], match: CueMatch) -> Iterator[str]:
    name, start, end = match.cue.name, match.start, match.end
    yield f"cue={name}"
    inside = kinds[start:end]
    yield from (f"in {kind}" for kind in inside)
    yield from (f"in {first} {two}" for first, two in pairwise(inside))
    before = ["^", "^", "^", *kinds[max(0, start - _BEFORE) : start]]
    yield from (f"-{distance} {before[-distance]}" for distance in (1, 2, 3))
    yield f"-2-1 {before[-2]} {before[-1]}"
    yield from (f"before {kind}" for kind in before)
    after = [*kinds[end : end + _AFTER], *(["$"] if end + _AFTER >= len(kinds) else [])]
    yield from (f"+{place} {kind}" for place, kind in enumerate(after[:6], 1))
    for length in (1, 2, 3):
        yield from (f"after {' '.join(after[at : at + length])}" for at in range(len(after) - length + 1))
        yield f"{name} + {' '.join(after[:length])}"
    yield from (f"{name} .. {kind}" for kind in after)
    yield f"words after {min(3, len(kinds) - end)}"
    for kind in sorted(_COUNTED.intersection(after)):
        yield f"has {kind}"
        if after.count(kind) > 1:
            yield f"has two {kind}"
