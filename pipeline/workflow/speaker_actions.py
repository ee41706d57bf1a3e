"""Who says the words of nobody known: the turns, a reviewer's assignment, and taking it back.

An assignment decides consent for the turn anew: it is as open as everything else of the participant who said it, and no
more. Turns are named by track and time, because their words may be recognised anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from pipeline import review
from pipeline.errors import UsageProblem
from pipeline.records import Word
from pipeline.review import finding_edits as log
from pipeline.review.finding_edits import EditAct, FindingEdit
from pipeline.review.speaker_edits import assignments, owner_now, was_there
from pipeline.store import Workspace
from pipeline.store.registry import Registry
from pipeline.workflow.review_edits import opened_again
from pipeline.workflow.review_material import ReviewSession, WithheldWords, open_review
from pipeline.workflow.review_views import turns_of_words
from pipeline.workflow.speaker_marks import people_marks

_AT = "@"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerTurn:
    """A turn of nobody known; ``speaker`` names it, ``participant`` is whom it was assigned to, empty for nobody.

    ``edit`` is the number of that assignment, ``version`` that of the last act about the turn; 0 for none.
    """

    speaker: str
    track_id: str
    start_s: float
    end_s: float
    words: int
    participant: str
    edit: int
    version: int


def speaker_turns(workspace: Workspace, opened: ReviewSession) -> tuple[SpeakerTurn, ...]:
    """The turns in which the recording does not say who speaks, in order of time."""
    session_id = opened.session.session_id
    current = assignments(review.edits(workspace.db, session_id))
    people = people_marks(workspace, opened.session)
    versions = log.versions(workspace.db, session_id)
    words = opened.material.transcript.words
    turns = []
    for turn in turns_of_words(words):
        own = words[turn.start : turn.stop]
        if own[0].participant_id is not None:
            continue
        speaker = name_of(own[0].track_id, own[0].start_s)
        number = max((number for number, edit in current.items() if _covers(edit, own[0])), default=0)
        turns.append(
            SpeakerTurn(
                speaker=speaker,
                track_id=own[0].track_id,
                start_s=own[0].start_s,
                end_s=own[-1].end_s,
                words=len(own),
                participant=owner_now(current[number], people) if number else "",
                edit=number,
                version=versions.get(log.mark_of(speaker), 0),
            )
        )
    return tuple(turns)


def name_of(track_id: str, start_s: float) -> str:
    """How a turn is called: ``t1@62.50`` is the one of track t1 that begins there."""
    return f"{track_id}{_AT}{start_s:.2f}"


def assign_speaker(
    workspace: Workspace,
    opened: ReviewSession,
    speaker: str,
    participant_id: str,
    *,
    actor: str,
    reason: str,
    now: datetime,
    version: int | None = None,
) -> ReviewSession:
    """Assigns one turn, or with a track's id all turns of nobody known on it, to a participant of the session.

    With ``version`` only where that is still the last act about the turn: else ``VersionConflict``. Raises
    ``UsageProblem`` for a turn or participant that there is not, or for one who was not in the call then;
    ``WithheldWords`` after it is stored where they may not be transcribed: the next run takes the words out.
    """
    if participant_id not in {person.participant_id for person in opened.session.participants}:
        raise UsageProblem("the session has no such participant", action="see `offrecord consent show`")
    turns = [turn for turn in speaker_turns(workspace, opened) if speaker in (turn.speaker, turn.track_id)]
    if not turns:
        raise UsageProblem(
            "the session has no such turn whose speaker is unknown", action="see `offrecord review speakers`"
        )
    for turn in turns:
        if not was_there(opened.ruling, participant_id, turn.start_s, turn.end_s):
            raise UsageProblem(
                f"{participant_id} was not in the call at {turn.start_s:.1f} s, so nobody knows what they allow",
                action="correct when they were there in session.toml, or assign somebody else",
            )
    known_by = tuple(sorted(people_marks(workspace, opened.session)[participant_id]))
    for turn in turns:
        edit = FindingEdit(
            act=EditAct.ASSIGN,
            target=turn.speaker,
            track_id=turn.track_id,
            start_s=turn.start_s,
            end_s=turn.end_s,
            participant_id=participant_id,
            known_by=known_by,
        )
        session_id = opened.session.session_id
        log.record(workspace.db, session_id, edit, actor=actor, reason=reason, version=version)
    return opened_again(workspace, opened, now)


def unassign_speaker(workspace: Workspace, session_id: str, speaker: str, *, actor: str, reason: str) -> int:
    """Takes back what was assigned, also to somebody who may not be transcribed; gives how many assignments."""
    current = assignments(review.edits(workspace.db, session_id))
    numbers = [number for number, edit in current.items() if speaker in (edit.target, edit.track_id)]
    if not numbers:
        raise UsageProblem("nothing of it is assigned", action="see `offrecord review speakers`")
    for number in numbers:
        undone = FindingEdit(act=EditAct.UNDO, target=str(number))
        log.record(workspace.db, session_id, undone, actor=actor, reason=reason)
    return len(numbers)


def assign_in_session(
    workspace: Workspace, session_id: str, speaker: str, participant_id: str, *, actor: str, reason: str, now: datetime
) -> None:
    """The same for a session that is not open yet; one that it closes opens again with the next run."""
    opened = open_review(workspace, session_id, now=now)
    with suppress(WithheldWords):
        assign_speaker(workspace, opened, speaker, participant_id, actor=actor, reason=reason, now=now)


def list_speakers(workspace: Workspace, session_id: str, *, now: datetime) -> tuple[SpeakerTurn, ...]:
    """The turns of nobody known in a session, and with no words those whose words are withheld."""
    assigned = assignments(review.edits(workspace.db, session_id))
    try:
        turns = speaker_turns(workspace, open_review(workspace, session_id, now=now))
    except WithheldWords:
        turns = ()
    shown = {turn.edit for turn in turns}
    people = people_marks(workspace, Registry(workspace.db).session(session_id))
    withheld = tuple(
        SpeakerTurn(
            speaker=edit.target,
            track_id=edit.track_id,
            start_s=edit.start_s,
            end_s=edit.end_s,
            words=0,
            participant=owner_now(edit, people),
            edit=number,
            version=number,
        )
        for number, edit in assigned.items()
        if number not in shown
    )
    return tuple(sorted((*turns, *withheld), key=lambda turn: (turn.start_s, turn.track_id)))


def _covers(edit: FindingEdit, word: Word) -> bool:
    return edit.track_id == word.track_id and edit.start_s < word.end_s and edit.end_s > word.start_s
