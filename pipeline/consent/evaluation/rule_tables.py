"""The decision: what one participant's consent allows for one use in one interval, as a pure and total function."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from pipeline.records import Outcome


class Use(StrEnum):
    """The class of the purpose that is asked about."""

    TRANSCRIBE = "transcribe"
    INTERNAL = "internal"
    PUBLIC = "public"
    SPECIAL = "special"


class Law(StrEnum):
    """The effective rule of the places involved, from open to strict."""

    NOTIFY = "notify"
    BY_NOTICE = "consent_by_notice"
    EXPRESS = "consent_express"
    UNKNOWN = "unknown"


class NoticeProof(StrEnum):
    """How surely a notice reached the person in this interval."""

    EVIDENCED = "evidenced"
    ASSERTED = "asserted"
    NONE = "none"


class State(StrEnum):
    """What a person's consent is at one moment."""

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    ABSENT = "absent"


class Identity(StrEnum):
    """How surely the participant is a person on file."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNMATCHED = "unmatched"


class Join(StrEnum):
    """When the participant came, and whether a notice met them."""

    ON_TIME = "on_time"
    LATE_OWN_NOTICE = "late_own_notice"
    LATE_NO_NOTICE = "late_no_notice"


class Speech(StrEnum):
    """Whether the participant was heard."""

    SILENT = "silent"
    SPOKE = "spoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that a decision depends on, and nothing else."""

    purpose: Use
    rule: Law
    notice: NoticeProof
    notice_names_purpose: bool
    consent_at_speech: State
    consent_now: State
    identity: Identity
    join: Join
    speech: Speech
    separable: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """An outcome with the id of the rule that gave it."""

    outcome: Outcome
    rule: str

    def modified(self, outcome: Outcome, mark: str) -> Answer:
        """The answer after a modifier closed it."""
        return Answer(outcome, self.rule + mark)


REFUSALS = frozenset({State.REFUSED, State.WITHDRAWN})
DOUBTS = frozenset({State.EXPIRED, State.UNKNOWN})


def decide(inputs: Inputs) -> Answer:
    """The more closed of the capture gate and the use gate; the use gate's rule where both are as closed."""
    effective = _effective(inputs)
    captured = _capture_modified(effective)
    used = _use_modified(effective)
    return captured if captured.outcome.restrictiveness > used.outcome.restrictiveness else used


def decide_capture(inputs: Inputs) -> Answer:
    """The capture gate alone: whether the interval may be kept and opened at all."""
    return _capture_modified(_effective(inputs))


def _effective(inputs: Inputs) -> Inputs:
    """The inputs with the fail-closed substitutions made."""
    effective = inputs
    if inputs.rule is Law.UNKNOWN:
        effective = replace(effective, rule=Law.EXPRESS)
    if inputs.join is Join.LATE_NO_NOTICE:
        effective = replace(effective, notice=NoticeProof.NONE)
    if inputs.identity is Identity.UNMATCHED:
        effective = replace(effective, consent_at_speech=State.ABSENT, consent_now=State.ABSENT)
    return effective


def _capture_modified(inputs: Inputs) -> Answer:
    answer = _capture(inputs)
    if inputs.identity is Identity.AMBIGUOUS and answer.outcome is Outcome.PROCEED:
        answer = answer.modified(Outcome.HOLD, "+I")
    if _cannot_remove(inputs, answer):
        answer = answer.modified(Outcome.HOLD, "+M")
    return answer


def _capture(inputs: Inputs) -> Answer:
    """The table of the capture gate."""
    if inputs.consent_at_speech is State.GIVEN:
        return Answer(Outcome.PROCEED, "C1")
    refused = inputs.consent_at_speech in REFUSALS
    if inputs.rule is Law.NOTIFY:
        return _capture_notify(inputs.notice, refused)
    sealed = Outcome.REFUSE if inputs.speech is Speech.SPOKE else Outcome.HOLD
    if inputs.rule is Law.BY_NOTICE:
        return _capture_by_notice(inputs.notice, refused, sealed)
    if refused:
        return Answer(sealed, "C10")
    return Answer(sealed, "C11") if inputs.notice is NoticeProof.NONE else Answer(Outcome.HOLD, "C12")


def _capture_notify(notice: NoticeProof, refused: bool) -> Answer:
    if notice is NoticeProof.NONE:
        return Answer(Outcome.HOLD, "C2")
    if refused:
        return Answer(Outcome.MINUS, "C3")
    return Answer(Outcome.PROCEED, "C4") if notice is NoticeProof.EVIDENCED else Answer(Outcome.HOLD, "C5")


def _capture_by_notice(notice: NoticeProof, refused: bool, sealed: Outcome) -> Answer:
    if refused:
        return Answer(sealed, "C6")
    if notice is NoticeProof.EVIDENCED:
        return Answer(Outcome.PROCEED, "C7")
    return Answer(Outcome.HOLD, "C8") if notice is NoticeProof.ASSERTED else Answer(sealed, "C9")


def _use_modified(inputs: Inputs) -> Answer:
    if inputs.purpose is Use.SPECIAL:
        return _special(inputs)
    answer = _use(inputs)
    unsure = inputs.identity is Identity.AMBIGUOUS and inputs.consent_now not in REFUSALS
    if unsure and answer.outcome.restrictiveness < Outcome.HOLD.restrictiveness:
        answer = answer.modified(Outcome.HOLD, "+I")
    if _cannot_remove(inputs, answer):
        answer = answer.modified(Outcome.REFUSE if inputs.purpose is Use.PUBLIC else Outcome.HOLD, "+M")
    return answer


def _special(inputs: Inputs) -> Answer:
    """Special purposes: a sure yes, or this person's data is refused; never held."""
    if inputs.consent_now is State.GIVEN and inputs.identity is Identity.MATCHED:
        return Answer(Outcome.PROCEED, "S1")
    return Answer(Outcome.REFUSE, "S2")


def _use(inputs: Inputs) -> Answer:
    """The table of the use gates, first match from the top."""
    if inputs.consent_now is State.GIVEN:
        return Answer(Outcome.PROCEED, "U1")
    if inputs.consent_now in REFUSALS:
        return Answer(Outcome.MINUS, "U2")
    if inputs.consent_now in DOUBTS:
        return Answer(Outcome.MINUS, "U3") if inputs.speech is Speech.SILENT else Answer(Outcome.HOLD, "U4")
    return _use_absent(inputs)


def _use_absent(inputs: Inputs) -> Answer:
    if inputs.purpose is Use.PUBLIC:
        sure = inputs.speech is Speech.SILENT and inputs.identity is Identity.MATCHED
        return Answer(Outcome.MINUS, "U5") if sure else Answer(Outcome.HOLD, "U6")
    if inputs.identity is Identity.UNMATCHED:
        return Answer(Outcome.MINUS, "U7")
    told = inputs.notice is NoticeProof.EVIDENCED and inputs.notice_names_purpose
    if told and inputs.rule in (Law.NOTIFY, Law.BY_NOTICE):
        return Answer(Outcome.PROCEED, "U8")
    return Answer(Outcome.MINUS, "U9")


def _cannot_remove(inputs: Inputs, answer: Answer) -> bool:
    """Whether the answer asks for a removal that this person's speech does not allow."""
    return answer.outcome is Outcome.MINUS and inputs.speech is Speech.SPOKE and not inputs.separable
