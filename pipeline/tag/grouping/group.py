"""Puts wordings of the same request together; over-merging is the worse mistake, so a doubt keeps them apart.

Average linkage: two groups become one while the mean cosine over all pairs between them is at least the threshold, the
nearest first. What a person put together or apart holds before all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicon import FUNCTION_WORDS, words_of
from pipeline.tag.grouping.asks import heard_right, plain_words
from pipeline.tag.grouping.linkage import Linkage
from pipeline.tag.grouping.neighbours import compares_all, near_pairs

THRESHOLD = {"minilm": 0.57, "tfidf": 0.46}
"""The mean cosine from which two groups are one, by encoder.

Read off pairs of made-up wordings (`make bench-tag` prints them): with the sentence model F1 0.87 at a precision of
0.98 (0.95 at 0.54, 0.82 at 0.51); with TF-IDF F1 0.46 at a precision of 0.96, which is 0.92 at 0.43.
"""
_SHARES_OF_NEW = (0.5, 0.05)
"""Where not every wording is compared with every other: how many of a round's pairs must be new for another round.

Half of the pairs join most wordings of a request. Then groups are compared by their means, which are so few that each
can be compared with each: of 100,000 wordings of 10,000 requests all are then as they should be, in 12 s of one core;
with rounds down to 0.05 alone five are in two parts, in 40 s. At 0.25 it takes 16 s.
"""
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One request as it was worded; ``key`` names it, ``kind`` is its label: only what has one kind is put together.

    ``alone`` is one that only points at something else: the same words of another session may mean anything.
    ``quotable`` says whether its words may be shown: no others name or explain a group.
    """

    key: str
    text: str
    kind: str = "request"
    alone: bool = False
    quotable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WordingGroup:
    """The same request: its wordings by key in the order given, the most central one, and how near they are to it.

    The most central one is one that may be quoted and whose verb was heard right, where there is such a one.

    ``closeness`` is the mean cosine to the central wording, 1.0 for one alone; ``words`` are those that most wordings
    share, for people who ask why these are together.
    """

    keys: tuple[str, ...]
    centre: str
    closeness: float
    words: tuple[str, ...] = ()


def group(
    wordings: Sequence[Wording],
    vectors: NDArray[np.float32],
    *,
    threshold: float,
    together: Sequence[tuple[str, str]] = (),
    apart: Sequence[tuple[str, str]] = (),
) -> tuple[WordingGroup, ...]:
    """The groups of all wordings, each in exactly one, in the order of their first wordings.

    ``vectors`` has a row of length 1 for each wording. ``together`` and ``apart`` are pairs of keys that people joined
    or parted; a key that is not there is passed over.
    """
    parted = {name for pair in apart for name in pair}
    asks = [
        _Ask(wording.kind, plain_words(wording.text), wording.key if wording.alone or wording.key in parted else "")
        for wording in wordings
    ]
    distinct = {ask: index for index, ask in enumerate(dict.fromkeys(asks))}
    place = {wording.key: distinct[ask] for wording, ask in zip(wordings, asks, strict=True)}
    rows = {distinct[ask]: row for row, ask in reversed(list(enumerate(asks)))}
    first = vectors[np.array([rows[index] for index in range(len(distinct))], np.int64)]
    first[[place[wording.key] for wording in wordings if wording.alone]] = 0.0  # near nothing
    linkage = Linkage(first)
    for key, other in apart:
        if key in place and other in place:
            linkage.part(place[key], place[other])
    _join_near(linkage, [ask.kind for ask in distinct], threshold)
    for key, other in together:  # last, so that whole groups are joined and none is held back by what joined it
        if key in place and other in place:
            linkage.join(place[key], place[other])
    return tuple(_groups(wordings, place, linkage, first))


def _join_near(linkage: Linkage, kinds: Sequence[str], threshold: float) -> None:
    """Joins what is near, the nearest first; of many wordings some groups first, then groups by their means."""
    for share_of_new in _SHARES_OF_NEW:
        roots = linkage.roots()
        pairs, means = near_pairs(linkage.means(roots), threshold, share_of_new)
        for index in np.lexsort((pairs[:, 1], pairs[:, 0], -means)):
            root, other = (roots[place] for place in pairs[index])
            if kinds[root] == kinds[other]:
                linkage.join_if_near(root, other, threshold)
        if compares_all(len(roots)):
            return


class _Ask(NamedTuple):
    """What makes two wordings one from the start; ``own`` sets a wording apart that a person parted from another."""

    kind: str
    text: str
    own: str


def _groups(
    wordings: Sequence[Wording], place: Mapping[str, int], linkage: Linkage, vectors: NDArray[np.float32]
) -> Iterator[WordingGroup]:
    members: dict[int, list[Wording]] = {}
    for wording in wordings:
        members.setdefault(linkage.root(place[wording.key]), []).append(wording)
    for cluster in members.values():
        inside = vectors[[place[wording.key] for wording in cluster]]
        nearest_first = np.argsort(-(inside @ inside.sum(axis=0)), kind="stable").tolist()
        quotable = [at for at in nearest_first if cluster[at].quotable] or nearest_first
        central = next((at for at in quotable if heard_right(cluster[at].text)), quotable[0])
        yield WordingGroup(
            keys=tuple(wording.key for wording in cluster),
            centre=cluster[central].key,
            closeness=round(float((inside @ inside[central]).mean()), 3) if len(cluster) > 1 else 1.0,
            words=_shared([wording for wording in cluster if wording.quotable]),
        )


def _shared(wordings: Sequence[Wording]) -> tuple[str, ...]:
    counts = Counter(word for wording in wordings for word in {*words_of(wording.text)} if word not in FUNCTION_WORDS)
    common = [(-count, word) for word, count in counts.items() if 2 * count > len(wordings) > 1]
    return tuple(word for _, word in sorted(common)[:_MOST_WORDS])
