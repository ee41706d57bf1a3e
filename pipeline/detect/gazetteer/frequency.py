"""What a session says instead of a company that it knows: words that it says more often than talk does and that sound
like the name ("vantage" for Vantrexa), and words that it puts again and again where only the name can stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.detect.text.tokens import Match, Text
from pipeline.lexicon import FUNCTION_WORDS, SurfaceForm, is_common, words_of
from pipeline.lexicon.common import ranks
from pipeline.lexicon.phonetic import similarity, sound_of
from pipeline.lexicon.plain import word_set
from pipeline.records import DetectionRule

_SCORE = 0.5  # 48 of 96 right
_MIN_LETTERS = 4
# All measured like the thresholds of ``phonetic`` (people heard 0.953, companies 0.774, false 3.12 in 1,000 words).
# How similar to a company's name: a word in no dictionary, one that is said often, an English word. With 0.62, 0.58 and
# 0.66 false are 3.22, 3.22 and 3.27 and hardly anything rises; with 0.74 for the last companies fall to 0.752.
_RARE, _RARE_OFTEN, _COMMON = 0.66, 0.62, 0.70
_TIMES = 8.0  # as often as in any talk; with 4 false are 3.22, with 16 companies fall to 0.739
_OFTEN = 3  # with 2 false are 3.24, with 5 companies fall to 0.761
_PLACED = 2  # times in a name's place; with 1 companies rise to 0.780 and false to 3.18, with 3 people fall to 0.949
_SHARE = 0.4  # of all the times that it is said; with 0.2 false are 3.18, with 0.6 people fall to 0.949
_NO_NAME_BEHIND = word_set("the a an this that these those each every we they to")
_NO_NAME = 0.6  # of its places behind one of those: "the bank", "we serve"; with 0.4 companies fall to 0.764
_VOWELS = frozenset("aeiou")
_WEAK = ("the ", "a ", "an ", "uh ")  # "a lumber" for Alumbra
# The share of all words that the commonest has, by Zipf's law: one of rank r has so much divided by r; the ten
# commonest have less than that.
_ZIPF, _ZIPF_SHIFT = 0.1, 10


def frequent_forms(
    texts: Sequence[Text], known: Sequence[SurfaceForm], matches: Sequence[Match] = ()
) -> Iterator[SurfaceForm]:
    """A form for each such word or run of words of a session's texts; ``matches`` are those of its first pass."""
    taken = {form.key for form in known}
    if names := [form for form in known if form.label == "COMPANY"]:
        yield from _often(texts, names, taken)
    yield from _placed(texts, matches, taken)


def _often(texts: Sequence[Text], known: Sequence[SurfaceForm], taken: set[str]) -> Iterator[SurfaceForm]:
    """Words that are said too often, each for the name most similar, with a weak first syllable heard apart."""
    counts = Counter(_stem(token.plain) for text in texts for token in text.tokens)
    total = sum(counts.values())
    names = [
        (form, sound_of(form.key))
        for form in known
        if len(form.words) == 1 and len(form.key) >= _MIN_LETTERS and not form.exact
    ]
    meant: dict[str, SurfaceForm] = {}
    for word, count in counts.items():
        if len(word) >= _MIN_LETTERS and word.isalpha() and word not in FUNCTION_WORDS and word not in taken:
            needed = _needed(word, count, total)
            closest = max(names, key=lambda name: similarity(word, name[0].key, name[1]), default=None)
            if needed and closest and similarity(word, closest[0].key, closest[1]) >= needed:
                meant[word] = closest[0]
    no_names = _ordinary(texts, meant, counts)
    for word, name in meant.items():
        if word not in no_names:
            apart = _WEAK if name.key[0] in _VOWELS and word[0] not in _VOWELS else ()
            yield from (_form(before + ending, name.entity) for before in ("", *apart) for ending in (word, f"{word}s"))


def _stem(word: str) -> str:
    """A word without the ending of a plural, or of a possessive that is written as one."""
    return word[:-1] if word[-1:] == "s" and word[-2:] != "ss" and len(word) > _MIN_LETTERS else word


def _needed(word: str, count: int, total: int) -> float:
    """How similar a word must be to a company's name; 0 when it is no more frequent than anywhere."""
    rank = min((ranks()[form] for form in (word, f"{word}s") if form in ranks()), default=None)
    if rank is None:
        return _RARE_OFTEN if count >= _OFTEN else _RARE
    usual = total * _ZIPF / (rank + _ZIPF_SHIFT)
    return _COMMON if count >= _OFTEN and count > _TIMES * usual else 0.0


def _ordinary(texts: Sequence[Text], words: dict[str, SurfaceForm], counts: Counter[str]) -> set[str]:
    """Those of the English ones among the words that stand where a company's name does not."""
    behind: Counter[str] = Counter()
    for text in texts:
        for before, token in zip(text.tokens, text.tokens[1:], strict=False):
            if before.plain in _NO_NAME_BEHIND and (word := _stem(token.plain)) in words:
                behind[word] += 1
    return {word for word, count in behind.items() if word in ranks() and count > _NO_NAME * counts[word]}


def _placed(texts: Sequence[Text], matches: Sequence[Match], taken: set[str]) -> Iterator[SurfaceForm]:
    """What stood in a name's place, a company's rare words once, others twice; ordinary if mostly said elsewhere."""
    placed = Counter(
        (words_of(match.text), match.entity, match.label)
        for match in matches
        if match.rule is DetectionRule.PLACE_OF_A_NAME
    )
    for (words, entity, label), count in placed.items():
        key = "".join(words)
        if len(key) < _MIN_LETTERS or key in taken or all(word in FUNCTION_WORDS for word in words):
            continue
        rare = label == "COMPANY" and not any(map(is_common, words))
        if rare or count >= _PLACED:
            mostly_placed = rare or count >= _SHARE * _times(texts, words)
            yield replace(_form(" ".join(words), entity, label), ordinary=not mostly_placed)


def _times(texts: Sequence[Text], words: tuple[str, ...]) -> int:
    """How often the words stand together in the texts."""
    size = len(words)
    return sum(
        tuple(token.plain for token in text.tokens[first : first + size]) == words
        for text in texts
        for first in range(len(text.tokens) - size + 1)
    )


def _form(text: str, entity: str, label: str = "COMPANY") -> SurfaceForm:
    return SurfaceForm(text, entity, label, DetectionRule.HEARD_OFTEN, _SCORE)
