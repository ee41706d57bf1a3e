"""What holds a whole session until a person listened: what somebody said of the recording, and its language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.lexicon.counted import counted
from pipeline.records import ConsentCue, ConsentCueKind, Decision, Held, Pending, ReviewHold, Verdict
from pipeline.records.speaker_turns import SpeakerDispute
from pipeline.review.propose import proposal_id

_NAMES = {ConsentCueKind.STOP_RECORDING: "objection", ConsentCueKind.MINOR: "minor"}
_REASONS = {
    ConsentCueKind.STOP_RECORDING: "somebody may object to the recording",
    ConsentCueKind.MINOR: "somebody may be a minor",
}
# A yes that was taken back holds from when it was said, whoever files it: consent-rules for withdrawals, and M2 for
# minors, whom only a guardian's yes lets in.
_ACTIONS = {
    ConsentCueKind.STOP_RECORDING: "file what was meant with `offrecord consent withdraw`",
    ConsentCueKind.MINOR: "say who it is with minor = true in session.toml",
}


def language_hold(stop: Pending, language: str) -> ReviewHold:
    """The hold of a session in a language in which names cannot be found."""
    return ReviewHold(hold_id=f"language-{language}", reason=stop.reason, action=stop.action, pending=True)


def cue_hold(cue: ConsentCue) -> ReviewHold:
    """The hold of one place where somebody speaks of the recording or of their age."""
    name, reason = _NAMES[cue.kind], _REASONS[cue.kind]
    if cue.chat_line is not None:
        hold_id, where, look = f"{name}-chat-{cue.chat_line + 1}", f"in line {cue.chat_line + 1} of the chat", "read it"
    else:
        at = _clock(cue.start_s)
        track = f" on track {cue.track_id}" if cue.track_id else ""
        hold_id, where, look = f"{name}-{at.replace(':', '-')}", f"at {at}{track}", "listen there"
    return ReviewHold(
        hold_id=hold_id, reason=f"{reason} {where}", action=f"{look}; {_ACTIONS[cue.kind]}", pending=False
    )


def speaker_questions(disputes: Iterable[SpeakerDispute]) -> Iterator[ReviewHold]:
    """A question for each two people of whom captions name one and a named voice is the other's; by their ids alone.

    It stops nothing: until it is answered nobody counts as the speaker there, and what either's answer closes is.
    """
    pairs: dict[tuple[str, str], list[SpeakerDispute]] = {}
    for dispute in disputes:
        pairs.setdefault((dispute.captioned, dispute.heard), []).append(dispute)
    for (captioned, heard), places in pairs.items():
        seconds = sum(place.end_s - place.start_s for place in places)
        where = f"for {seconds:.0f} s in {counted(len(places), 'place')}, first at {_clock(places[0].start_s)}"
        yield ReviewHold(
            hold_id=f"speakers-{captioned}-{heard}",
            reason=f"captions name {captioned} where the voice is that of {heard}, {where}; both answers hold there",
            action="listen there; where a voice has a wrong name, correct it with `offrecord review name-voice`",
            pending=False,
            is_question=True,
        )


def _clock(at_s: float) -> str:
    return f"{int(at_s) // 3600}:{int(at_s) // 60 % 60:02}:{int(at_s) % 60:02}"


def decision_id(session_id: str, hold: ReviewHold) -> str:
    """Under which id a decision about a hold is stored."""
    return proposal_id(session_id, f"hold:{hold.hold_id}")


def standing_holds(session_id: str, holds: Iterable[ReviewHold], decisions: Sequence[Decision]) -> list[ReviewHold]:
    """The holds that nobody lifted; the latest decision counts."""
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    return [hold for hold in holds if verdicts.get(decision_id(session_id, hold)) is not Verdict.KEEP]


def hold_stop(session_id: str, standing: Sequence[ReviewHold]) -> Held | Pending | None:
    """What stops a session with these holds, consent before language; None where there are none but questions."""
    stopping = [hold for hold in standing if not hold.is_question]
    if not stopping:
        return None
    first = min(stopping, key=lambda hold: hold.pending)
    more = f", and {len(stopping) - 1} more" if len(stopping) > 1 else ""
    lift = f"or, if it is nothing, `offrecord review lift {session_id} {first.hold_id} --by NAME --reason WHY`"
    kind = Pending if first.pending else Held
    return kind(reason=f"{first.reason}{more}", action=f"{first.action}, {lift}")
