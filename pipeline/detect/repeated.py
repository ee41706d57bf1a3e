"""Words that a session says more often than talk does and that sound like a company it knows: "fire" for Spire."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.detect.evidence import MEASURED
from pipeline.detect.text import Text
from pipeline.lexicon import FUNCTION_WORDS, Spelling
from pipeline.lexicon.common import ranks
from pipeline.lexicon.phonetic import alike, sound_of

RULE = "heard often"
_MIN_LETTERS = 4
_RARE, _COMMON = 0.66, 0.70
_TIMES = 8.0
_OFTEN = 3


def repeated(texts: Sequence[Text], known: Sequence[Spelling]) -> Iterator[Spelling]:
    """A spelling for each such word of a session's texts, for the name that it is likest."""
    counts = Counter(token.plain for text in texts for token in text.tokens)
    total = sum(counts.values())
    names = [
        (one, sound_of(one.key))
        for one in known
        if one.label == "COMPANY" and len(one.words) == 1 and len(one.key) >= _MIN_LETTERS and not one.exact
    ]
    taken = {one.key for one in known}
    for word, count in counts.items():
        if len(word) >= _MIN_LETTERS and word.isalpha() and word not in FUNCTION_WORDS and word not in taken:
            needed = _needed(word, count, total)
            likest = max(names, key=lambda name: alike(word, name[0].key, name[1]), default=None)
            if needed and likest and alike(word, likest[0].key, likest[1]) >= needed:
                yield Spelling(word, likest[0].entity, likest[0].label, RULE, MEASURED[RULE])


def _needed(word: str, count: int, total: int) -> float:
    """How alike a word must be to a company's name; 0 when it is no more frequent than anywhere."""
    rank = ranks().get(word)
    if rank is None:
        return _RARE
    usual = total * 0.1 / (rank + 10)
    return _COMMON if count >= _OFTEN and count > _TIMES * usual else 0.0
