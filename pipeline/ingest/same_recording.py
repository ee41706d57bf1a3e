"""One recording in several folders: the union of their participants, and of every claim the strictest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.ingest import joined_texts
from pipeline.ingest.encodings import folded
from pipeline.ingest.unread import enumerated
from pipeline.records import (
    AgeStatus,
    Attendance,
    ChatLine,
    Cue,
    ListAuthority,
    Participant,
    Provenance,
    Refused,
    Role,
    Session,
    SessionPolicy,
    Track,
)
from pipeline.store import Workspace
from pipeline.store.codec import key_of
from pipeline.store.registry import InboxEntry, Registry

_FOLDERS, _DUPLICATE = "folders", "duplicate"

Line = TypeVar("Line", Cue, ChatLine)
_FIELDS = {
    "title": "title",
    "started_at": "start",
    "host": "host",
    "recorder_location": "the recorder's place",
    "series": "series",
    "notice_asserted": "notice",
    "purposes": "purposes",
    "policy": "policy",
}
_STRICTEST_AGE = (AgeStatus.MINOR, AgeStatus.UNSURE, AgeStatus.ADULT)
_RULES = (None, "notify", "consent_by_notice", "consent_express")


def register(workspace: Workspace, registry: Registry, folder: Path, mark: str, outcome: Session | Refused) -> None:
    """Registers a folder; where others hold the same recording, what all of them say of it counts."""
    entry = registry.take(folder, mark, outcome)
    if not isinstance(outcome, Session) or entry.session_id is None:
        return
    _keep(workspace, entry, outcome)
    same = [each for each in registry.entries().values() if each.session_id == entry.session_id]
    listed = _listed(workspace, same)
    if len(listed) > 1:
        joined = replace(union(listed[0], listed[1:]), session_id=entry.session_id)
        if joined != registry.session(entry.session_id):
            registry.rewrite(joined)


def _keep(workspace: Workspace, entry: InboxEntry, listed: Session) -> None:
    """Keeps what a folder says, registered as the session's: an erasure from it takes this with it."""
    place = workspace.stages.put(_FOLDERS, entry.entry_id, listed)
    workspace.artefacts.note(
        _FOLDERS, place, session_id=entry.session_id, contributors=None, log_head="", digest=key_of(listed)
    )


def is_known(workspace: Workspace, entry: InboxEntry) -> bool:
    """Whether what a folder says of its recording is kept, as far as another folder has the same one."""
    return entry.status != _DUPLICATE or _listed_by(workspace, entry) is not None


def differences(workspace: Workspace, sessions: Iterable[Session]) -> Iterator[str]:
    """A line for the report on each session whose folders contradict each other: in what, and what holds then."""
    folders: defaultdict[str, list[InboxEntry]] = defaultdict(list)
    for entry in Registry(workspace.db).entries().values():
        if entry.session_id is not None:
            folders[entry.session_id].append(entry)
    for session in sessions:
        listed = _listed(workspace, folders[session.session_id]) if len(folders[session.session_id]) > 1 else []
        if listed and (differing := _differing(listed)):
            yield (
                f"{session.session_id}: its {len(listed)} folders differ in {enumerated(differing)}; the first one's "
                "title and start hold, else what is stricter, and speakers count as unknown"
            )


def _listed(workspace: Workspace, entries: Iterable[InboxEntry]) -> list[Session]:
    """What each folder of one recording says, the one that was taken in first before the others."""
    ordered = sorted(entries, key=lambda each: (each.status == _DUPLICATE, each.path))
    return [session for each in ordered if (session := _listed_by(workspace, each)) is not None]


