"""Gives back the ordinary words beside a name that was heard as it is ("rajesh last" for Rajesh Kulkarni)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.lexicon import BESIDE_NAMES, SurfaceForm, is_common, is_english
from pipeline.lexicon.phonetic import first_sound, similarity, sound_of
from pipeline.lexicon.plain import word_set

# How similar an ordinary word must be to what is missing of a name to be what was heard for it: "last" is 0.50 like
# Kulkarni, "before" 0.58 like Okafor. In 22 calls as two recognisers wrote them 98 runs lose words; of 812 known names
# three are cut short by that, none of which was heard, and with the similarity alone, not the first sounds, four
# ("title peterson" for Tycho Peterson).
_HEARD_FOR_THE_REST = 0.55
_GO_ON = word_set(
    """is isnt was wasnt are were will wont would wouldnt has hasnt had have does doesnt did didnt do can cant cannot
    could should may might must said says asked asks wants wanted needs needed uses used thinks mentioned told tells
    also and but or who whether because if that this the a an it they we i im were ive you he she his her their our
    yes yeah yep great both all be been for of in on at by with from to as us them"""
)
"""What goes on behind a name, or stands before one, in any talk: "Carolina will take you through"."""
# Such words say little alone: "you" is 0.60 like de Souza, "and" 0.58 like Lindsey; and everybody goes on behind a
# company's first word ("Kestrel pays"). With these the 22 calls keep every recall, and false fall from 3.67 to 3.65.
_HEARD_FOR_A_NAME, _HEARD_FOR_A_COMPANY = 0.75, 0.65


def without_excess(
    words: Sequence[str], first: int, last: int, form: SurfaceForm, *, in_place: bool = False
) -> tuple[int, int]:
    """The run ``first`` up to and including ``last`` without outer words that are nothing of the form.

    They stand beside all of the form, or beside as much of its beginning or end as was heard as it is, and are
    greetings and the like, or ordinary words that could not be heard for what is missing of it. Any other run stays.
    ``in_place``: it stands where only a name can, so that any word but one that goes on behind a name may be of it.
    """
    run, name = tuple(words[first : last + 1]), form.words
    for size in range(min(len(run) - 1, len(name)), 0, -1):
        for start in range(len(run) - size + 1):
            parts = _missing(run[start : start + size], name)
            if parts is None:
                continue
            missing = _Missing(parts, is_of_a_person=form.label == "PERSON")
            if all(_are_excess(side, missing, in_place=in_place) for side in (run[:start], run[start + size :])):
                return first + start, first + start + size - 1
    return first, last


def goes_on(words: Sequence[str], name: Sequence[str], form: SurfaceForm) -> bool:
    """Whether words beside what was heard for a ``name`` of somebody are nothing of the rest of a longer form."""
    rest = [word for word in form.words if word not in name]
    return _are_excess(words, _Missing(rest, is_of_a_person=form.label == "PERSON"), in_place=False)


class _Missing(NamedTuple):
    """What is missing of a name beside what was heard of it as it is."""

    words: Sequence[str]
    is_of_a_person: bool

    @property
    def least(self) -> float:
        """How similar to it what was heard for it is."""
        return _HEARD_FOR_THE_REST if self.is_of_a_person else _HEARD_FOR_A_COMPANY

    def is_like(self, heard: str, least: float) -> bool:
        """Whether a word is so similar to one that is missing, or to all that is."""
        names = (name for name in (*self.words, "".join(self.words)) if name)
        return any(similarity(heard, name, sound_of(name)) >= least for name in names)


def _missing(heard: Sequence[str], name: Sequence[str]) -> Sequence[str] | None:
    """What is missing of a name of which this is the beginning or the end; None where it is neither."""
    if heard == name[: len(heard)]:
        return name[len(heard) :]
    return name[: -len(heard)] if heard == name[-len(heard) :] else None


def _are_excess(side: Sequence[str], missing: _Missing, *, in_place: bool) -> bool:
    """Whether the words on one side are nothing of what is missing, each alone and several together.

    Together "full stretch a" is 0.68 like Kulshreshtha, each of its words at most 0.51; "last week" is 0.00 like it.
    """
    parts = (side[first:end] for first in range(len(side)) for end in range(first + 2, len(side) + 1))
    return all(_is_excess(word, missing, in_place=in_place) for word in side) and not any(
        missing.is_like("".join(part), _HEARD_FOR_A_NAME if _GO_ON.issuperset(part) else missing.least)
        for part in parts
    )


def _is_excess(word: str, missing: _Missing, *, in_place: bool) -> bool:
    if word in BESIDE_NAMES or (word in _GO_ON and not missing.is_like(word, _HEARD_FOR_A_NAME)):
        return True
    return not in_place and _is_ordinary(word, missing) and not missing.is_like(word, missing.least)


def _is_ordinary(word: str, missing: _Missing) -> bool:
    """Whether a word beside a name is one of any talk: of what starts as the rest of a person's name, none is."""
    if not missing.is_of_a_person:
        return any(map(is_english, _stems(word)))
    is_usual = any(map(is_common, _stems(word)))
    return is_usual and all(first_sound(word[:2]) != first_sound(name[:2]) for name in missing.words)


def _stems(word: str) -> Iterator[str]:
    """A word and what it may be a form of: "pays", "passes"."""
    yield word
    for ending in ("s", "es"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending)
