"""What Zoom's API says of a cloud recording: ``GET /meetings/{id}/recordings``, saved as JSON beside the files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_FILES, _OWN_FILES = "recording_files", "participant_audio_files"
_DEEPEST = 6


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
    try:
        return tuple(map(_recording, _meetings(json.loads(text), 0)))
    except (ValueError, RecursionError):
        return ()


def speakers(text: str) -> tuple[str, ...] | None:
    """Whom a timeline shows as speaking, in order; None where the text is no timeline of Zoom."""
    try:
        entries = json.loads(text)["timeline"]
        users = [user for entry in entries for user in entry.get("users", ())]
        names = [str(user.get("username") or "").strip() for user in users]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return tuple(dict.fromkeys(name for name in names if name))


def _meetings(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """Every object that lists files of a recording, however the answer or event wraps it."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if isinstance(value.get(_FILES), list) or isinstance(value.get(_OWN_FILES), list):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _meetings(inner, depth + 1)


def _recording(meeting: dict[str, Any]) -> CloudRecording:
    files, own = (
        tuple(_file(each) for each in meeting.get(key) or () if isinstance(each, dict)) for key in (_FILES, _OWN_FILES)
    )
    return CloudRecording(str(meeting.get("topic") or ""), files, own)


def _file(entry: dict[str, Any]) -> CloudFile:
    size = entry.get("file_size")
    return CloudFile(
        file_id=str(entry.get("id") or ""),
        kind=str(entry.get("recording_type") or "").lower(),
        extension=str(entry.get("file_extension") or entry.get("file_type") or "").lower(),
        size=size if isinstance(size, int) and size > 0 else None,
        starts_at=_moment(entry.get("recording_start")),
        name=str(entry.get("file_name") or ""),
        is_finished=str(entry.get("status") or "completed").lower() == "completed",
    )


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