def _differing(listed: Sequence[Session]) -> list[str]:
    """In what the sessions that several folders say contradict each other, for a person."""
    first, lines, lists = listed[0], 0, 0
    differing = dict[str, None]()
    for other in listed[1:]:
        ids, _ = _people(first.participants, other.participants)
        fields = {field: name for field, name in _FIELDS.items() if field != "started_at" or _are_dated(first, other)}
        differing |= {name: None for field, name in fields.items() if getattr(first, field) != getattr(other, field)}
        if (first.video is None) != (other.video is None):
            differing["the picture"] = None
        captions = joined_texts.joined(first.captions, _by(other.captions, ids)).contested
        lines += captions + joined_texts.joined(first.chat, _by(other.chat, ids)).contested
        lists += joined_texts.stays(first.attendance, _stays(other.attendance, ids))[1]
        first = _joined(first, other)
    counted = ((lines, f"the speakers of {lines} lines"), (lists, f"when {lists} people were there"))
    return [*differing, *(text for count, text in counted if count)]


def _are_dated(first: Session, other: Session) -> bool:
    """Whether both folders say when it began: an estimate contradicts nothing."""
    return not (first.start_is_estimated or other.start_is_estimated)


def _listed_by(workspace: Workspace, entry: InboxEntry) -> Session | None:
    return workspace.stages.get(_FOLDERS, entry.entry_id, Session)


def union(first: Session, others: Sequence[Session]) -> Session:
    """The session of a recording that lies in several folders, by all that they say; the first one's id stays.

    Who is somebody in two lists is one participant where nothing about them contradicts; else they are two, and a track
    that two people own is mixed sound of which nobody vouches who is heard in it.
    """
    session = first
    for other in others:
        session = _joined(session, other)
    return session


def _joined(first: Session, other: Session) -> Session:
    ids, people = _people(first.participants, other.participants)
    added = len(people) > len(first.participants)
    tracks, contested = _tracks(first.tracks, other.tracks, ids)
    dated = other if first.start_is_estimated else first
    return replace(
        first,
        participants=people,
        tracks=tracks,
        started_at=dated.started_at,
        start_is_estimated=dated.start_is_estimated,
        host=_agreed(first.host, other.host),
        recorder_location=_agreed(first.recorder_location, other.recorder_location),
        notice_asserted=first.notice_asserted and other.notice_asserted,
        purposes=tuple(purpose for purpose in first.purposes if purpose in other.purposes) or first.purposes,
        series=_agreed(first.series, other.series),
        video=first.video if other.video else None,
        captions=joined_texts.joined(first.captions, _by(other.captions, ids)).lines,
        embedded=joined_texts.joined(first.embedded, _by(other.embedded, ids)).lines,
        chat=joined_texts.joined(first.chat, _by(other.chat, ids)).lines,
        attendance=joined_texts.stays(first.attendance, _stays(other.attendance, ids))[0],
        notes=tuple(dict.fromkeys((*first.notes, *other.notes))),
        sealed=tuple(dict.fromkeys((*first.sealed, *other.sealed))),
        unrecognised_files=first.unrecognised_files + other.unrecognised_files,
        unrecognised_kinds=tuple(sorted((*first.unrecognised_kinds, *other.unrecognised_kinds))),
        unread_captions=first.unread_captions + other.unread_captions,
        unread_chat=first.unread_chat + other.unread_chat,
        unread_times=first.unread_times + other.unread_times,
        policy=_policy(first.policy, other.policy),
        list_authority=_authority(first, other, added=added, contested=contested),
    )


def _people(
    first: Sequence[Participant], other: Sequence[Participant]
) -> tuple[dict[str, str], tuple[Participant, ...]]:
    """The id here of each participant of the other list, and everybody."""
    people = {person.participant_id: person for person in first}
    ids: dict[str, str] = {}
    for person in other:
        same = [each for each in first if _may_be_one(each, person) and each.participant_id not in ids.values()]
        if len(same) == 1:
            ids[person.participant_id] = same[0].participant_id
            people[same[0].participant_id] = _strictest(people[same[0].participant_id], person)
        else:
            fresh = f"p{max(int(known[1:]) for known in people) + 1}" if people else "p1"
            ids[person.participant_id] = fresh
            people[fresh] = replace(person, participant_id=fresh)
    return ids, tuple(people.values())


