"""Proof (iv), second half: captions and chat searched by sound, for what was written as it was heard."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pipeline.lexicon import is_common, words_of
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.proof.text_search import stretches_of
from pipeline.records import Check, PlannedTerm, ProofVerdict

NAME = "search by sound"
LONG = 6
LEAST_ALIKE = 0.85
MOST_WORDS = 4
_VOWELS = re.compile(r"[aiu]+")


def texts_sound_free_of(paths: Iterable[Path], terms: Sequence[PlannedTerm], kept: Sequence[str]) -> Check:
    """Whether nothing in the texts sounds like a planned term, but ordinary words and what people decided to keep.

    Terms of fewer than six letters sound like too much.
    """
    keys = {key for key in map(_key, (term.text for term in terms)) if len(key) >= LONG}
    known: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        known[_heard(key)].append(key)
    allowed = set(map(_key, kept))
    places = files = 0
    for path in paths:
        files += 1
        for stretch in stretches_of(path, terms):
            places += sum(_sounds(run, known) for run in _runs(words_of(stretch), allowed))
    if places:
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=f"{places} places sound like a planned term")
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{len(keys)} terms, {files} files")


def _runs(words: Sequence[str], allowed: set[str]) -> Iterator[str]:
    """One to four words written together, unless all of them are ordinary or somebody kept them."""
    for first in range(len(words)):
        for last in range(first + 1, min(first + MOST_WORDS, len(words)) + 1):
            run = words[first:last]
            if not all(map(is_common, run)) and "".join(run) not in allowed:
                yield "".join(run)


def _sounds(run: str, known: Mapping[str, Sequence[str]]) -> bool:
    """Whether a run sounds the same as a term, whatever its vowels, and is spelt much like it."""
    same = known.get(_heard(run), ())
    return any(similarity(run, key, sound_of(key), cutoff=LEAST_ALIKE) >= LEAST_ALIKE for key in same)


def _heard(letters: str) -> str:
    return _VOWELS.sub("a", sound_of(letters))


def _key(text: str) -> str:
    return "".join(words_of(text))
