"""One recording in several folders: the union of their participants, and of every claim the strictest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from pipeline.ingest.encodings import folded
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
_STRICTEST_AGE = (AgeStatus.MINOR, AgeStatus.UNSURE, AgeStatus.ADULT)
_RULES = (None, "notify", "consent_by_notice", "consent_express")


def register(workspace: Workspace, registry: Registry, folder: Path, mark: str, outcome: Session | Refused) -> None:
    """Registers a folder; where others hold the same recording, what all of them say of it counts."""
    entry = registry.take(folder, mark, outcome)
    if not isinstance(outcome, Session) or entry.session_id is None:
        return
    _keep(workspace, entry, outcome)
    same = [each for each in registry.entries().values() if each.session_id == entry.session_id]
    same.sort(key=lambda each: (each.status == _DUPLICATE, each.path))
    listed = [session for each in same if (session := _listed_by(workspace, each)) is not None]
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
        captions=first.captions or tuple(_by(cue, ids) for cue in other.captions),
        embedded=first.embedded or tuple(_by(cue, ids) for cue in other.embedded),
        chat=first.chat or tuple(_by(line, ids) for line in other.chat),
        attendance=first.attendance or tuple(_stay(stay, ids) for stay in other.attendance),
        sealed=tuple(dict.fromkeys((*first.sealed, *other.sealed))),
        unrecognised_files=max(first.unrecognised_files, other.unrecognised_files),
        unread_captions=max(first.unread_captions, other.unread_captions),
        unread_chat=max(first.unread_chat, other.unread_chat),
        unread_times=max(first.unread_times, other.unread_times),
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


def _by(line: Line, ids: dict[str, str]) -> Line:
    return replace(line, participant_id=ids.get(line.participant_id or ""))


def _stay(stay: Attendance, ids: dict[str, str]) -> Attendance:
    return replace(stay, participant_id=ids[stay.participant_id])
