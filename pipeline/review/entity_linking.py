"""Whose a guessed name is: "maria" is "maria lopez" where nobody else could be meant.

A misheard "mario" is hers too where she was guessed herself. Somebody known is never meant by what is only like a name
of theirs: of "sarah" beside Sara Lindgren nobody can tell, and what was measured to be hers has her name already.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import JaroWinkler

_GUESS, _PERSON = "person:~", "person:"
_ALIKE = 0.9
_MIN_LETTERS = 4


def owners_of_guesses(entities: Iterable[str]) -> dict[str, str]:
    """For each guessed person of one word the entity of the one whole name that has it, or a word much like it."""
    people = sorted(one for one in set(entities) if one.startswith(_PERSON))
    whole = [one for one in people if len(_words(one)) > 1]
    found = {}
    for guess in people:
        if guess.startswith(_GUESS) and len(_words(guess)) == 1:
            (word,) = _words(guess)
            owners = [one for one in whole if word in _words(one)] or [
                one for one in whole if _is_guess_like(word, one)
            ]
            if len(owners) == 1:
                found[guess] = owners[0]
    return found


def _words(entity: str) -> list[str]:
    return entity.removeprefix(_PERSON).removeprefix("~").split()


def _is_guess_like(word: str, entity: str) -> bool:
    if not entity.startswith(_GUESS) or len(word) < _MIN_LETTERS:
        return False
    return any(JaroWinkler.similarity(word, one) >= _ALIKE for one in _words(entity))
