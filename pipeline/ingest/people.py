"""Joins what a session.toml says about participants with the platform's roster, and finds people by their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from pipeline.errors import InputRefused
from pipeline.ingest.draft import Person, is_media
from pipeline.ingest.facts import MAX_PARTICIPANTS, Who
from pipeline.ingest.text import folded, renamed
from pipeline.records import Role


def merged(people: tuple[Person, ...], told: Iterable[Who], names: Collection[str]) -> tuple[Person, ...]:
    """The roster with each told participant joined by e-mail, platform id or exact name, else added at its end.

    ``names`` are the folder's files. Raises ``InputRefused`` where it is not certain who is meant.
    """
    joined, met = list(people), set[int]()
    for number, who in enumerate(told, start=1):
        place = _place(people, who, number)
        if place is None:
            joined.append(_told(Person(name=who.name), who))
        elif place in met:
            raise InputRefused(f"session.toml: participant {number} is somebody already named", action="name each once")
        else:
            met.add(place)
            joined[place] = _told(people[place], who)
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
        """The id of the one participant of this display name, compared case-folded; None where it is not certain."""
        exact = self._ids.get(folded(name))
        if exact is not None or folded(name) in self._ids:
            return exact
        new, old = renamed(name)
        return self._ids.get(folded(new)) if old else None

    def knows(self, name: str) -> bool:
        """Whether anybody bears this display name, one or more."""
        return folded(name) in self._ids or (renamed(name)[1] is not None and folded(renamed(name)[0]) in self._ids)


def _place(people: tuple[Person, ...], who: Who, number: int) -> int | None:
    by_email = _where(people, lambda person: _same(person.email, who.email))
    by_id = _where(people, lambda person: _same(person.platform_id, who.platform_id))
    sure = by_email | by_id
    found = sure or _where(people, lambda person: folded(person.name) == folded(who.name))
    if len(found) > 1:
        raise InputRefused(
            f"session.toml: participant {number} fits more than one of the roster",
            action="say the e-mail or platform_id that only one of them has",
        )
    place = next(iter(found), None)
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


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and folded(one) == folded(other)


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and folded(one) != folded(other)


def _told(person: Person, who: Who) -> Person:
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
        stays=person.stays,
    )


def _check(people: list[Person], names: Collection[str]) -> None:
    if len(people) > MAX_PARTICIPANTS:
        raise InputRefused(f"more than {MAX_PARTICIPANTS} participants", action="check the list of participants")
    for number, person in enumerate(people, start=1):
        if person.track is not None and (person.track not in names or not is_media(person.track)):
            raise InputRefused(
                f"the track of participant {number} is not a media file of the folder", action="correct it"
            )
    for what, values in (
        ("e-mail", [person.email and folded(person.email) for person in people]),
        ("platform_id", [person.platform_id and folded(person.platform_id) for person in people]),
        ("track", [person.track for person in people]),
    ):
        told = [value for value in values if value]
        if len(told) != len(set(told)):
            raise InputRefused(f"two participants have the same {what}", action="say in session.toml who is who")
