"""Whether two names may be one person's: written in another order, shortened, added to or misspelt; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz.fuzz import ratio

from pipeline.lexicon.nicknames import forms_of
from pipeline.lexicon.plain import words_of

ADDITION = re.compile(r"\(.*?\)|\[.*?\]|[|/@–—].*|\s-\s.*")
"""What people add to their name: a company or a pronoun in brackets, or behind a bar or a dash."""
_MISSPELT, _MISSPELT_LETTERS = 75.0, 4
"""From which ratio on a word of so many letters is taken for another, where a further word is the same: Olav, Olaf."""


def are_alike(listed: str, filed: str, *, companies: Iterable[str] = ()) -> bool:
    """Whether a name in a list may be the name on file: in any order, with initials, pet forms or parts left away."""
    theirs = frozenset(word for company in companies for word in words_of(company))
    known = words_of(filed)
    for name in {listed, ADDITION.sub(" ", listed)}:
        words = [word for word in words_of(name) if word not in theirs]
        if words and known and ("".join(words) == "".join(known) or _is_part(words, known) or _is_part(known, words)):
            return True
    return False


def _is_part(words: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether each of these words stands for another one of a name, and one of them is that word itself."""
    left, has_whole_word = list(whole), False
    for word in sorted(words, key=len, reverse=True):
        counterpart = next((other for other in left if _stands_for(word, other)), None)
        if counterpart is None:
            return False
        left.remove(counterpart)
        has_whole_word |= len(word) > 1 and (word == counterpart or counterpart in forms_of(word))
    return has_whole_word


def _stands_for(word: str, other: str) -> bool:
    if 1 in (len(word), len(other)):
        return word[0] == other[0]
    is_misspelt = min(len(word), len(other)) >= _MISSPELT_LETTERS and ratio(word, other) >= _MISSPELT
    return word == other or is_misspelt or other in forms_of(word)
