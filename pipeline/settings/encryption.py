"""The section of the settings that is about the encryption of originals: whose key, and where they lie opened."""

from __future__ import annotations

from pydantic import Field

from pipeline.settings.section import Section

OWN = "workspace"
"""The key-encryption key that lies in the workspace itself, under ``keys/``."""
_SOURCE = r"workspace|file:/.+|credential:[^/]+|command:.+"


class EncryptionSettings(Section):
    """Where the key-encryption key comes from, and where originals lie while they are worked on."""

    key: str = Field(
        OWN,
        pattern=f"^({_SOURCE})$",
        description="The key-encryption key: `workspace`, `file:/PATH`, `credential:NAME` (systemd) or `command:LINE`.",
    )
    previous_key: str = Field(
        "",
        pattern=f"^({_SOURCE})?$",
        description="The one before, in the same form, until `offrecord keys rotate` has replaced it.",
    )
    command_timeout_s: float = Field(
        30.0, gt=0, le=600, description="A command that has not printed the key by then counts as out of reach."
    )
    plaintext_folder: str = Field(
        "",
        pattern=r"^(/.+)?$",
        description="A folder, as of a tmpfs, for originals while they are open; empty for `opened/`.",
    )
