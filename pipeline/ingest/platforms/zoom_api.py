"""What Zoom's API says of a cloud recording: ``GET /meetings/{id}/recordings``, saved as JSON beside the files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.ingest.json_objects import members, moment_of, objects_with, text_of

_FILES, _OWN_FILES = "recording_files", "participant_audio_files"


@dataclass(frozen=True, slots=True)
class CloudFile:
    """One file of the recording; ``name`` is ``Audio only - NAME`` for somebody's own sound, else empty.

    ``kind`` is Zoom's ``recording_type``, as ``shared_screen_with_speaker_view``.
    """

    file_id: str
    kind: str
    extension: str
    size: int | None
    starts_at: datetime | None
    name: str
    is_finished: bool


@dataclass(frozen=True, slots=True)
class CloudRecording:
    """One meeting's cloud recording; ``own`` are the files of one participant each."""

    topic: str
    files: tuple[CloudFile, ...]
    own: tuple[CloudFile, ...]


def recordings(text: str) -> tuple[CloudRecording, ...]:
    """The recordings of an answer or of an event of the API; none where the text is neither."""
    return tuple(map(_recording, objects_with(text, _FILES, _OWN_FILES)))


def speakers(text: str) -> tuple[str, ...] | None:
    """Whom a timeline shows as speaking, in order; None where the text is no timeline of Zoom."""
    timelines = objects_with(text, "timeline")
    users = (user for each in timelines for entry in members(each, "timeline") for user in members(entry, "users"))
    names = tuple(dict.fromkeys(name for user in users if (name := text_of(user, "username"))))
    return names if timelines else None


def _recording(meeting: dict[str, Any]) -> CloudRecording:
    files, own = (tuple(map(_file, members(meeting, key))) for key in (_FILES, _OWN_FILES))
    return CloudRecording(text_of(meeting, "topic"), files, own)


def _file(entry: dict[str, Any]) -> CloudFile:
    size = entry.get("file_size")
    return CloudFile(
        file_id=text_of(entry, "id"),
        kind=text_of(entry, "recording_type").lower(),
        extension=(text_of(entry, "file_extension") or text_of(entry, "file_type")).lower(),
        size=size if isinstance(size, int) and size > 0 else None,
        starts_at=moment_of(text_of(entry, "recording_start")),
        name=text_of(entry, "file_name"),
        is_finished=text_of(entry, "status").lower() in ("", "completed"),
    )