def _may_be_one(first: Participant, other: Participant) -> bool:
    """Whether two lists speak of one person: by the same address, id or name, and nothing that contradicts it."""
    keys = [(first.email, other.email), (first.platform_id, other.platform_id), (first.name, other.name)]
    same = any(mine and theirs and folded(mine) == folded(theirs) for mine, theirs in keys)
    contradicting = [*keys[:2], (first.company, other.company)]
    return same and not any(mine and theirs and folded(mine) != folded(theirs) for mine, theirs in contradicting)


def _strictest(first: Participant, other: Participant) -> Participant:
    names = (*first.aliases, other.name, *other.aliases)
    return replace(
        first,
        aliases=tuple(dict.fromkeys(name for name in names if folded(name) != folded(first.name))),
        company=first.company or other.company,
        email=first.email or other.email,
        platform_id=first.platform_id or other.platform_id,
        role=first.role if first.role is other.role else Role.UNKNOWN,
        location=_agreed(first.location, other.location),
        joined_late=first.joined_late or other.joined_late,
        spoke=first.spoke or other.spoke,
        minor=min(first.minor, other.minor, key=_STRICTEST_AGE.index),
        shared_microphone=first.shared_microphone or other.shared_microphone,
        provenance=other.provenance if first.provenance is Provenance.UNLISTED else first.provenance,
    )


def _tracks(first: Sequence[Track], other: Sequence[Track], ids: dict[str, str]) -> tuple[tuple[Track, ...], bool]:
    """The tracks, each with the owner that both lists say, and whether they contradict anywhere."""
    theirs = {(track.digest, track.stream): track for track in other}
    tracks, contested = [], False
    for track in first:
        same = theirs.get((track.digest, track.stream))
        owner = ids.get(same.participant_id) if same and same.participant_id else None
        if same and owner != track.participant_id:
            contested = contested or bool(owner and track.participant_id)
            track = replace(track, participant_id=None, silent=False)
        tracks.append(track)
    return tuple(tracks), contested


def _authority(first: Session, other: Session, *, added: bool, contested: bool) -> ListAuthority:
    """Who vouches for the joined list: nobody where a list that was called complete lacks somebody of the other."""
    if contested or first.list_authority is ListAuthority.NOBODY or added:
        whole = not contested and len(other.participants) >= len(first.participants)
        return other.list_authority if whole and _covers(other, first) else ListAuthority.NOBODY
    return first.list_authority


def _covers(other: Session, first: Session) -> bool:
    """Whether everybody of one list is in the other."""
    return all(any(_may_be_one(mine, theirs) for theirs in other.participants) for mine in first.participants)


def _policy(first: SessionPolicy, other: SessionPolicy) -> SessionPolicy:
    days = [each for each in (first.hold_deadline_days, other.hold_deadline_days) if each is not None]
    enabled = [set(each) for each in (first.purposes_enabled, other.purposes_enabled) if each]
    relax = [
        each for each in (first.exclude_silent_nonresponders, other.exclude_silent_nonresponders) if each is not None
    ]
    return SessionPolicy(
        minimum_rule=max(first.minimum_rule, other.minimum_rule, key=_RULES.index),
        hold_deadline_days=min(days, default=None),
        purposes_enabled=tuple(sorted(set.intersection(*enabled))) if enabled else (),
        exclude_silent_nonresponders=all(relax) if relax else None,
        notice_required=first.notice_required or other.notice_required,
    )


def _agreed(first: str | None, other: str | None) -> str | None:
    return first if first == other else None


def _by(lines: Sequence[Line], ids: dict[str, str]) -> tuple[Line, ...]:
    return tuple(replace(line, participant_id=ids.get(line.participant_id or "")) for line in lines)


def _stays(stays: Sequence[Attendance], ids: dict[str, str]) -> tuple[Attendance, ...]:
    return tuple(replace(stay, participant_id=ids[stay.participant_id]) for stay in stays)
