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
    people = sorted(entity for entity in set(entities) if entity.startswith(_PERSON))
    whole = [entity for entity in people if len(_words(entity)) > 1]
    owner_of = {}
    for guess in people:
        if guess.startswith(_GUESS) and len(_words(guess)) == 1:
            (word,) = _words(guess)
            owners = [entity for entity in whole if word in _words(entity)] or [
                entity for entity in whole if _is_guess_like(word, entity)
            ]
            if len(owners) == 1:
                owner_of[guess] = owners[0]
    return owner_of


def _words(entity: str) -> list[str]:
    return entity.removeprefix(_PERSON).removeprefix("~").split()


def _is_guess_like(word: str, entity: str) -> bool:
    if not entity.startswith(_GUESS) or len(word) < _MIN_LETTERS:
        return False
    return any(JaroWinkler.similarity(word, other) >= _ALIKE for other in _words(entity))
