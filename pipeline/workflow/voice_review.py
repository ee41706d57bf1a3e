"""Voices of mixed sound as a page puts them to a person: a question, a clip, and an answer with its cost first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline import consent
from pipeline.errors import RefusedByPolicy, UsageProblem
from pipeline.records import Session
from pipeline.records.session_names import session_name
from pipeline.review import decision_log
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry
from pipeline.workflow.voice_clips import clip_of_turns
from pipeline.workflow.voice_count import diarized_before, not_to_be_heard
from pipeline.workflow.voices import (
    VoiceLine,
    list_voices,
    lost_with,
    name_voice,
    participants_of,
    session_in_mixed_sound,
    unname_voice,
    voice_names,
)


class CostUnconfirmed(UsageProblem):
    """Speech of others goes with a voice that is named so, and nobody confirmed how much."""

    def __init__(self, lost_s: float) -> None:
        super().__init__(
            f"{lost_s} s of what others say are removed with this voice", action="confirm it, or choose somebody else"
        )
        self.lost_s = lost_s

    def __reduce__(self) -> tuple[object, ...]:
        return (CostUnconfirmed, (self.lost_s,))


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerChoice:
    """Somebody whom a voice may be: an id, the role in the session, and the name where somebody asked for names."""

    participant_id: str
    role: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceListener:
    """Who says whose a voice is: by name, and what their roles let them do."""

    actor: str
    hears_originals: bool
    settles_consent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicesReview:
    """The voices of a session for a person who says whose they are.

    ``mark`` stands for the voices as they were told apart, ``versions`` has the number of the last act about each.
    ``closed`` are the ids of those whom consent lets nobody hear: then it takes somebody who settles consent to name a
    voice.
    """

    mark: str
    lines: tuple[VoiceLine, ...]
    versions: Mapping[int, int]
    choices: tuple[SpeakerChoice, ...]
    closed: frozenset[str]

    def may_name(self, listener: VoiceListener) -> bool:
        """Whether somebody's roles let them hear a sample of each voice, and so say whose it is."""
        return listener.settles_consent if self.closed else listener.hears_originals

    def may_play(self, line: VoiceLine, listener: VoiceListener) -> bool:
        """Whether there is a sample of a voice for somebody: none of one that is known as that of whom nobody hears."""
        return self.may_name(listener) and line.participant not in self.closed

    def line(self, cluster: int) -> VoiceLine | None:
        """The voice of this number; None where there is none."""
        return next((line for line in self.lines if line.cluster == cluster), None)

    def next_unnamed(self, skipped: int = 0) -> VoiceLine | None:
        """The first voice that nobody named, after the one that was skipped; None where each has a name."""
        unnamed = [line for line in self.lines if not line.participant]
        return next((line for line in unnamed if line.cluster > skipped), unnamed[0] if unnamed else None)


def held_with_voices(workspace: Workspace) -> dict[str, str]:
    """By id the names, for people, of held sessions in whose mixed sound somebody may name the voices."""
    registry = Registry(workspace.db)
    held = {session_id for session_id, state in registry.states().items() if state.result.status == "held"}
    sessions = map(registry.session, sorted(held))
    return {session.session_id: session_name(session) for session in sessions if voices.mixed_tracks(session)}


def voices_review(
    workspace: Workspace, session_id: str, *, now: datetime, names_to: str | None = None
) -> VoicesReview | None:
    """The voices of a session; None where they are not told apart yet. Raises as ``list_voices`` does.

    With ``names_to``, somebody whom the ledger records first, participants have their names.
    """
    session = session_in_mixed_sound(workspace, session_id, now=now)
    diarized = diarized_before(workspace, session, voices.mixed_tracks(session))
    if diarized is None:
        return None
    mark = voices.mark_of(diarized)
    return VoicesReview(
        mark=mark,
        lines=tuple(list_voices(workspace, session_id, now=now)),
        versions=voices.versions(workspace.db, session_id, mark),
        choices=_choices(workspace, session_id, names_to=names_to),
        closed=not_to_be_heard(workspace, session, now=now),
    )


def tell_apart(workspace: Workspace, session_id: str, *, now: datetime) -> None:
    """Tells the voices of a session apart now; raises as ``list_voices`` does."""
    list_voices(workspace, session_id, now=now)


