"""Joins what a session.toml says about participants with the platform's roster, and finds people by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from pipeline.errors import InputRefused
from pipeline.ingest.draft import Person
from pipeline.ingest.encodings import folded
from pipeline.ingest.media_kinds import check_media, is_media
from pipeline.ingest.session_toml import MAX_PARTICIPANTS, ListedParticipant
from pipeline.records import Provenance, Role

_LONGEST_NAME = 500
_ADDITION = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>)\s*$")
_NOBODY = re.compile(
    r"(?:unknown|unidentified|speaker|participant|guest|user|caller|attendee|sprecher(?:in)?|unbekannt|gast|locuteur"
    r"|invité|inconnu|hablante|invitado|desconocido|falante|convidado|発言者|不明|说话人|发言人)"
    r"(?:\s+(?:speaker|user|caller|participant|guest))?[\s#_-]*[\d\w]{0,2}"
    r"|me|you|ich|du|moi|yo|eu|io|我|私|自分",
    re.IGNORECASE,
)
"""What a platform calls a speaker whom it does not know, or whoever saved the file: that names nobody."""


def merged(
    people: tuple[Person, ...], listed: Iterable[ListedParticipant], names: Collection[str]
) -> tuple[Person, ...]:
    """The roster with each listed participant joined by e-mail, platform id or exact name, else added at its end.

    ``names`` are the folder's files. Raises ``InputRefused`` where it is not certain who is meant.
    """
    joined, met = list(people), set[int]()
    for number, who in enumerate(listed, start=1):
        place = _place(people, who, number)
        if place is None:
            joined.append(_with_details(Person(name=who.name), who))
        elif place in met:
            raise InputRefused(f"session.toml: participant {number} is somebody already named", action="name each once")
        else:
            met.add(place)
            joined[place] = _with_details(people[place], who)
    _check(joined, names)
    return tuple(joined)


class Speakers:
    """Finds a participant's id by a display name; a name that two people bear finds nobody."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._ids: dict[str, str | None] = {}
        for number, person in enumerate(people, start=1):
            for name in {folded(name) for name in (person.name, *person.aliases)}:
                self._ids[name] = None if name in self._ids else f"p{number}"

    def find(self, name: str) -> str | None:
        """The id of the one participant of this display name, compared case-folded; None where it is not certain.

        ``Name [she/her]`` and ``Name (Earlier name)`` are found by what stands before the brackets.
        """
        return next((self._ids[form] for form in _forms(name) if form in self._ids), None)

    def knows(self, name: str) -> bool:
        """Whether anybody bears this display name, one or more."""
        return any(form in self._ids for form in _forms(name))


def unlisted(people: tuple[Person, ...], names: Iterable[str]) -> tuple[Person, ...]:
    """One more person for each name that the session's texts give to a speaker or writer and nobody bears, in order.

    Nothing is known of them but that they took part: whether it was somebody on file, consent decides.
    """
    known, added = Speakers(people), dict[str, Person]()
    for name in names:
        bare = _without_brackets(name)
        if not known.knows(name) and not _NOBODY.fullmatch(folded(bare)) and any(char.isalnum() for char in bare):
            added.setdefault(folded(bare), Person(name=bare, provenance=Provenance.UNLISTED, joined_late=True))
    return tuple(added.values())


def _forms(name: str) -> Iterator[str]:
    """The forms in which a display name is looked up: as it is, then without what stands in brackets at its end."""
    yield folded(name)
    if (bare := _without_brackets(name)) != name.strip():
        yield folded(bare)


def _without_brackets(name: str) -> str:
    """A display name without bracketed additions at its end, unless nothing is left then."""
    bare = name.strip()
    while len(bare) <= _LONGEST_NAME and (shorter := _ADDITION.sub("", bare)) and shorter != bare:
        bare = shorter
    return bare


def _place(people: tuple[Person, ...], who: ListedParticipant, number: int) -> int | None:
    by_email = _where(people, lambda person: _same(person.email, who.email))
    by_id = _where(people, lambda person: _same(person.platform_id, who.platform_id))
    sure = by_email | by_id
    places = sure or _where(people, lambda person: folded(person.name) == folded(who.name))
    if len(places) > 1:
        raise InputRefused(
            f"session.toml: participant {number} fits more than one of the roster",
            action="say the e-mail or platform_id that only one of them has",
        )
    place = next(iter(places), None)
    if place is not None and (
        _differ(people[place].email, who.email) or _differ(people[place].platform_id, who.platform_id)
    ):
        raise InputRefused(
            f"session.toml: participant {number} and the roster do not agree on the e-mail or platform_id",
            action="correct the one that is wrong",
        )
    return place


def _where(people: tuple[Person, ...], fits: Callable[[Person], bool]) -> set[int]:
    return {place for place, person in enumerate(people) if fits(person)}


def _same(first: str | None, other: str | None) -> bool:
    return first is not None and other is not None and folded(first) == folded(other)


def _differ(first: str | None, other: str | None) -> bool:
    return first is not None and other is not None and folded(first) != folded(other)


def _with_details(person: Person, who: ListedParticipant) -> Person:
    names = [*person.aliases, *who.aliases]
    if folded(person.name) != folded(who.name):
        names.append(person.name)
    return replace(
        person,
        name=who.name,
        aliases=tuple(dict.fromkeys(name for name in names if folded(name) != folded(who.name))),
        company=who.company or person.company,
        email=person.email or who.email,
        platform_id=person.platform_id or who.platform_id,
        role=person.role if who.role in (None, Role.UNKNOWN) else who.role,
        location=who.location or person.location,
        joined_late=person.joined_late or who.joined == "late",  # what a list shows, the host's word does not undo
        spoke=person.spoke if who.speaks is None else who.speaks,
        minor=who.minor or person.minor,
        shared_microphone=person.shared_microphone if who.shared_microphone is None else who.shared_microphone,
        track=who.track or person.track,
        stream=person.stream if who.track is None else None if who.stream is None else who.stream - 1,
        stays=person.stays,
    )


def _check(people: list[Person], names: Collection[str]) -> None:
    if len(people) > MAX_PARTICIPANTS:
        raise InputRefused(f"more than {MAX_PARTICIPANTS} participants", action="check the list of participants")
    check_media([person.track for person in people if person.track])
    for number, person in enumerate(people, start=1):
        if person.track is not None and (person.track not in names or not is_media(person.track)):
            raise InputRefused(
                f"the track of participant {number} is not a media file of the folder", action="correct it"
            )
    for what, values in (
        ("e-mail", [person.email and folded(person.email) for person in people]),
        ("platform_id", [person.platform_id and folded(person.platform_id) for person in people]),
        ("track", [person.track and f"{person.track}\0{person.stream}" for person in people]),
    ):
        present = [value for value in values if value]
        if len(present) != len(set(present)):
            raise InputRefused(f"two participants have the same {what}", action="say in session.toml who is who")
