"""How many voices are heard in a session's sound: told apart once, counted, and a question where they are too many.

A count never clears anything: fewer voices than people say nothing, more are asked about in the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from pipeline import consent, diarization, media, models, spans, speech
from pipeline.consent.evaluation.explain import explain
from pipeline.errors import UsageProblem
from pipeline.records import Diarization, Outcome, Purpose, Ruling, Session, Stop, Track
from pipeline.store import Workspace, voices
from pipeline.workflow.kept_voice_names import keep_names

LONGEST_S = 4 * 3600.0
"""How much sound is told apart at once: 4 hours take 1.5 GB."""
SECOND_VOICE_S = 6.0
"""How much another voice must speak on somebody's own track to be asked about.

From 6 s on every second voice was noticed, with no false alarm in 44 tracks; of 3 s only two thirds were.
"""
_Samples = NDArray[np.float32]


def is_available() -> bool:
    """Whether the model that tells voices apart is on this machine."""
    return models.folder(models.find(diarization.MODEL)).is_dir()


def count_voices(workspace: Workspace, session: Session, ruling: Ruling | Stop, *, now: datetime) -> None:
    """Tells the voices of a session apart, where settings ask for it and the model is here, for ``voice_questions``.

    Own tracks are listened to only where ``ruling`` lets all of them be transcribed, mixed sound only where it lets
    anybody's.
    """
    if not workspace.settings.run.count_voices or not is_available() or session.duration_s > LONGEST_S:
        return
    if (mixed := voices.mixed_tracks(session)) and anybody_stays(workspace, session, now=now):
        diarized_tracks(workspace, session, mixed, expected=speaking(session))
    for track in _audible_own(session, ruling) if isinstance(ruling, Ruling) else ():
        diarized_tracks(workspace, session, (track,), expected=1)


def voice_questions(workspace: Workspace, sessions: Iterable[Session]) -> Iterator[str]:
    """A line for the report on each session with more voices than people, by ids alone."""
    for session in sessions:
        look = f"see `offrecord review voices {session.session_id}`"
        mixed = voices.stored(workspace.stages, session) if voices.mixed_tracks(session) else None
        if mixed is not None and len(mixed.clusters) > speaking(session):
            heard = f"{len(mixed.clusters)} voices are heard in its mixed sound"
            yield f"{session.session_id}: {heard}, and {speaking(session)} people may speak: who else does? {look}"
        for track in session.tracks:
            own = voices.stored(workspace.stages, session, (track,)) if track.participant_id else None
            second_s = _second_voice_s(own) if own else 0.0
            if second_s >= SECOND_VOICE_S:
                whose = f"the track of {track.participant_id}"
                yield (
                    f"{session.session_id}: another voice is heard on {whose} for {second_s:.0f} s: if several people "
                    "are at that microphone, say shared_microphone = true there in session.toml"
                )


def diarized_before(workspace: Workspace, session: Session, tracks: Sequence[Track]) -> Diarization | None:
    """The voices of some tracks where this version told them apart already; None where it did not."""
    diarized = voices.stored(workspace.stages, session, tracks)
    return diarized if diarized is not None and diarized.version == diarization.VERSION else None


def diarized_tracks(workspace: Workspace, session: Session, tracks: Sequence[Track], *, expected: int) -> Diarization:
    """The voices of some tracks together, told apart now if they were not yet; everybody may be a part of the turns.

    Raises ``UsageProblem`` for more sound than is told apart at once, ``ConfigurationError`` without the model.
    """
    before = voices.stored(workspace.stages, session, tracks)
    if before is not None and before.version == diarization.VERSION:
        return before
    if session.duration_s > LONGEST_S:
        raise UsageProblem("the recording is longer than four hours", action="cut the recording into parts")
    networks = diarization.load_models()
    diarized = diarization.diarize(together(workspace, session, tracks), networks, expected=expected)
    if before is not None:  # before its turns are gone, so that a kill in between loses no answer
        keep_names(workspace, session.session_id, before, diarized)
    workspace.artefacts.note(
        voices.STAGE,
        voices.put(workspace.stages, session, diarized, tracks),
        session_id=session.session_id,
        contributors={person.participant_id: ["speech"] for person in session.participants},
        log_head=consent.log_head(workspace),
        digest=voices.mark_of(diarized),
    )
    return diarized


def together(workspace: Workspace, session: Session, tracks: Iterable[Track]) -> _Samples:
    """The sound of some tracks in one, mono at 16 kHz, on the session's clock."""
    mixed = np.zeros(round(session.duration_s * diarization.RATE), np.float32)
    for track in tracks:
        at = round(track.offset_s * diarization.RATE)
        path = workspace.vault.path(track.digest)
        for block in media.decode(path, stream=track.stream, rate=diarization.RATE, channels=1):
            part = block.reshape(-1)[max(0, -at) :]
            first = max(0, at)
            mixed[first : first + len(part)] += part[: max(0, len(mixed) - first)]
            at += len(block)
    return mixed


def speaking(session: Session) -> int:
    """How many people of a session may be heard in it."""
    return sum(person.spoke for person in session.participants)


def anybody_stays(workspace: Workspace, session: Session, *, now: datetime) -> bool:
    """Whether consent lets anybody be recorded and transcribed, so that somebody is to be diarized from the others."""
    closed = not_to_be_heard(workspace, session, now=now)
    return any(person.participant_id not in closed for person in session.participants)


def not_to_be_heard(workspace: Workspace, session: Session, *, now: datetime) -> frozenset[str]:
    """The ids of the participants whom consent lets nobody record or transcribe, in a part of the session or in all."""
    needed = (Purpose.RECORD, Purpose.TRANSCRIBE)
    return frozenset(
        cell.person
        for cell in explain(session, workspace=workspace, now=now)
        if cell.purpose in needed and cell.outcome != Outcome.PROCEED
    )


def _audible_own(session: Session, ruling: Ruling) -> list[Track]:
    shut = dict(speech.closed(session, ruling))
    return [
        track
        for track in session.tracks
        if track.participant_id is not None and not track.silent and not shut.get(track.track_id)
    ]


def _second_voice_s(diarized: Diarization) -> float:
    """How long the voice speaks that is heard most after the track's own."""
    lengths = sorted(spans.total(spans.times(diarized.of(cluster))) for cluster in diarized.clusters)
    return float(lengths[-2]) if len(lengths) > 1 else 0.0
