"""Proof (iv), second half: captions and chat searched by sound, for what was written as it was heard."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.lexicon import is_common, words_of
from pipeline.lexicon.counted import counted
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.proof.text_search import stretches_of
from pipeline.records import Check, PlannedTerm, ProofVerdict, ReadTerm

NAME = "search by sound"
LONG = 6
LEAST_ALIKE = 0.85
MOST_WORDS = 4
_VOWELS = re.compile(r"[aiu]+")


def terms_sounded(paths: Iterable[Path], terms: Sequence[PlannedTerm], kept: Sequence[str]) -> list[ReadTerm]:
    """What in the texts sounds like a planned term, but ordinary words and what people decided to keep.

    Terms of fewer than six letters sound like too much.
    """
    known: defaultdict[str, list[str]] = defaultdict(list)
    texts = _long(terms)
    for key in sorted(texts):
        known[_heard(key)].append(key)
    allowed = set(map(_key, kept))
    stretches = (stretch for path in paths for stretch in stretches_of(path, terms))
    return [
        ReadTerm(term=texts[key], text=" ".join(run))
        for stretch in stretches
        for run in _runs(words_of(stretch), allowed)
        for key in _sounding("".join(run), known)
    ]


def sound_check(sounded: Sequence[ReadTerm], *, files: int, terms: Sequence[PlannedTerm]) -> Check:
    """The verdict on what sounds like a term in some files."""
    if sounded:
        detail = f"{counted(len(sounded), 'place')} with the sound of a planned term"
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=detail)
    detail = f"{counted(len(_long(terms)), 'term')}, {counted(files, 'file')}"
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=detail)


def _long(terms: Sequence[PlannedTerm]) -> dict[str, str]:
    """The texts of the terms that are long enough, by what is compared of them."""
    return {key: term.text for term in terms if len(key := _key(term.text)) >= LONG}


def _runs(words: Sequence[str], allowed: set[str]) -> Iterator[Sequence[str]]:
    """One to four words, unless all of them are ordinary or somebody kept them."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + MOST_WORDS, len(words)) + 1):
            run = words[first:last]
            if not all(map(is_common, run)) and "".join(run) not in allowed:
                yield run


def _sounding(run: str, known: Mapping[str, Sequence[str]]) -> list[str]:
    """The first term that a run sounds the same as, whatever its vowels, and is spelt much like, if there is one."""
    same = known.get(_heard(run), ())
    return [key for key in same if similarity(run, key, sound_of(key), cutoff=LEAST_ALIKE) >= LEAST_ALIKE][:1]


def _heard(letters: str) -> str:
    return _VOWELS.sub("a", sound_of(letters))


def _key(text: str) -> str:
    return "".join(words_of(text))
