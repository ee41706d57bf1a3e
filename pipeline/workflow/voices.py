"""Who speaks in mixed sound: voices told apart, put to a person with clips, and named by them.

A name is a person's act with a reason, and until there is one a session is as it would be without any of this. Nobody's
voice is recognised: what voices are told apart by lives in memory while one session is worked on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline import consent, spans
from pipeline.consent.evaluation.explain import explain
from pipeline.consent.evaluation.participant_match import known_people
from pipeline.consent.log.identity import Keys
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.files import make_private, write_bytes
from pipeline.records import Diarization, Outcome, Session
from pipeline.records.speaker_turns import turns
from pipeline.review import decision_log
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry
from pipeline.store.voices import VoiceAct, VoiceName
from pipeline.workflow.listen_again import require_place_for_clips
from pipeline.workflow.retention.periods import cannot_be_made
from pipeline.workflow.voice_clips import clip_of_turns
from pipeline.workflow.voice_count import anybody_stays, diarized_tracks, not_to_be_heard, speaking

UNLISTED = "not on the list"
"""What a voice of nobody on the list is called in place of a participant's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceLine:
    """One voice: how long and how often it speaks, who it is as somebody said, and its clip; empty where nobody did.

    ``others_lost_s`` is how many seconds of what other voices say go too if its speaker is taken out.
    """

    cluster: int
    seconds: float
    turns: int
    participant: str
    named_by: str
    others_lost_s: float
    file: str


def list_voices(
    workspace: Workspace, session_id: str, *, now: datetime, clips: Path | None = None, actor: str = ""
) -> list[VoiceLine]:
    """The voices of a session's mixed sound, told apart now if they were not yet; with ``clips`` a WAV file for each.

    The ledger records first that ``actor`` listens. Where consent lets nobody hear one of the participants, a clip is
    as short as can be, and there is none of a voice that is theirs already. Raises ``UsageProblem`` where there is no
    mixed sound, ``RefusedByPolicy`` where nobody's sound may be used, ``ConfigurationError`` without the model.
    """
    session, diarized = _session_diarized(workspace, session_id, now=now)
    named = voice_names(workspace, session, diarized)
    files: Mapping[int, str] = {}
    if clips is not None:
        require_place_for_clips(workspace, clips)
        closed = not_to_be_heard(workspace, session, now=now)
        wanted = [each for each in diarized.clusters if not (each in named and named[each].participant_id in closed)]
        decision_log.note_listening(workspace.db, session_id, actor=actor, voice=0 if closed else None)
        files = _write_clips(workspace, session, diarized, wanted, clips, is_least=bool(closed))
    return [_line(session, diarized, named, cluster, files.get(cluster, "")) for cluster in diarized.clusters]


def participants_of(workspace: Workspace, session_id: str) -> list[str]:
    """The ids of everybody in a session, who is said to be silent last: a voice may be theirs all the same."""
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    return [person.participant_id for person in sorted(session.participants, key=lambda person: not person.spoke)]


