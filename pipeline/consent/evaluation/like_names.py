"""Who on file a participant may be by a name that is only like theirs: written otherwise, shortened or added to.

Nothing is opened by it. It matters where a role opens: own staff need no form inside the team (M7), unless they may be
somebody who said no.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from pipeline.consent.log import log
from pipeline.consent.log.identity import AliasKind, Keys
from pipeline.consent.log.parties import alias_count, refusers_names
from pipeline.lexicon import words_of
from pipeline.lexicon.like_names import are_alike
from pipeline.lexicon.nicknames import forms_of
from pipeline.records import Participant

_LATEST: dict[tuple[str, int], Mapping[str, Sequence[tuple[str, str]]]] = {}


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
