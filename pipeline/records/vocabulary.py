"""The closed vocabularies: purposes, outcomes, roles and audiences."""

from __future__ import annotations

from enum import StrEnum


class Purpose(StrEnum):
    """What a recording may be used for: the closed vocabulary of consent."""

    RECORD = "record"
    TRANSCRIBE = "transcribe"
    INTERNAL_IMPROVE = "internal_improve"
    INTERNAL_SHARE = "internal_share"
    FOLLOWUP_CONTACT = "followup_contact"
    PUBLIC_RECORDING = "public_recording"
    PUBLIC_QUOTE = "public_quote"
    CODE_PUBLISH = "code_publish"
    ML_TRAINING = "ml_training"
    VOICEPRINT = "voiceprint"


class Outcome(StrEnum):
    """What consent allows, from open to closed."""

    PROCEED = "proceed"
    MINUS = "minus"
    HOLD = "hold"
    REFUSE = "refuse"

    @property
    def restrictiveness(self) -> int:
        """0 for the most open outcome, 3 for the most closed."""
        return list(Outcome).index(self)


class Role(StrEnum):
    """What somebody is to the team."""

    CUSTOMER = "customer"
    STAFF = "staff"
    PARTNER = "partner"
    BOT = "bot"
    UNKNOWN = "unknown"


class AgeStatus(StrEnum):
    """Whether somebody is of age."""

    ADULT = "adult"
    MINOR = "minor"
    UNSURE = "unsure"


class Audience(StrEnum):
    """Whom a rendition is for."""

    INTERNAL = "internal"
    PUBLIC = "public"

    @property
    def purpose(self) -> Purpose:
        """The purpose that a rendition for this audience needs."""
        return Purpose.PUBLIC_RECORDING if self is Audience.PUBLIC else Purpose.INTERNAL_SHARE
