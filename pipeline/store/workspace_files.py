"""Which files make a folder a workspace, and which of them may not be missing."""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import ConfigurationError
from pipeline.files import make_private
from pipeline.settings import FILE_NAME, Settings
from pipeline.settings import read as read_settings
from pipeline.store import terms

DATABASE = "offrecord.db"
PLACES_FILE = "jurisdictions.toml"
SETTINGS_TEXT = b"# Settings of this workspace; docs/settings.md explains each. Without a line, the default holds.\n"
PLACES_TEXT = (
    b"# Rows here take the place of the shipped rules of places, code by code; see docs/consent.md. For example:\n"
    b'# [[place]]\n# codes = ["US-NY"]\n# name = "New York"\n# rule = "consent_by_notice"\n'
    b'# source = "our counsel, 3 November 2026"\n# confidence = "V"\n# reviewed_by = "R. Ruiz"\n'
    b"# reviewed_on = 2026-11-03\n# next_review = 2027-11-03\n"
)


def existing_settings(root: Path) -> Settings:
    """The settings of a workspace; raises ``ConfigurationError`` where the folder is none, or has two databases."""
    settings = settings_of(root)
    if settings is None:
        raise ConfigurationError("there is no workspace in that folder", action="make one with `offrecord init FOLDER`")
    return settings


def settings_of(root: Path) -> Settings | None:
    """The settings of a workspace, wherever its database is; None where the folder is none.

    Raises ``ConfigurationError`` where there are two databases: what is erased from one would stay in the other.
    """
    settings, has_file = read_settings(root), (root / DATABASE).is_file()
    if not settings.database.url:
        return settings if has_file else None
    if has_file:
        raise ConfigurationError(
            f"database.url is set and {DATABASE} is still in the workspace, where no erasure would reach it",
            action=f"remove {DATABASE} if `offrecord db copy` has copied it, or take database.url out of {FILE_NAME}",
        )
    return settings if (root / FILE_NAME).is_file() else None


def check_files(root: Path) -> None:
    """Raises ``ConfigurationError`` where a list or the settings are gone, which only ever take out and close more."""
    missing = [name for name in (FILE_NAME, terms.FILE_NAME, PLACES_FILE) if not (root / name).is_file()]
    if missing:
        raise ConfigurationError(
            f"{missing[0]} is missing from the workspace, and nobody knows what it held",
            action="restore it from its backup; if it was empty, make an empty file of that name",
        )


def make_folders(root: Path) -> None:
    """The folders of a workspace, also those that a backup left out because they were empty."""
    for name in ("vault", "stages", "scratch", "withdrawn", "reports", "log"):
        make_private(root / name)
    (root / "out").mkdir(mode=0o750, exist_ok=True)
