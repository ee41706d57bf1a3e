"""The fields that a test may say of a record, for functions that fill in the rest; and those of settings."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.records import (
    AgeStatus,
    Attendance,
    ChatLine,
    Crosstalk,
    Cue,
    ListAuthority,
    Participant,
    Provenance,
    Purpose,
    Role,
    SessionPolicy,
    Track,
    VaultFile,
    Video,
)
from pipeline.settings import Settings


class ParticipantFields(TypedDict, total=False):
    """What may be said of a participant beside number and address."""

    name: str
    aliases: tuple[str, ...]
    company: str | None
    platform_id: str | None
    role: Role
    location: str | None
    joined_late: bool
    spoke: bool
    minor: AgeStatus
    shared_microphone: bool
    provenance: Provenance


class AttendanceFields(TypedDict, total=False):
    """What may be said of a stay beside who it is of and its times."""

    accepted_platform_notice: bool | None
    uncertainty_s: float
    surely_s: tuple[float, float] | None


class SessionFields(TypedDict, total=False):
    """What may be said of a session."""

    session_id: str
    source_digest: str
    platform: str
    title: str
    started_at: datetime
    host: str | None
    recorder_location: str | None
    notice_asserted: bool
    purposes: tuple[Purpose, ...]
    duration_s: float
    participants: tuple[Participant, ...]
    tracks: tuple[Track, ...]
    video: Video | None
    captions: tuple[Cue, ...]
    chat: tuple[ChatLine, ...]
    sealed: tuple[VaultFile, ...]
    unrecognised_files: int
    series: str | None
    attendance: tuple[Attendance, ...]
    crosstalk: tuple[Crosstalk, ...]
    policy: SessionPolicy
    list_authority: ListAuthority
    unread_chat: int
    start_is_estimated: bool
    notes: tuple[str, ...]


def sections() -> dict[str, dict[str, FieldInfo]]:
    """The settings of each section by their names."""
    kinds = {section: field.annotation for section, field in Settings.model_fields.items()}
    return {
        section: kind.model_fields
        for section, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, BaseModel)
    }
