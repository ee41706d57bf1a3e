"""What holds a whole session until a person listened: what somebody said of the recording, and its language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.records import ConsentCue, ConsentCueKind, Decision, Held, Pending, ReviewHold, Verdict
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
        at = f"{int(cue.start_s) // 3600}:{int(cue.start_s) // 60 % 60:02}:{int(cue.start_s) % 60:02}"
        track = f" on track {cue.track_id}" if cue.track_id else ""
        hold_id, where, look = f"{name}-{at.replace(':', '-')}", f"at {at}{track}", "listen there"
    return ReviewHold(
        hold_id=hold_id, reason=f"{reason} {where}", action=f"{look}; {_ACTIONS[cue.kind]}", pending=False
    )


def decision_id(session_id: str, hold: ReviewHold) -> str:
    """Under which id a decision about a hold is stored."""
    return proposal_id(session_id, f"hold:{hold.hold_id}")


def standing_holds(session_id: str, holds: Iterable[ReviewHold], decisions: Sequence[Decision]) -> list[ReviewHold]:
    """The holds that nobody lifted; the latest decision counts."""
    verdicts = {decision.proposal_id: decision.verdict for decision in decisions}
    return [hold for hold in holds if verdicts.get(decision_id(session_id, hold)) is not Verdict.KEEP]


def hold_stop(session_id: str, standing: Sequence[ReviewHold]) -> Held | Pending | None:
    """What stops a session with these holds, consent before language; None where there are none."""
    if not standing:
        return None
    first = min(standing, key=lambda hold: hold.pending)
    more = f", and {len(standing) - 1} more" if len(standing) > 1 else ""
    lift = f"or, if it is nothing, `offrecord review lift {session_id} {first.hold_id} --by NAME --reason WHY`"
    kind = Pending if first.pending else Held
    return kind(reason=f"{first.reason}{more}", action=f"{first.action}, {lift}")
