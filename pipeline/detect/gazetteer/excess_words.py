"""Gives back the ordinary words beside a name that was heard as it is ("rajesh last" for Rajesh Kulkarni)."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.lexicon import BESIDE_NAMES, SurfaceForm, is_common
from pipeline.lexicon.phonetic import first_sound, similarity, sound_of

# How similar an ordinary word must be to what is missing of a name to be what was heard for it: "last" is 0.50 like
# Kulkarni, "before" 0.58 like Okafor. In 22 calls as two recognisers wrote them 98 runs lose words; of 812 known names
# three are cut short by that, none of which was heard, and with the similarity alone, not the first sounds, four
# ("title peterson" for Tycho Peterson).
_HEARD_FOR_THE_REST = 0.55


def without_excess(
    words: Sequence[str], first: int, last: int, form: SurfaceForm, *, in_place: bool = False
) -> tuple[int, int]:
    """The run ``first`` up to and including ``last`` without outer words that are nothing of the form.

    They stand beside all of the form, or beside as much of its beginning or end as was heard as it is, and are
    greetings and the like, or ordinary words that could not be heard for what is missing of it. Any other run stays.
    ``in_place``: it stands where only a name can, so that any ordinary word may be of it.
    """
    run, name = tuple(words[first : last + 1]), form.words
    for size in range(min(len(run) - 1, len(name)), 0, -1):
        for start in range(len(run) - size + 1):
            missing = _missing(run[start : start + size], name)
            sides = run[:start], run[start + size :]
            if missing is not None and all(_are_excess(side, missing, in_place=in_place) for side in sides):
                return first + start, first + start + size - 1
    return first, last


def _missing(heard: Sequence[str], name: Sequence[str]) -> Sequence[str] | None:
    """What is missing of a name of which this is the beginning or the end; None where it is neither."""
    if heard == name[: len(heard)]:
        return name[len(heard) :]
    return name[: -len(heard)] if heard == name[-len(heard) :] else None


def _are_excess(side: Sequence[str], missing: Sequence[str], *, in_place: bool) -> bool:
    """Whether the words on one side are nothing of what is missing, each alone and several together.

    Together "full stretch a" is 0.68 like Kulshreshtha, each of its words at most 0.51; "last week" is 0.00 like it.
    """
    parts = ("".join(side[first:end]) for first in range(len(side)) for end in range(first + 2, len(side) + 1))
    return all(_is_excess(word, missing, in_place=in_place) for word in side) and not any(
        _is_similar(part, missing) for part in parts
    )


def _is_excess(word: str, missing: Sequence[str], *, in_place: bool) -> bool:
    return word in BESIDE_NAMES or not (in_place or not is_common(word) or _may_be_of(word, missing))


def _may_be_of(word: str, missing: Sequence[str]) -> bool:
    """Whether a word may be what was heard for one that is missing, or for all that is."""
    same_start = any(first_sound(word[:2]) == first_sound(name[:2]) for name in missing)
    return same_start or _is_similar(word, missing)


def _is_similar(heard: str, missing: Sequence[str]) -> bool:
    return any(
        similarity(heard, name, sound_of(name)) >= _HEARD_FOR_THE_REST for name in (*missing, "".join(missing)) if name
    )
