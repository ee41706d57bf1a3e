"""Zoom's cloud recordings by its API v2: lists, media and texts, own sounds of participants, and who was there.

``GET /users/{id}/recordings`` or ``/accounts/me/recordings``, ``/meetings/{uuid}/recordings``,
``/report/meetings/{uuid}/participants`` as the public reference has them; not tried against Zoom itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipeline.errors import InputRefused
from pipeline.fetch.answers import begin_of, pages
from pipeline.fetch.credentials import ZoomCredentials
from pipeline.fetch.file_names import plain_id
from pipeline.fetch.http_client import HttpClient
from pipeline.fetch.refusals import NotFound
from pipeline.fetch.remote import RemoteFile, RemoteRecording, WrittenFile
from pipeline.fetch.tokens import zoom_access
from pipeline.ingest.json_objects import members, text_of
from pipeline.ingest.platforms.zoom_cloud import view_rank

_WINDOW = timedelta(days=29)
"""Zoom gives no more than a month at once; both ends are included."""
_PAGE_SIZE = "300"
_LIST = "cloud_recording:read:list_user_recordings:admin or cloud_recording:read:list_account_recordings:admin"
_FILES = "cloud_recording:read:list_recording_files:admin"
_REPORT = "report:read:list_meeting_participants:admin or report:read:admin"
_WEBINARS = frozenset({"5", "6", "9"})
"""The types of meeting whose participants are in the report of webinars."""
_RECORDING, _OWN = "recording_files", "participant_audio_files"
_PICTURE, _SOUND = "MP4", "M4A"
_TEXTS = {
    "TRANSCRIPT": ".transcript.vtt",
    "CC": ".cc.vtt",
    "CHAT": "newChat.txt",
    "TIMELINE": ".timeline.json",
    "SUMMARY": ".summary.json",
    "CSV": ".poll.csv",
}
_KEPT = (
    *("id", "recording_start", "recording_end", "file_type", "file_extension", "file_size", "status"),
    *("recording_type", "file_name"),
)
"""What of a file's entry is kept beside it: no address, token or password."""
_KEPT_OF_PERSON = (
    *("name", "user_email", "join_time", "leave_time", "id", "participant_user_id", "registrant_id", "status"),
)


