"""What host and files claim about participants: it may close, and opens only where evidence agrees.

A claim is ``speaks = false``, ``role = "bot"`` or a complete list of participants. Evidence is an own track in which
nothing is to be heard, or captions of the whole session that never name the person.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pipeline.consent.evaluation import notetakers
from pipeline.records import Cue, ListAuthority, Participant, Provenance, Role, Session

UNKNOWN_ID = "unknown"
"""The participant id of whoever else may speak where nobody vouches for the list."""
LONGEST_GAP_S = 60.0
"""How long a stretch without a caption may be for captions to cover the whole session.

Zoom and Teams caption pauses of thought with nothing; a minute is the grace that lists of participants have at their
edges too (``ingest``). Longer, and somebody may have spoken who was not captioned.
"""


def effective_session(session: Session, *, erased: Collection[str] = ()) -> Session:
    """The session as it is decided and worked: whoever is not proved silent counts as having spoken.

    Of whom was ``erased`` nothing is left but what the record says, so that holds.
    """
    people = tuple(
        person
        if person.spoke or person.participant_id in erased or proved_silent(session, person)
        else replace(person, spoke=True)
        for person in session.participants
    )
    return session if people == session.participants else replace(session, participants=people)


def with_unknown_speaker(session: Session) -> Session:
    """The session with a participant for whoever else may speak in it (rule L1).

    That is where nobody vouches for the list, or where somebody heard a voice of nobody on it.
    """
    if list_is_complete(session) and not (session.voices and session.voices.unlisted):
        return session
    unknown = Participant(participant_id=UNKNOWN_ID, name="", provenance=Provenance.UNKNOWN)
    return replace(session, participants=(*session.participants, unknown))


def list_is_complete(session: Session) -> bool:
    """Whether everybody who may be heard is listed: each on an own track, by the platform, or on the host's word."""
    return session.list_authority is not ListAuthority.NOBODY or not _has_mixed_sound(session)


def proved_silent(session: Session, person: Participant) -> bool:
    """Whether the recording itself shows that somebody says nothing in it."""
    own = [track for track in session.tracks if track.participant_id == person.participant_id]
    if any(not track.silent for track in own) or _is_named_voice(session, person.participant_id):
        return False
    return not _has_mixed_sound(session) or _captions_exclude(session, person.participant_id)


def claimed_bot(session: Session, person: Participant) -> bool:
    """Whether a role, or the name of a known note-taker, says that somebody is a bot."""
    return person.role is Role.BOT or _is_notetaker(session, person)


def shown_bot(session: Session, person: Participant, *, on_file: bool) -> bool:
    """Rule M3: whether somebody is a bot for sure: nobody on file may be them, and they do not speak.

    Mixed sound without captions cannot tell; there only the name of a known note-taker is evidence.
    """
    if on_file or not claimed_bot(session, person):
        return False
    own = [track for track in session.tracks if track.participant_id == person.participant_id]
    return all(track.silent for track in own) and (_is_notetaker(session, person) or proved_silent(session, person))


def _is_notetaker(session: Session, person: Participant) -> bool:
    return notetakers.is_notetaker((person.name, *person.aliases), person.email, platform=session.platform)


def _has_mixed_sound(session: Session) -> bool:
    return any(track.participant_id is None and not track.silent for track in session.tracks)


def _is_named_voice(session: Session, participant_id: str) -> bool:
    """Whether somebody heard a voice of the session's sound and said that it is theirs."""
    return session.voices is not None and any(turn.participant_id == participant_id for turn in session.voices.turns)


def _captions_exclude(session: Session, participant_id: str) -> bool:
    """Whether captions cover the whole session, each with its speaker, and none is this participant's."""
    named = {cue.participant_id for cue in session.captions}
    return bool(named) and None not in named and participant_id not in named and _is_whole(session)


def _is_whole(session: Session) -> bool:
    """Whether no stretch of the session longer than ``LONGEST_GAP_S`` is without a caption."""
    return all(start_s - end_s <= LONGEST_GAP_S for end_s, start_s in _gaps(session.captions, session.duration_s))


def _gaps(captions: Sequence[Cue], duration_s: float) -> Sequence[tuple[float, float]]:
    """Where each stretch without captions begins and ends."""
    ends, reached_s = [0.0], 0.0
    starts = []
    for cue in sorted(captions, key=lambda cue: cue.start_s):
        starts.append(cue.start_s)
        reached_s = max(reached_s, cue.end_s)
        ends.append(reached_s)
    return list(zip(ends, [*starts, duration_s], strict=True))
