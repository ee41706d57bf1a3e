"""Google Meet's recordings by its REST API v2 and Drive v3: media, transcripts, and participants with their sessions.

``conferenceRecords`` with ``recordings``, ``transcripts``, ``entries``, ``participants`` and ``participantSessions``;
Drive's ``files/{id}?alt=media`` and ``/export``. As the public references have them; not tried against Google itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipeline.fetch.answers import begin_of, overlap, pages, utc_day
from pipeline.fetch.credentials import MeetCredentials
from pipeline.fetch.file_names import plain_title
from pipeline.fetch.http_client import ApiAccess, HttpClient
from pipeline.fetch.remote import RemoteFile, RemoteRecording, WrittenFile
from pipeline.fetch.tokens import MEET_SCOPES, meet_access
from pipeline.fetch.written_captions import captions_text
from pipeline.ingest.json_objects import text_of

_MEET, _DRIVE = MEET_SCOPES
_FINISHED = "FILE_GENERATED"
_TIMES = ("startTime", "endTime")
_FIELDS = "name,mimeType,size,md5Checksum,sha256Checksum"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_DIGESTS = {"sha256": "sha256Checksum", "md5": "md5Checksum"}
_USERS = ("signedinUser", "anonymousUser", "phoneUser")
_NAME = re.compile(r"(?P<title>.*?)(?: \(\d{4}-\d\d-\d\d .*| [-–—] \d{4}[-/_.]\d\d[-/_.]\d\d .*| [-–—] Recording.*)?")
"""Drive's name of a recording: the meeting's title, and when it was."""
_DAY = timedelta(days=1)


class MeetClient:
    """The recordings of the meetings of the users of the credentials file, or of the account of its refresh token."""

    def __init__(self, http: HttpClient, credentials: MeetCredentials) -> None:
        self._http = http
        self._credentials = credentials
        users = credentials.users if credentials.service_account else ("",)
        self._accesses = [meet_access(http, credentials, user) for user in users]

    @property
    def accounts(self) -> int:
        """How many users are asked."""
        return len(self._accesses)

    def recordings(self, account: int, since: date, until: date) -> Iterator[RemoteRecording]:
        """The recordings of the conferences that began on these days, as one user sees them."""
        access = self._accesses[account - 1]
        days = f'start_time>="{utc_day(since)}" AND start_time<"{utc_day(until + _DAY)}"'
        for conference in self._list("conferenceRecords", "conferenceRecords", access, {"filter": days}):
            place = _path(text_of(conference, "name"))
            for entry in self._list(f"{place}/recordings", "recordings", access):
                begin = begin_of(entry, "startTime")
                if begin is not None:
                    yield RemoteRecording(
                        recording_id=text_of(entry, "name"),
                        started_at=begin,
                        is_finished=text_of(entry, "state") == _FINISHED,
                        files=None,
                        size=None,
                        source={**entry, "place": place, "account": account},
                    )

    def contents(self, recording: RemoteRecording) -> Sequence[RemoteFile | WrittenFile]:
        """The video from Drive, the transcript as a document and as captions, and the list of participants."""
        source, begin = recording.source, recording.started_at
        access, place = self._accesses[source["account"] - 1], source["place"]
        file_id = quote(text_of(source.get("driveDestination"), "file"), safe="")
        about = self._http.get_json(
            f"{self._credentials.drive}/files/{file_id}",
            access,
            scope=_DRIVE,
            params={"fields": _FIELDS, "supportsAllDrives": "true"},
        )
        match = _NAME.fullmatch(" ".join(text_of(about, "name").split()))
        title = f"{plain_title(match['title'] if match else '')} ({begin:%Y-%m-%d at %H_%M_%S} GMT+0)"
        people = self._participants(place, access)
        names = {text_of(person, "name"): _name_of(person) for person in people}
        listed = json.dumps({"participants": people}, ensure_ascii=False)
        return [
            self._video(f"{title} - Recording.mp4", file_id, about, access),
            WrittenFile(name="participants.json", text=listed),
            *self._transcripts(title, recording, names, access),
        ]

    def _video(self, name: str, file_id: str, about: Any, access: ApiAccess) -> RemoteFile:
        size = text_of(about, "size")
        return RemoteFile(
            name=name,
            url=f"{self._credentials.drive}/files/{file_id}?alt=media&supportsAllDrives=true",
            access=access,
            scope=_DRIVE,
            size=int(size) if size.isdecimal() else None,
            digests={algorithm: text_of(about, key) for algorithm, key in _DIGESTS.items() if text_of(about, key)},
        )

    def _transcripts(
        self, title: str, recording: RemoteRecording, names: Mapping[str, str], access: ApiAccess
    ) -> Iterator[RemoteFile | WrittenFile]:
        """The transcripts of the time of the recording, each as captions with exact times, and as Google's document."""
        source, begin = recording.source, recording.started_at
        span = begin, begin_of(source, "endTime") or begin
        listed = self._list(f"{source['place']}/transcripts", "transcripts", access)
        for number, entry in enumerate((each for each in listed if overlap(each, _TIMES, span)), start=1):
            name = f"{title} - Transcript{f' {number}' if number > 1 else ''}"
            entries = self._list(f"{_path(text_of(entry, 'name'))}/entries", "transcriptEntries", access)
            text = captions_text(_cues(entries, begin, names))
            if text:
                yield WrittenFile(name=f"{name}.vtt", text=text)
            document = quote(text_of(entry.get("docsDestination"), "document"), safe="")
            if document and text_of(entry, "state") == _FINISHED:
                export = f"{self._credentials.drive}/files/{document}/export?mimeType={quote(_WORD, safe='')}"
                yield RemoteFile(name=f"{name}.docx", url=export, access=access, scope=_DRIVE, is_text=True)

    def _participants(self, place: str, access: ApiAccess) -> list[dict[str, Any]]:
        """Everybody who was there, each with when they came and went."""
        people = []
        for person in self._list(f"{place}/participants", "participants", access):
            sessions = f"{_path(text_of(person, 'name'))}/participantSessions"
            people.append({**person, "participantSessions": list(self._list(sessions, "participantSessions", access))})
        return people

    def _list(
        self, path: str, key: str, access: ApiAccess, params: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        def fetch(token: str) -> Any:
            more = {"pageToken": token} if token else {}
            query = {**(params or {}), "pageSize": "100", **more}
            return self._http.get_json(f"{self._credentials.api}/{path}", access, scope=_MEET, params=query)

        return pages(fetch, "", key, lambda page: text_of(page, "nextPageToken"))


def _path(name: str) -> str:
    """A resource's name as a path: nothing in it leads elsewhere."""
    return "/".join(quote(part, safe="") for part in name.split("/") if part.strip("."))


def _name_of(person: Mapping[str, Any]) -> str:
    return next((name for key in _USERS if (name := text_of(person.get(key), "displayName"))), "")


def _cues(
    entries: Iterator[dict[str, Any]], begin: datetime, names: Mapping[str, str]
) -> Iterator[tuple[float, float, str, str]]:
    """Start and end of each entry in seconds of the recording, who speaks, and what."""
    for entry in entries:
        start, end = (begin_of(entry, key) for key in _TIMES)
        if start is not None and end is not None:
            speaker, text = names.get(text_of(entry, "participant"), ""), text_of(entry, "text")
            yield (start - begin).total_seconds(), (end - begin).total_seconds(), speaker, text
