"""When a media file says that it was recorded, and when it was last written: hints, where nobody says the start."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline import media
from pipeline.errors import InputRefused
from pipeline.ingest.listing import Listing

_TAGS = ("com.apple.quicktime.creationdate", "creation_time", "date")
"""From the surest: an iPhone writes the start with its offset; others the start or the end, in UTC."""


def recorded_at(files: Listing, name: str) -> datetime | None:
    """The aware time that a media file's container has for its recording; None where it has none or is not readable.

    Phones write the start or the end of the recording there, and editors the time of the export.
    """
    try:
        tags = {key.lower(): value for key, value in media.probe(files.entry(name).path).tags}
    except InputRefused:
        return None
    moments = (_moment(tags[tag]) for tag in _TAGS if tag in tags)
    return next((moment for moment in moments if moment is not None), None)


def last_written(files: Listing, name: str) -> datetime:
    """When a file was last changed: its recording had ended by then, unless its clock was wrong."""
    return datetime.fromtimestamp(files.entry(name).mtime_ns // 1_000_000_000, UTC)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    # Cameras whose clock was never set, and tools that zero it, write the epoch of their format.
    return moment if moment.tzinfo is not None and moment.year > 1970 else None
