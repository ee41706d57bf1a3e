"""Who on file a participant may be by a name that is only like theirs: written otherwise, shortened or added to.

Nothing is opened by it. It matters where a role opens: own staff need no form inside the team (M7), unless they may be
somebody who said no.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz.fuzz import ratio
from sqlalchemy import Connection

from pipeline.consent.log import log
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.parties import alias_count, refusers_names
from pipeline.lexicon import words_of
from pipeline.lexicon.nicknames import forms_of
from pipeline.records import Participant

_ADDITION = re.compile(r"\(.*?\)|\[.*?\]|[|/@–—].*|\s-\s.*")
"""What people add to their name: a company or a pronoun in brackets, or behind a bar or a dash."""
_LATEST: dict[tuple[str, int], Mapping[str, Sequence[tuple[str, str]]]] = {}
_MISSPELT, _MISSPELT_LETTERS = 75.0, 4
"""From which ratio on a word of so many letters is taken for another, where a further word is the same: Olav, Olaf."""


def are_alike(listed: str, filed: str, *, companies: Iterable[str] = ()) -> bool:
    """Whether a name in a list may be the name on file: in any order, with initials, pet forms or parts left away."""
    theirs = frozenset(word for company in companies for word in words_of(company))
    known = words_of(filed)
    for name in {listed, _ADDITION.sub(" ", listed)}:
        words = [word for word in words_of(name) if word not in theirs]
        if words and known and ("".join(words) == "".join(known) or _is_part(words, known) or _is_part(known, words)):
            return True
    return False


def name_keys(name: str, keys: Keys) -> Iterator[str]:
    """Keyed hashes of the forms of a name: names that are alike share one."""
    yield from (keys.hashed(AliasKind.DISPLAY_NAME, f"like:{form}") for form in sorted(_forms(name)))


def refusers_like(
    connection: Connection, people: Sequence[Participant], host: str | None, keys: Keys
) -> Mapping[str, tuple[str, ...]]:
    """By participant id everybody on file who said no and whose name is like theirs."""
    if not people:
        return {}
    refusers, alike = _refusers(connection, keys), dict[str, tuple[str, ...]]()
    for person in people:
        companies = [company for company in (person.company, host) if company]
        parties = {
            party_id: None
            for name in (person.name, *person.aliases)
            for form in _forms(name)
            for party_id, filed in refusers.get(form, ())
            if are_alike(name, filed, companies=companies)
        }
        if parties:
            alike[person.participant_id] = tuple(parties)
    return alike


def _refusers(connection: Connection, keys: Keys) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Everybody on file who said no and each of their names, by its forms; kept until the store is another.

    Reading them takes 0.9 s where 16,000 people gave 96,000 answers, and a night asks once for each of its sessions.
    """
    mark = (log.head_hash(connection), alias_count(connection))
    if mark not in _LATEST:
        refusers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for party_id, filed in refusers_names(connection, keys):
            for form in _forms(filed):
                refusers[form].append((party_id, filed))
        _LATEST.clear()
        _LATEST[mark] = refusers
    return _LATEST[mark]


def _forms(name: str) -> frozenset[str]:
    """The words of a name, their pet forms, and all run together: names that are alike share one."""
    words = words_of(name)
    forms = {form for word in words for form in (word, *forms_of(word)) if len(form) > 1}
    return frozenset({*forms, "".join(words)} - {""})


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
