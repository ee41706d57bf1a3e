"""The voices of mixed sound: which turns were told apart, as a stage result, and whose people said that they are.

A name counts for one diarization alone, by the hash of its turns, and for one person, by a mark of what they are known
by: where the voices are told apart otherwise, the result is gone, or somebody else has the participant's id by now,
nobody has said whose they are. That a voice is of nobody on the list was heard in the sound itself, and holds until
somebody names the voices as they are now.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from pipeline.errors import UsageProblem, VersionConflict
from pipeline.records import Diarization, NamedTurn, NamedVoices, Session, Track, VoiceTurn
from pipeline.store import ledger
from pipeline.store.codec import key_of
from pipeline.store.database import reading
from pipeline.store.stage_cache import StageCache
from pipeline.store.tables.voices import voice_name

_KNOWN_BY = ":"
STAGE = "voices"
"""The kind of stage result, and of artefact, that a diarization is."""


class VoiceAct(StrEnum):
    """What a person says about a voice: who it is, that it is nobody on the list, or nothing any more.

    ``KEEP`` is no person's act: what was said of the same turns before still holds of them.
    """

    NAME = "name"
    UNLISTED = "unlisted"
    KEEP = "keep"
    UNDO = "undo"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceName:
    """What was said last about one cluster, and by whom; ``participant_id`` is empty for nobody on the list.

    ``known_by`` is a mark of what the participant was known by then: somebody else with that id has another.
    """

    cluster: int
    participant_id: str
    actor: str
    known_by: str = ""

    @property
    def whose(self) -> str:
        """The participant's id with the mark, as it is stored; empty for nobody on the list."""
        return f"{self.participant_id}{_KNOWN_BY}{self.known_by}" if self.participant_id else ""


def mixed_tracks(session: Session) -> tuple[Track, ...]:
    """The tracks in which voices are told apart: mixed sound, where nobody has a track of their own."""
    if any(track.participant_id is not None for track in session.tracks):
        return ()
    return tuple(track for track in session.tracks if not track.silent)


def stored(stages: StageCache, session: Session, tracks: Sequence[Track] | None = None) -> Diarization | None:
    """The diarization of some tracks of a session, by default of its mixed sound; None where there is none."""
    return stages.get(STAGE, _key(session, tracks), Diarization)


def put(stages: StageCache, session: Session, diarization: Diarization, tracks: Sequence[Track] | None = None) -> Path:
    """Keeps the diarization of some tracks of a session, by default of its mixed sound; gives its file."""
    return stages.put(STAGE, _key(session, tracks), diarization)


def mark_of(diarization: Diarization) -> str:
    """The hash that names of its clusters are kept under."""
    return key_of(diarization)


def record(
    db: Engine,
    session_id: str,
    mark: str,
    act: VoiceAct,
    name: VoiceName,
    *,
    reason: str,
    version: int | None = None,
) -> int:
    """Keeps what ``name.actor`` says about a cluster, and gives its number; an actor and a reason are needed.

    With ``version``, the number of the last act about the cluster that they saw, it is kept only where that still is
    the last: else it raises ``VersionConflict``. The same act sent again is kept once.
    """
    if not name.actor.strip() or not reason.strip():
        raise UsageProblem("naming a voice needs an actor and a reason", action="give both")
    row = _row(session_id, mark, act, name)
    with db.begin() as connection:
        if version is not None and (kept := _kept(connection, row, name.actor, version)) is not None:
            return kept
        return _append(connection, row, name.actor, reason)


def keep(db: Engine, session_id: str, names: Iterable[VoiceName], *, before: str, mark: str, reason: str) -> None:
    """Has names of the diarization ``before`` hold of that under ``mark`` too, all in one step.

    None where the last act is about another diarization than ``before``: it may say that somebody is not on the list.
    """
    with db.begin() as connection:
        if _last_named(connection, session_id) != before:
            return
        for name in names:
            _append(connection, _row(session_id, mark, VoiceAct.KEEP, name), name.actor, reason)


def _row(session_id: str, mark: str, act: VoiceAct, name: VoiceName) -> dict[str, object]:
    about = {"session_id": session_id, "diarization": mark, "cluster": name.cluster}
    return {**about, "act": act.value, "participant_id": name.whose}


def _append(connection: Connection, row: Mapping[str, object], actor: str, reason: str) -> int:
    at = datetime.now(UTC).isoformat()
    added = voice_name.insert().values(**row, actor=actor, reason=reason, acted_at=at)
    seq: int = connection.execute(added.returning(voice_name.c.seq)).scalar_one()
    said_by = hashlib.sha256(actor.encode()).hexdigest()[:12]
    ledger.append(connection, "voice name", f"{seq}", {**row, "actor": said_by})
    return seq


def _kept(connection: Connection, row: Mapping[str, object], actor: str, version: int) -> int | None:
    """The number of this very act where it is kept already; ``VersionConflict`` where another follows what was seen."""
    about = (voice_name.c[name] == row[name] for name in ("session_id", "diarization", "cluster"))
    query = select(voice_name).where(*about, voice_name.c.seq > version).order_by(voice_name.c.seq)
    later = connection.execute(query).all()
    if not later:
        return None
    first = later[0]
    if len(later) == 1 and (first.act, first.participant_id, first.actor) == (row["act"], row["participant_id"], actor):
        return int(first.seq)
    raise VersionConflict(later[-1].seq)


