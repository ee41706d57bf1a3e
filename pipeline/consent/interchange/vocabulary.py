"""What purposes and states are called in plain words, in DPV 2.3, and in the attachments of vCons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.consent.evaluation.rule_tables import ConsentStatus
from pipeline.consent.log.events import EventState
from pipeline.records import Purpose

_VOICE, _NAME, _EMAIL, _OPINION = "pd:VoiceCommunicationRecording", "pd:Name", "pd:EmailAddressWork", "pd:Opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeTerms:
    """One purpose elsewhere; ``duration`` is an ISO 8601 duration, or the event that ends a yes."""

    plain: str
    purpose: str
    processing: tuple[str, ...]
    data: tuple[str, ...]
    duration: str
    vcon: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()


PURPOSES: Mapping[Purpose, PurposeTerms] = {
    Purpose.RECORD: PurposeTerms(
        plain="recording the session and keeping the recording",
        purpose="dpv:CustomerCare",
        processing=("dpv:Record", "dpv:Collect", "dpv:Store"),
        data=(_VOICE, _NAME, _EMAIL),
        duration="end of scope",
        vcon=("recording", "storage"),
    ),
    Purpose.TRANSCRIBE: PurposeTerms(
        plain="a transcript made by a machine, needed to take confidential things out",
        purpose="dpv:CustomerCare",
        processing=("oh:Transcribe", "dpv:Transform", "dpv:Derive"),
        data=(_VOICE, _NAME),
        duration="end of scope",
        vcon=("transcription",),
    ),
    Purpose.INTERNAL_IMPROVE: PurposeTerms(
        plain="finding feature requests in it, to improve the product",
        purpose="dpv:ImproveExistingProductsAndServices",
        processing=("dpv:Analyse", "dpv:Derive", "dpv:Infer"),
        data=(_VOICE, _OPINION),
        duration="P1Y",
        vcon=("analysis",),
        conditions=("internal-improvement-only",),
    ),
    Purpose.INTERNAL_SHARE: PurposeTerms(
        plain="showing redacted notes and clips to other teams inside the company",
        purpose="dpv:ImproveExistingProductsAndServices",
        processing=("dpv:Share",),
        data=(_VOICE, _OPINION),
        duration="P1Y",
        vcon=("sharing",),
        conditions=("x-oh:internal_share",),
    ),
    Purpose.FOLLOWUP_CONTACT: PurposeTerms(
        plain="contacting you about what you asked for",
        purpose="dpv:CommunicationForCustomerCare",
        processing=("dpv:Use",),
        data=(_NAME, _EMAIL),
        duration="P1Y",
    ),
    Purpose.PUBLIC_RECORDING: PurposeTerms(
        plain="publishing the redacted recording and transcript",
        purpose="dpv:PublicRelations",
        processing=("dpv:MakeAvailable", "dpv:Disclose"),
        data=(_VOICE,),
        duration="withdrawal",
        vcon=("sharing",),
        conditions=("x-oh:public_recording",),
    ),
    Purpose.PUBLIC_QUOTE: PurposeTerms(
        plain="quoting you in public",
        purpose="dpv:PublicRelations",
        processing=("dpv:Disclose",),
        data=(_NAME, _OPINION),
        duration="withdrawal",
        vcon=("sharing",),
        conditions=("x-oh:public_quote",),
    ),
    Purpose.CODE_PUBLISH: PurposeTerms(
        plain="publishing code written in the session, which only your organisation can allow",
        purpose="oh:PublishSample",
        processing=("dpv:MakeAvailable",),
        data=("dpv:IntellectualPropertyData", "dpv:CommerciallyConfidentialData"),
        duration="withdrawal",
    ),
    Purpose.ML_TRAINING: PurposeTerms(
        plain="training models",
        purpose="dpv:ResearchAndDevelopment",
        processing=("oh:Train",),
        data=(_VOICE,),
        duration="withdrawal",
    ),
    Purpose.VOICEPRINT: PurposeTerms(
        plain="recognising your voice across sessions",
        purpose="oh:SpeakerRecognition",
        processing=("dpv:Match", "dpv:Profiling"),
        data=(_VOICE,),
        duration="withdrawal",
    ),
}

EVENTS: Mapping[EventState, str] = {
    EventState.GIVEN: "dpv:ConsentGiven",
    EventState.REFUSED: "dpv:ConsentRefused",
    EventState.WITHDRAWN: "dpv:ConsentWithdrawn",
    EventState.REVOKED: "dpv:ConsentRevoked",
    EventState.INVALIDATED: "dpv:ConsentInvalidated",
    EventState.UNKNOWN: "dpv:ConsentUnknown",
    EventState.REQUESTED: "dpv:ConsentRequested",
}
STATES: Mapping[ConsentStatus, tuple[str, ...]] = {
    ConsentStatus.GIVEN: ("dpv:ConsentGiven",),
    ConsentStatus.REFUSED: ("dpv:ConsentRefused",),
    ConsentStatus.WITHDRAWN: ("dpv:ConsentWithdrawn",),
    ConsentStatus.EXPIRED: ("dpv:ConsentExpired",),
    ConsentStatus.UNKNOWN: ("dpv:ConsentUnknown",),
    ConsentStatus.ABSENT: ("dpv:ConsentUnknown", "oh:absent"),
}
WORDS: Mapping[ConsentStatus, str] = {
    ConsentStatus.GIVEN: "You said yes",
    ConsentStatus.REFUSED: "You said no",
    ConsentStatus.WITHDRAWN: "You withdrew your yes",
    ConsentStatus.EXPIRED: "Your yes has run out",
    ConsentStatus.UNKNOWN: "Your answer could not be read; it counts as no yes",
    ConsentStatus.ABSENT: "You never answered; that is not a yes",
}
METHODS: Mapping[str, str] = {
    "form": "web form",
    "staff_entry": "entered by staff for the person",
    "vcon": "claimed in somebody else's vCon",
}
