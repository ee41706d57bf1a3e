"""What a company of several words is called for short: "Silver Lake" for Silver Lake Media, "Hall and Finch"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.lexicon.common import FUNCTION_WORDS, is_common
from pipeline.lexicon.plain import TOKEN, plain

_AND, _COMMA = "and", ","
_LEAST = 3  # letters of a partner's name that is told apart by itself


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a name, and what joins it to the one before: "and", a comma, or nothing."""

    text: str
    joined_by: str


def beginnings(name: str, core: Sequence[str]) -> Iterator[str]:
    """The first words of a name, two and more but not all: what is left where nobody says its last ("Media", "Foods").

    ``core`` are the words of the name that tell it from others, in their order.
    """
    words = _words(name, core)
    for count in range(2, len(words)):
        if plain(words[count - 1].text) not in FUNCTION_WORDS:
            yield from _ways(words[:count])


def with_and(name: str, core: Sequence[str]) -> Iterator[str]:
    """A whole name as it is said where it is written with a sign or a comma: "Hall and Finch Foods"."""
    words = _words(name, core)
    if any(word.joined_by for word in words):
        yield from _ways(words)


def partners(name: str, core: Sequence[str]) -> list[str]:
    """The names at the beginning of a company's that "and" joins, commas before it: Baker, Moll and Reiter."""
    words = _words(name, core)
    joined = next((index for index, word in enumerate(words[1:], 1) if not word.joined_by), len(words))
    return [word.text for word in words[:joined]] if any(word.joined_by == _AND for word in words[1:joined]) else []


def told_apart(partner: str) -> bool:
    """Whether a partner's name alone says which company is meant: no common word ("Sons"), and no letters."""
    return len(partner) >= _LEAST and not is_common(plain(partner))


def _words(name: str, core: Sequence[str]) -> list[_Word]:
    left = [word for word in core if plain(word) != _AND]
    words: list[_Word] = []
    end, joined_by = 0, ""
    for match in TOKEN.finditer(name):
        between, end = name[end : match.start()], match.end()
        joined_by = _AND if "&" in between or "+" in between else joined_by or (_COMMA if _COMMA in between else "")
        if plain(match.group()) == _AND:
            joined_by = _AND
        elif left and match.group() == left[0]:
            words.append(_Word(left.pop(0), joined_by if words else ""))
            joined_by = ""
    return words


def _ways(words: Sequence[_Word]) -> Iterator[str]:
    """Some words of a name as they are written one behind the other, and with the "and" that joins them."""
    spoken = " ".join(f"{_AND} {word.text}" if word.joined_by == _AND else word.text for word in words)
    yield from dict.fromkeys((" ".join(word.text for word in words), spoken))