def versions(db: Engine, session_id: str, mark: str) -> Mapping[int, int]:
    """The number of the last act about each cluster of one diarization, taken back or not; none where nobody acted."""
    query = (
        select(voice_name.c.cluster, func.max(voice_name.c.seq).label("seq"))
        .where(voice_name.c.session_id == session_id, voice_name.c.diarization == mark)
        .group_by(voice_name.c.cluster)
    )
    with reading(db) as connection:
        return {row.cluster: row.seq for row in connection.execute(query)}


def names(db: Engine, session_id: str, mark: str, *, known_by: Mapping[str, str]) -> Mapping[int, VoiceName]:
    """What holds of the clusters of one diarization, by their numbers; none that nobody named.

    ``known_by`` are the marks of what participants are known by, by id: a name of somebody else holds no more.
    """
    return _of_the_same(latest_names(db, session_id, mark), known_by)


def latest_names(db: Engine, session_id: str, mark: str) -> Mapping[int, VoiceName]:
    """What was said last of the clusters of one diarization, by their numbers, of whoever had the ids then."""
    with reading(db) as connection:
        return _latest_names(connection, session_id, mark)


def heads(db: Engine) -> dict[str, str]:
    """By session the number of the last act about its voices."""
    query = select(voice_name.c.session_id, func.max(voice_name.c.seq).label("seq")).group_by(voice_name.c.session_id)
    with reading(db) as connection:
        return {row.session_id: str(row.seq) for row in connection.execute(query)}


def named_voices(
    connection: Connection, stages: StageCache, session: Session, *, known_by: Mapping[str, str]
) -> NamedVoices | None:
    """The voices of a session as people named them; None where nobody named one of the voices as they are now.

    Without turns where somebody heard a voice of nobody on the list, and nobody named any as they are now.
    """
    latest = _last_named(connection, session.session_id)
    if latest is None:
        return None
    diarization = stored(stages, session)
    mark = mark_of(diarization) if diarization else ""
    names_now = _of_the_same(_latest_names(connection, session.session_id, mark), known_by)
    named = with_names(diarization, names_now, session) if diarization else None
    named_otherwise = _latest_names(connection, session.session_id, latest) if latest != mark else {}
    if all(name.participant_id for name in named_otherwise.values()):
        return named
    return replace(named or NamedVoices(turns=(), overlaps=()), unlisted=True)


def with_names(diarization: Diarization, named: Mapping[int, VoiceName], session: Session) -> NamedVoices | None:
    """A diarization under names; one of somebody who is not in the session any more is none."""
    people = {person.participant_id for person in session.participants}
    who = {number: name.participant_id for number, name in named.items() if name.participant_id in people}
    unlisted = any(not name.participant_id for name in named.values())
    if not who and not unlisted:
        return None

    def under_names(turns: Sequence[VoiceTurn]) -> tuple[NamedTurn, ...]:
        return tuple(
            NamedTurn(start_s=each.start_s, end_s=each.end_s, participant_id=who.get(each.cluster)) for each in turns
        )

    return NamedVoices(
        turns=under_names(diarization.turns),
        overlaps=diarization.overlaps,
        unlisted=unlisted,
        doubtful=under_names(diarization.doubtful),
    )


def _last_named(connection: Connection, session_id: str) -> str | None:
    """The mark of the diarization that the last act about a session's voices is about."""
    latest = select(voice_name.c.diarization).where(voice_name.c.session_id == session_id)
    mark: str | None = connection.execute(latest.order_by(voice_name.c.seq.desc()).limit(1)).scalar()
    return mark


def _of_the_same(names: Mapping[int, VoiceName], known_by: Mapping[str, str]) -> Mapping[int, VoiceName]:
    """The names of people who are those that they were named as; also those of nobody on the list."""
    return {
        cluster: name
        for cluster, name in names.items()
        if not name.participant_id or known_by.get(name.participant_id) == name.known_by
    }


def _latest_names(connection: Connection, session_id: str, mark: str) -> Mapping[int, VoiceName]:
    query = (
        select(voice_name)
        .where(voice_name.c.session_id == session_id, voice_name.c.diarization == mark)
        .order_by(voice_name.c.seq)
    )
    current: dict[int, VoiceName] = {}
    for row in connection.execute(query):
        current.pop(row.cluster, None)
        if row.act != VoiceAct.UNDO:
            participant_id, _, mark_of_who = row.participant_id.partition(_KNOWN_BY)
            current[row.cluster] = VoiceName(
                cluster=row.cluster, participant_id=participant_id, actor=row.actor, known_by=mark_of_who
            )
    return current


def _key(session: Session, tracks: Sequence[Track] | None) -> str:
    return key_of(STAGE, session.session_id, mixed_tracks(session) if tracks is None else tuple(tracks))
