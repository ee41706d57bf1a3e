"""The ids of requests through a retagging: what people decided about one holds though its words were read anew."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import replace

from pipeline.lexicon import words_of
from pipeline.records import RequestSource, Tag

_LEAST_SHARED = 0.5
"""The share of the shorter one's seconds, or words where they were typed, that two tags of the same have in common."""


def with_earlier_ids(before: Sequence[Tag], after: Sequence[Tag], id_of: Callable[[Tag], str]) -> tuple[Tag, ...]:
    """The new tags in their order, each with the id of the earlier tag of its speaker, kind and place, if any.

    A name that a reviewer keeps, or another tagger, changes a quote and the seconds that are worked out from it; the
    request is the same. Where several would fit, those that share most belong together, each once. No two have one id:
    a request that was read as part of another, and is one by itself again, would have the id that the other kept.
    """
    pairs = sorted(_pairs(before, after), key=lambda pair: (-pair[0], pair[1], pair[2]))
    ids: dict[int, str] = {}
    taken: set[int] = set()
    for _, earlier, later in pairs:
        if earlier not in taken and later not in ids:
            taken.add(earlier)
            ids[later] = id_of(before[earlier])
    used = set(ids.values())
    return tuple(
        replace(tag, request_id=ids[place] if place in ids else _own_id(tag, used, id_of))
        for place, tag in enumerate(after)
    )


def _own_id(tag: Tag, used: Container[str], id_of: Callable[[Tag], str]) -> str:
    """Empty for a new tag, whose id is made from its words, or another id where an earlier request has that."""
    request_id, again = "", tag
    while id_of(again) in used:
        again = replace(again, quote=f"{again.quote}\n")
        request_id = id_of(again)
    return request_id


def _pairs(before: Sequence[Tag], after: Sequence[Tag]) -> Iterator[tuple[float, int, int]]:
    for earlier, old in enumerate(before):
        for later, new in enumerate(after):
            same = (old.label, old.participant_id, old.source) == (new.label, new.participant_id, new.source)
            if same and (share := _share_of_words(old, new) if _is_typed(old) else _share_of_time(old, new)) > 0:
                yield share, earlier, later


def _is_typed(tag: Tag) -> bool:
    return tag.source is RequestSource.CHAT


def _share_of_time(old: Tag, new: Tag) -> float:
    """The share of their seconds that two tags have in common; 0 where it is too little."""
    shared_s = min(old.end_s, new.end_s) - max(old.start_s, new.start_s)
    shortest_s = min(old.end_s - old.start_s, new.end_s - new.start_s)
    if shared_s <= 0 or shared_s < _LEAST_SHARED * shortest_s:
        return 0.0
    return shared_s / (max(old.end_s, new.end_s) - min(old.start_s, new.start_s))


def _share_of_words(old: Tag, new: Tag) -> float:
    """The share of their words that two tags of the same messages have in common: a message takes no time."""
    words, others = frozenset(words_of(old.quote)), frozenset(words_of(new.quote))
    shared = len(words & others)
    apart_s = max(old.start_s, new.start_s) - min(old.end_s, new.end_s)
    if apart_s > 0 or shared < _LEAST_SHARED * min(len(words), len(others)):
        return 0.0
    return shared / max(1, len(words | others))