class ZoomClient:
    """The recordings of the users of the credentials file, or of the account."""

    def __init__(self, http: HttpClient, credentials: ZoomCredentials) -> None:
        self._http = http
        self._credentials = credentials
        self._access = zoom_access(http, credentials)

    @property
    def accounts(self) -> int:
        """How many users are asked; 1 for the whole account."""
        return max(1, len(self._credentials.users))

    def recordings(self, account: int, since: date, until: date) -> Iterator[RemoteRecording]:
        """Every part of every meeting by Zoom's own dates; raises ``NotFound`` for an unknown user."""
        users = self._credentials.users
        whose = f"users/{quote(users[account - 1], safe='')}" if users else "accounts/me"
        for first, last in windows(since, until):
            days = {"from": first.isoformat(), "to": last.isoformat()}
            for meeting in self._list(f"{whose}/recordings", "meetings", scope=_LIST, params=days):
                yield from _parts(meeting)

    def contents(self, recording: RemoteRecording) -> Sequence[RemoteFile | WrittenFile]:
        """One picture, the sound, own sounds, texts, Zoom's JSON of these files, and the participants report."""
        uuid = text_of(recording.source, "uuid")
        detail = self._get(f"meetings/{_twice_quoted(uuid)}/recordings", scope=_FILES)
        files, own = _of_part(detail, recording.started_at)
        if not all(map(_is_finished, (*files, *own))):
            raise InputRefused("Zoom is still processing a file of the recording", action="run again later")
        stamp = f"GMT{recording.started_at:%Y%m%d-%H%M%S}_"
        shared, personal = _named(stamp, _wanted(files)), _named_own(stamp, own)
        downloads = [self._file(name, entry) for name, entry in (*shared.items(), *personal.items())]
        about = {
            "topic": text_of(detail, "topic"),
            _RECORDING: list(map(_kept, shared.values())),
            _OWN: list(map(_kept, personal.values())),
        }
        written = [WrittenFile(name=f"{stamp}Recording.json", text=json.dumps(about, ensure_ascii=False))]
        report = self._participants(uuid, text_of(recording.source, "type"))
        if report is not None:
            written.append(WrittenFile(name=f"{stamp}Participants.json", text=json.dumps(report, ensure_ascii=False)))
        return [*downloads, *written]

    def _participants(self, uuid: str, meeting_type: str) -> dict[str, Any] | None:
        """Who was there, and when; None where Zoom has no report of the meeting (any more)."""
        kind = "webinars" if meeting_type in _WEBINARS else "meetings"
        path = f"report/{kind}/{_twice_quoted(uuid)}/participants"
        try:
            people = list(self._list(path, "participants", scope=_REPORT, params={"include_fields": "registrant_id"}))
        except NotFound:
            return None
        return {"participants": [{key: each[key] for key in _KEPT_OF_PERSON if key in each} for each in people]}

    def _file(self, name: str, entry: Mapping[str, Any]) -> RemoteFile:
        size = entry.get("file_size")
        return RemoteFile(
            name=name,
            url=text_of(entry, "download_url"),
            access=self._access,
            scope=_FILES,
            size=size if isinstance(size, int) and size > 0 else None,
            is_text=_type_of(entry) in _TEXTS,
        )

    def _list(self, path: str, key: str, *, scope: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        def fetch(token: str) -> Any:
            more = {"next_page_token": token} if token else {}
            return self._get(path, scope=scope, params={**params, "page_size": _PAGE_SIZE, **more})

        return pages(fetch, "", key, lambda page: text_of(page, "next_page_token"))

    def _get(self, path: str, *, scope: str, params: Mapping[str, str] | None = None) -> Any:
        return self._http.get_json(f"{self._credentials.api}/{path}", self._access, scope=scope, params=params)


def windows(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The days from one to another, both included, in spans that Zoom takes."""
    while since <= until:
        last = min(since + _WINDOW, until)
        yield since, last
        since = last + timedelta(days=1)


def _parts(meeting: Mapping[str, Any]) -> Iterator[RemoteRecording]:
    """A recording for each part of a meeting, which was paused or stopped between them."""
    for start in _starts(meeting):
        files, _ = _of_part(meeting, start)
        wanted = _wanted(files)
        sizes = [entry.get("file_size") for entry in wanted]
        yield RemoteRecording(
            recording_id=f"{text_of(meeting, 'uuid')} {start.isoformat()}",
            started_at=start,
            is_finished=all(map(_is_finished, files)),
            files=len(wanted),
            size=sum(size for size in sizes if isinstance(size, int)),
            source={"uuid": text_of(meeting, "uuid"), "type": text_of(meeting, "type")},
        )


def _starts(meeting: object) -> list[datetime]:
    media = (entry for entry in members(meeting, _RECORDING) if _type_of(entry) in (_PICTURE, _SOUND))
    return sorted({start for entry in media if (start := begin_of(entry, "recording_start"))})


def _of_part(meeting: object, start: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The files of the part that began then, and participants' own: each is of the last part that began before it."""
    starts = _starts(meeting)

    def belongs(entry: Mapping[str, Any]) -> bool:
        begin = begin_of(entry, "recording_start")
        before = [each for each in starts if begin is not None and each <= begin]
        return (before or starts)[-1 if before else 0] == start

    if start not in starts:
        raise InputRefused("the recording changed at Zoom meanwhile", action="run again")
    files, own = ([entry for entry in members(meeting, key) if belongs(entry)] for key in (_RECORDING, _OWN))
    return files, own


def _wanted(files: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The picture that the ingest takes, the sound, and every text."""
    pictures = [entry for entry in files if _type_of(entry) == _PICTURE]
    pictures.sort(key=lambda entry: view_rank(text_of(entry, "recording_type").lower()))
    sounds = [entry for entry in files if _type_of(entry) == _SOUND and not _is_interpretation(entry)]
    return [*pictures[:1], *sounds[:1], *(entry for entry in files if _type_of(entry) in _TEXTS)]


def _named(stamp: str, files: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The files under the names of Zoom's downloads; a number tells apart two that would have one name."""
    named: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(files, start=1):
        kind = _type_of(entry)
        name = f"{stamp}Recording{_TEXTS.get(kind, f'.{kind.lower()}')}"
        if name in named:
            stem, _, extension = name.rpartition(".")
            name = f"{stem}-{number}.{extension}"
        named[name] = entry
    return named


def _named_own(stamp: str, files: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Participants' own files by their ids, by which the ingest finds in the JSON whose they are."""
    plain = ((plain_id(text_of(entry, "id")) or f"file-{number}", entry) for number, entry in enumerate(files, start=1))
    return {f"{stamp}Participant_{file_id}.m4a": {**entry, "id": file_id} for file_id, entry in plain}


def _kept(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in _KEPT if key in entry}


def _type_of(entry: Mapping[str, Any]) -> str:
    return text_of(entry, "file_type").upper()


def _is_finished(entry: Mapping[str, Any]) -> bool:
    return text_of(entry, "status").lower() in ("", "completed")


def _is_interpretation(entry: Mapping[str, Any]) -> bool:
    return "interpretation" in text_of(entry, "recording_type").lower()


def _twice_quoted(uuid: str) -> str:
    """A meeting's UUID as part of a path: one that begins with ``/`` or holds ``//`` must be quoted twice, any may."""
    return quote(quote(uuid, safe=""), safe="")