def voice_clip(workspace: Workspace, session_id: str, cluster: int, *, listener: VoiceListener, now: datetime) -> bytes:
    """A WAV file of one voice, after the ledger records who listens; raises ``UsageProblem`` where there is none.

    Where consent lets nobody hear somebody in this sound, it is four words at three places, for who settles consent:
    without hearing her, nobody could take her out. Raises ``RefusedByPolicy`` for everybody else, and for a voice that
    is known as hers already.
    """
    session = session_in_mixed_sound(workspace, session_id, now=now)
    diarized = diarized_before(workspace, session, voices.mixed_tracks(session))
    if diarized is None or cluster not in diarized.clusters:
        raise UsageProblem("there is no such voice", action="load the page of voices again")
    closed = _require_listener(workspace, session, listener, now=now)
    name = voice_names(workspace, session, diarized).get(cluster)
    if name is not None and name.participant_id in closed:
        raise RefusedByPolicy(
            "this voice is known as that of somebody whom nobody may hear", action="undo its name first, if it is wrong"
        )
    sample = cluster if closed else None
    decision_log.note_listening(workspace.db, session_id, actor=listener.actor, voice=sample)
    return clip_of_turns(workspace, session, diarized.of(cluster), is_least=bool(closed))


def _require_listener(
    workspace: Workspace, session: Session, listener: VoiceListener, *, now: datetime
) -> frozenset[str]:
    """Whom consent lets nobody hear in a session; raises ``RefusedByPolicy`` for who may hear no voice of it then."""
    closed = not_to_be_heard(workspace, session, now=now)
    if closed and not listener.settles_consent:
        raise RefusedByPolicy(
            "consent lets nobody hear somebody in this sound",
            action="ask somebody who settles consent (dpo) to say whose the voices are",
        )
    if not closed and not listener.hears_originals:
        raise RefusedByPolicy(
            "your role hears no original sound", action="ask a reviewer or a lead to say whose the voices are"
        )
    return closed


def say_who(
    workspace: Workspace,
    session_id: str,
    cluster: int,
    participant_id: str | None,
    *,
    mark: str,
    version: int,
    confirmed_s: float | None,
    listener: VoiceListener,
    reason: str,
    now: datetime,
) -> None:
    """Keeps who a voice is, None for nobody on the list, against what its maker saw: the voices and the last act.

    Raises ``CostUnconfirmed`` where others' speech goes too and its seconds are not those that somebody confirmed,
    ``UsageProblem`` where the voices are others by now, ``RefusedByPolicy`` for who may not hear them, else as
    ``name_voice`` does.
    """
    _require_same(workspace, session_id, mark, listener, now=now)
    actor = listener.actor
    lost_s = lost_with(workspace, session_id, cluster, participant_id, now=now) if participant_id else 0.0
    if lost_s and confirmed_s != lost_s:
        raise CostUnconfirmed(lost_s)
    name_voice(workspace, session_id, cluster, participant_id, actor=actor, reason=reason, now=now, version=version)


def take_back(
    workspace: Workspace,
    session_id: str,
    cluster: int,
    *,
    mark: str,
    version: int,
    listener: VoiceListener,
    reason: str,
    now: datetime,
) -> None:
    """Takes back who a voice is, against what its maker saw; raises as ``say_who`` and ``unname_voice`` do."""
    _require_same(workspace, session_id, mark, listener, now=now)
    unname_voice(workspace, session_id, cluster, actor=listener.actor, reason=reason, now=now, version=version)


def _require_same(workspace: Workspace, session_id: str, mark: str, listener: VoiceListener, *, now: datetime) -> None:
    session = session_in_mixed_sound(workspace, session_id, now=now)
    _require_listener(workspace, session, listener, now=now)
    diarized = diarized_before(workspace, session, voices.mixed_tracks(session))
    if diarized is None or voices.mark_of(diarized) != mark:
        raise UsageProblem("the voices were told apart again meanwhile", action="listen to them again, then name them")


def _choices(workspace: Workspace, session_id: str, *, names_to: str | None) -> tuple[SpeakerChoice, ...]:
    if names_to is not None:
        decision_log.note_reveal(workspace.db, session_id, actor=names_to)
    session = consent.working_session(Registry(workspace.db).session(session_id), workspace=workspace)
    people = map(session.participant, participants_of(workspace, session_id))
    return tuple(
        SpeakerChoice(
            participant_id=person.participant_id,
            role=person.role.value,
            name=person.name if names_to is not None else "",
        )
        for person in people
    )
