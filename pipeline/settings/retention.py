"""The sections of the settings that are about what is kept: for how long, and in backups for whom."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section

_MOST = 36500


class RetentionSettings(Section):
    """How many days after its session something is kept; 0 for without an end."""

    original_days: int = Field(
        0, ge=0, le=_MOST, description="Originals in the vault; nothing is made anew after that."
    )
    transcript_days: int = Field(
        0, ge=0, le=_MOST, description="Transcripts, captions, chat and findings before redaction; the same holds."
    )
    internal_days: int = Field(0, ge=0, le=_MOST, description="Internal renditions and the requests made from them.")
    public_days: int = Field(0, ge=0, le=_MOST, description="Public renditions.")
    evidence_days: int = Field(
        0, ge=0, le=_MOST, description="Rows of answers, after all else of the person's sessions is removed."
    )


class BackupSettings(Section):
    """Who can open a backup."""

    recipients: tuple[str, ...] = Field((), description="The age public keys (`age1…`) that backups are encrypted for.")