def name_voice(
    workspace: Workspace,
    session_id: str,
    cluster: int,
    participant_id: str | None,
    *,
    actor: str,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> None:
    """Keeps who a voice is: a participant's id, or with None nobody on the list, which holds the session.

    Raises ``UsageProblem`` for a voice or participant that there is not; with ``version``, the number of the last act
    about it that they saw, ``VersionConflict`` where somebody was quicker.
    """
    session, diarized = _session_diarized(workspace, session_id, now=now)
    _require_cluster(diarized, cluster)
    if participant_id is not None and participant_id not in {each.participant_id for each in session.participants}:
        raise UsageProblem("the session has no such participant", action=f"see `offrecord consent show {session_id}`")
    act = VoiceAct.UNLISTED if participant_id is None else VoiceAct.NAME
    known_by = _known_people(workspace, session).get(participant_id or "", "")
    name = VoiceName(cluster=cluster, participant_id=participant_id or "", actor=actor, known_by=known_by)
    voices.record(workspace.db, session_id, voices.mark_of(diarized), act, name, reason=reason, version=version)


def unname_voice(
    workspace: Workspace,
    session_id: str,
    cluster: int,
    *,
    actor: str,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> None:
    """Takes back who a voice is; raises ``UsageProblem`` where nobody said it, with ``version`` as ``name_voice``."""
    session, diarized = _session_diarized(workspace, session_id, now=now)
    if cluster not in voice_names(workspace, session, diarized):
        raise UsageProblem("nobody named that voice", action=f"see `offrecord review voices {session_id}`")
    undone, mark = VoiceName(cluster=cluster, participant_id="", actor=actor), voices.mark_of(diarized)
    voices.record(workspace.db, session_id, mark, VoiceAct.UNDO, undone, reason=reason, version=version)


def lost_with(workspace: Workspace, session_id: str, cluster: int, participant_id: str, *, now: datetime) -> float:
    """How many seconds of others' speech go if a voice is this participant, whom consent takes out of the session.

    0 for somebody who stays throughout.
    """
    session, diarized = _session_diarized(workspace, session_id, now=now)
    _require_cluster(diarized, cluster)
    if not _is_taken_out(workspace, session, participant_id, now=now):
        return 0.0
    named = dict(voice_names(workspace, session, diarized))
    named[cluster] = VoiceName(cluster=cluster, participant_id=participant_id, actor="")
    return _others_lost_s(session, diarized, named, participant_id)


def voice_names(workspace: Workspace, session: Session, diarized: Diarization) -> Mapping[int, VoiceName]:
    """What holds of the voices of a session, by their numbers; none that nobody named, or that somebody else has."""
    known_by = _known_people(workspace, session)
    return voices.names(workspace.db, session.session_id, voices.mark_of(diarized), known_by=known_by)


def _known_people(workspace: Workspace, session: Session) -> Mapping[str, str]:
    return known_people(session, Keys(workspace.key("identity")))


def _session_diarized(workspace: Workspace, session_id: str, *, now: datetime) -> tuple[Session, Diarization]:
    session = session_in_mixed_sound(workspace, session_id, now=now)
    return session, diarized_tracks(workspace, session, voices.mixed_tracks(session), expected=speaking(session))


def session_in_mixed_sound(workspace: Workspace, session_id: str, *, now: datetime) -> Session:
    """A session whose voices somebody may listen to; raises as ``list_voices`` does."""
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    if not session.tracks or cannot_be_made(workspace, session_id):
        raise UsageProblem("the recording of this session is not kept any more", action="see `offrecord status`")
    if not voices.mixed_tracks(session):
        raise UsageProblem(
            "the session has no mixed sound beyond people's own tracks", action="there is no voice to name"
        )
    if not anybody_stays(workspace, session, now=now):
        raise RefusedByPolicy(
            "consent lets no sound of this session be used, so nobody may listen to it",
            action=f"see `offrecord consent show {session_id}`",
        )
    return session


def _require_cluster(diarized: Diarization, cluster: int) -> None:
    if cluster not in diarized.clusters:
        raise UsageProblem(f"there is no voice {cluster}", action=f"the voices are {_numbers(diarized.clusters)}")


def _numbers(clusters: Iterable[int]) -> str:
    return ", ".join(map(str, clusters)) or "none"


def _line(
    session: Session, diarized: Diarization, named: Mapping[int, VoiceName], cluster: int, file: str
) -> VoiceLine:
    own, name = diarized.of(cluster), named.get(cluster)
    who = name.participant_id if name and name.participant_id else f"voice {cluster}"
    alone = dict(named)
    alone.setdefault(cluster, VoiceName(cluster=cluster, participant_id=who, actor=""))
    return VoiceLine(
        cluster=cluster,
        seconds=round(spans.total(spans.times(own)), 1),
        turns=len(own),
        participant=(name.participant_id or UNLISTED) if name else "",
        named_by=name.actor if name else "",
        others_lost_s=_others_lost_s(session, diarized, alone, who),
        file=file,
    )


def _others_lost_s(
    session: Session, diarized: Diarization, named: Mapping[int, VoiceName], participant_id: str
) -> float:
    """Seconds of other voices' turns that are muted with a participant's, every voice without a name as a person."""
    people = {each.participant_id for each in session.participants} | {participant_id}
    who = {
        cluster: name.participant_id
        if (name := named.get(cluster)) and name.participant_id in people
        else f"voice {cluster}"
        for cluster in diarized.clusters
    }
    everybody = tuple(
        replace(session.participants[0], participant_id=person, shared_microphone=False)
        for person in dict.fromkeys((*people, *who.values()))
    )
    each = {cluster: VoiceName(cluster=cluster, participant_id=person, actor="") for cluster, person in who.items()}
    whole = replace(session, participants=everybody, captions=())
    gone = turns(replace(whole, voices=voices.with_names(diarized, each, whole)), participant_id) or ()
    others = [turn for turn in diarized.turns if who[turn.cluster] != participant_id]
    return round(spans.total(spans.intersect(spans.times(others), spans.times(gone))), 1)


def _is_taken_out(workspace: Workspace, session: Session, participant_id: str, *, now: datetime) -> bool:
    cells = explain(session, workspace=workspace, now=now)
    return any(cell.person == participant_id and cell.outcome != Outcome.PROCEED for cell in cells)


def _write_clips(
    workspace: Workspace,
    session: Session,
    diarized: Diarization,
    clusters: Iterable[int],
    folder: Path,
    *,
    is_least: bool,
) -> Mapping[int, str]:
    """A WAV file, 0600, for each of these voices; gives their names."""
    make_private(folder)
    files = {}
    for cluster in clusters:
        files[cluster] = f"voice-{cluster}.wav"
        clip = clip_of_turns(workspace, session, diarized.of(cluster), is_least=is_least)
        write_bytes(folder / files[cluster], clip)
    return files
