"""One recording in two folders: who took part is everybody in either list, and of every claim the strictest holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.records.session import Attendance, Participant, Session, SessionPolicy, Track
from pipeline.records.vocabulary import AgeStatus, ListAuthority, Purpose, Role

_FLOORS = ("notify", "consent_by_notice", "consent_express")
_AGES = (AgeStatus.ADULT, AgeStatus.UNSURE, AgeStatus.MINOR)


def strictest_union(known: Session, other: Session) -> Session:
    """``known`` with the people that ``other`` lists besides, and the strictest of what either claims.

    Both are of the same media. A track that they give to different people is nobody's own, who was there at different
    times by them was there throughout, and a list to which somebody had to be added is complete on nobody's word.
    """
    pairs = {person.participant_id: _same(person, known.participants) for person in other.participants}
    number = len(known.participants)
    added = [person for person in other.participants if pairs[person.participant_id] is None]
    fresh = {person.participant_id: f"p{number + place}" for place, person in enumerate(added, start=1)}
    ids = {who: found.participant_id if found else fresh[who] for who, found in pairs.items()}
    merged = {person.participant_id: person for person in known.participants}
    for person in other.participants:
        mine = merged.get(ids[person.participant_id])
        merged[ids[person.participant_id]] = (
            _strictest(mine, person) if mine else replace(person, participant_id=ids[person.participant_id])
        )
    missing = len(set(ids.values()) - set(fresh.values())) < len(known.participants)
    agree = known.list_authority is other.list_authority and not added and not missing
    return replace(
        known,
        participants=tuple(merged.values()),
        notice_asserted=known.notice_asserted and other.notice_asserted,
        purposes=_purposes(known, other),
        recorder_location=_agreed(known.recorder_location, other.recorder_location),
        tracks=tuple(_owned(track, other.tracks, ids) for track in known.tracks),
        attendance=_agreed_stays(known.attendance, other.attendance, ids),
        policy=_strictest_policy(known.policy, other.policy),
        list_authority=known.list_authority if agree else ListAuthority.NOBODY,
    )


def _purposes(known: Session, other: Session) -> tuple[Purpose, ...]:
    """What both ask for; nothing where their policies enable nothing in common."""
    enabled = [set(one.policy.purposes_enabled) for one in (known, other) if one.policy.purposes_enabled]
    if len(enabled) > 1 and not set.intersection(*enabled):
        return ()
    return tuple(purpose for purpose in known.purposes if purpose in other.purposes)


def _same(person: Participant, among: Iterable[Participant]) -> Participant | None:
    """The participant of the other list who is this one by address, else by name where no address says otherwise."""
    people = list(among)
    for one in people:
        if person.email and one.email and person.email.casefold() == one.email.casefold():
            return one
    for one in people:
        if one.name.casefold() == person.name.casefold() and not (person.email and one.email):
            return one
    return None


def _strictest(mine: Participant, other: Participant) -> Participant:
    names = (*mine.aliases, *other.aliases, *([other.name] if other.name != mine.name else []))
    return replace(
        mine,
        aliases=tuple(dict.fromkeys(names)),
        company=mine.company or other.company,
        email=mine.email or other.email,
        platform_id=mine.platform_id or other.platform_id,
        role=mine.role if mine.role is other.role else Role.UNKNOWN,
        location=_agreed(mine.location, other.location),
        joined_late=mine.joined_late or other.joined_late,
        spoke=mine.spoke or other.spoke,
        minor=max(mine.minor, other.minor, key=_AGES.index),
        shared_microphone=mine.shared_microphone or other.shared_microphone,
    )


def _agreed(mine: str | None, other: str | None) -> str | None:
    """What both say; else nothing, which asks for everybody's express yes."""
    return mine if mine == other else None


def _owned(track: Track, others: Iterable[Track], ids: dict[str, str]) -> Track:
    owners = {
        ids.get(other.participant_id or "")
        for other in others
        if (other.digest, other.stream) == (track.digest, track.stream)
    }
    return replace(track, participant_id=track.participant_id if owners == {track.participant_id} else None)


def _agreed_stays(
    mine: Iterable[Attendance], others: Iterable[Attendance], ids: dict[str, str]
) -> tuple[Attendance, ...]:
    """The stays of everybody for whom both lists have the same; without any, somebody was there throughout."""
    stays = list(mine)
    theirs = [replace(stay, participant_id=ids[stay.participant_id]) for stay in others if stay.participant_id in ids]
    differ = {stay.participant_id for stay in (*stays, *theirs) if (stay in stays) is not (stay in theirs)}
    return tuple(stay for stay in stays if stay.participant_id not in differ)


def _strictest_policy(mine: SessionPolicy, other: SessionPolicy) -> SessionPolicy:
    floors = [floor for floor in (mine.floor_rule, other.floor_rule) if floor]
    days = [count for count in (mine.hold_deadline_days, other.hold_deadline_days) if count is not None]
    enabled = (mine.purposes_enabled, other.purposes_enabled)
    common = tuple(one for one in enabled[0] if one in enabled[1]) if all(enabled) else ()
    relax = {mine.allow_silent_relax, other.allow_silent_relax} - {None}
    return SessionPolicy(
        floor_rule=max(floors, key=_FLOORS.index, default=None),
        hold_deadline_days=min(days, default=None),
        purposes_enabled=common or enabled[0] or enabled[1],
        allow_silent_relax=all(relax) if relax else None,
        notice_required=mine.notice_required or other.notice_required,
    )
