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


class Provenance(StrEnum):
    """Where the session has a participant from.

    ``listed`` in session.toml, a roster, an attendance report or as the owner of a track; ``unlisted`` only as a name
    that captions, chat or reactions bear; ``unknown`` is whoever else may speak where nobody vouches for the list.
    """

    LISTED = "listed"
    UNLISTED = "unlisted"
    UNKNOWN = "unknown"


class ListAuthority(StrEnum):
    """Who says that the list of participants is complete: the platform's own list, the host, or nobody."""

    PLATFORM = "platform"
    HOST = "host"
    NOBODY = "nobody"


class Audience(StrEnum):
    """Whom a rendition is for."""

    INTERNAL = "internal"
    PUBLIC = "public"

    @property
    def purpose(self) -> Purpose:
        """The purpose that a rendition for this audience needs."""
        return Purpose.PUBLIC_RECORDING if self is Audience.PUBLIC else Purpose.INTERNAL_SHARE
