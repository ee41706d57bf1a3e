"""What a reader makes of a folder before anything is probed or sealed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pipeline.ingest.session_toml import SessionToml
from pipeline.records import AgeStatus, Provenance, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """One time that somebody was there, in seconds from the session's start, which it may begin before and outlast.

    ``accepted_notice`` is the answer to the platform's own notice, None where there is none; ``uncertainty_s`` is how
    far off both times may be.
    """

    join_s: float
    leave_s: float
    accepted_notice: bool | None = None
    uncertainty_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One participant as far as the readers know; ``track`` is the name of the file that holds only this person.

    Of a file with several sounds it is the one at ``stream``, from 0. It begins ``track_offset_s`` seconds after the
    session.

    ``stays`` are empty where it is not known when they were there. ``provenance`` is unlisted for somebody whom no
    list has: only captions, chat or the like name them.
    """

    name: str
    aliases: tuple[str, ...] = ()
    company: str | None = None
    email: str | None = None
    platform_id: str | None = None
    role: Role = Role.UNKNOWN
    location: str | None = None
    joined_late: bool = False
    spoke: bool = True
    minor: AgeStatus = AgeStatus.ADULT
    shared_microphone: bool = False
    track: str | None = None
    stream: int | None = None
    track_offset_s: float = 0.0
    stays: tuple[Stay, ...] = ()
    provenance: Provenance = Provenance.LISTED


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDraft:
    """One session as read; names are those of its listing.

    ``local_start`` is the platform's start without a zone, ``started_at`` the aware one where the platform says it;
    ``start_is_estimated`` where nobody says it and only a file's name or clock hints at it.
    ``texts`` are understood files beside them as (name, kind); ``captions`` and ``chat`` are candidates, best first.
    ``named`` are those whom another file, as a poll, names as taking part.
    ``unread_times`` counts the rows of the list of participants whose time of joining could not be read.
    ``platform_list`` says that the platform itself lists who was there. ``starts_together`` is false where nothing says
    that the people's own files begin with the session: then they must be of one length.
    """

    platform: str
    facts: SessionToml
    people: tuple[Person, ...]
    mixed: tuple[str, ...]
    title: str = ""
    started_at: datetime | None = None
    local_start: datetime | None = None
    start_is_estimated: bool = False
    captions: tuple[str, ...] = ()
    chat: tuple[str, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    empty: tuple[str, ...] = ()
    unread_times: int = 0
    named: tuple[str, ...] = ()
    platform_list: bool = False
    starts_together: bool = True

    @property
    def media(self) -> tuple[str, ...]:
        """Every media file: own tracks in the order of the roster, then mixed ones."""
        return tuple(dict.fromkeys((*(person.track for person in self.people if person.track), *self.mixed)))


def own_files(people: Iterable[Person]) -> frozenset[str]:
    """The files of which all belongs to one of the people; another sound of a file may be anybody's."""
    return frozenset(person.track for person in people if person.track and person.stream is None)
