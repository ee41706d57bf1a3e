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


class ConsentStatus(StrEnum):
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
    consent_at_speech: ConsentStatus
    consent_now: ConsentStatus
    identity: Identity
    join: Join
    speech: Speech
    separable: bool


@dataclass(frozen=True, slots=True)
class RuleResult:
    """An outcome with the id of the rule that gave it."""

    outcome: Outcome
    rule: str

    def modified(self, outcome: Outcome, mark: str) -> RuleResult:
        """The answer after a modifier closed it."""
        return RuleResult(outcome, self.rule + mark)


REFUSALS = frozenset({ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN})
DOUBTS = frozenset({ConsentStatus.EXPIRED, ConsentStatus.UNKNOWN})


def decide(inputs: Inputs) -> RuleResult:
    """The more restrictive of the capture gate and the use gate; the use gate's rule where both are equal."""
    effective = _effective(inputs)
    captured = _capture_modified(effective)
    used = _use_modified(effective)
    return captured if captured.outcome.restrictiveness > used.outcome.restrictiveness else used


def decide_capture(inputs: Inputs) -> RuleResult:
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
        effective = replace(effective, consent_at_speech=ConsentStatus.ABSENT, consent_now=ConsentStatus.ABSENT)
    return effective


def _capture_modified(inputs: Inputs) -> RuleResult:
    answer = _capture(inputs)
    if inputs.identity is Identity.AMBIGUOUS and answer.outcome is Outcome.PROCEED:
        answer = answer.modified(Outcome.HOLD, "+I")
    if _cannot_remove(inputs, answer):
        answer = answer.modified(Outcome.HOLD, "+M")
    return answer


def _capture(inputs: Inputs) -> RuleResult:
    """The table of the capture gate."""
    if inputs.consent_at_speech is ConsentStatus.GIVEN:
        return RuleResult(Outcome.PROCEED, "C1")
    refused = inputs.consent_at_speech in REFUSALS
    if inputs.rule is Law.NOTIFY:
        return _capture_notify(inputs.notice, refused)
    sealed = Outcome.REFUSE if inputs.speech is Speech.SPOKE else Outcome.HOLD
    if inputs.rule is Law.BY_NOTICE:
        return _capture_by_notice(inputs.notice, refused, sealed)
    if refused:
        return RuleResult(sealed, "C10")
    return RuleResult(sealed, "C11") if inputs.notice is NoticeProof.NONE else RuleResult(Outcome.HOLD, "C12")


def _capture_notify(notice: NoticeProof, refused: bool) -> RuleResult:
    if notice is NoticeProof.NONE:
        return RuleResult(Outcome.HOLD, "C2")
    if refused:
        return RuleResult(Outcome.MINUS, "C3")
    return RuleResult(Outcome.PROCEED, "C4") if notice is NoticeProof.EVIDENCED else RuleResult(Outcome.HOLD, "C5")


def _capture_by_notice(notice: NoticeProof, refused: bool, sealed: Outcome) -> RuleResult:
    if refused:
        return RuleResult(sealed, "C6")
    if notice is NoticeProof.EVIDENCED:
        return RuleResult(Outcome.PROCEED, "C7")
    return RuleResult(Outcome.HOLD, "C8") if notice is NoticeProof.ASSERTED else RuleResult(sealed, "C9")


def _use_modified(inputs: Inputs) -> RuleResult:
    if inputs.purpose is Use.SPECIAL:
        return _special(inputs)
    answer = _use(inputs)
    unsure = inputs.identity is Identity.AMBIGUOUS and inputs.consent_now not in REFUSALS
    if unsure and answer.outcome.restrictiveness < Outcome.HOLD.restrictiveness:
        answer = answer.modified(Outcome.HOLD, "+I")
    if _cannot_remove(inputs, answer):
        answer = answer.modified(Outcome.REFUSE if inputs.purpose is Use.PUBLIC else Outcome.HOLD, "+M")
    return answer


def _special(inputs: Inputs) -> RuleResult:
    """Special purposes: a sure yes, or this person's data is refused; never held."""
    if inputs.consent_now is ConsentStatus.GIVEN and inputs.identity is Identity.MATCHED:
        return RuleResult(Outcome.PROCEED, "S1")
    return RuleResult(Outcome.REFUSE, "S2")


def _use(inputs: Inputs) -> RuleResult:
    """The table of the use gates, first match from the top."""
    if inputs.consent_now is ConsentStatus.GIVEN:
        return RuleResult(Outcome.PROCEED, "U1")
    if inputs.consent_now in REFUSALS:
        return RuleResult(Outcome.MINUS, "U2")
    if inputs.consent_now in DOUBTS:
        return RuleResult(Outcome.MINUS, "U3") if inputs.speech is Speech.SILENT else RuleResult(Outcome.HOLD, "U4")
    return _use_absent(inputs)


def _use_absent(inputs: Inputs) -> RuleResult:
    if inputs.purpose is Use.PUBLIC:
        sure = inputs.speech is Speech.SILENT and inputs.identity is Identity.MATCHED
        return RuleResult(Outcome.MINUS, "U5") if sure else RuleResult(Outcome.HOLD, "U6")
    if inputs.identity is Identity.UNMATCHED:
        return RuleResult(Outcome.MINUS, "U7")
    notified = inputs.notice is NoticeProof.EVIDENCED and inputs.notice_names_purpose
    if notified and inputs.rule in (Law.NOTIFY, Law.BY_NOTICE):
        return RuleResult(Outcome.PROCEED, "U8")
    return RuleResult(Outcome.MINUS, "U9")


def _cannot_remove(inputs: Inputs, answer: RuleResult) -> bool:
    """Whether the answer asks for a removal that this person's speech does not allow."""
    return answer.outcome is Outcome.MINUS and inputs.speech is Speech.SPOKE and not inputs.separable
