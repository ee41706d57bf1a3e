"""Microsoft Teams' recordings by Microsoft Graph: media, transcripts in both forms, attendance reports, and the chat.

``onlineMeetings/getAllRecordings`` and ``getAllTranscripts`` of each organiser, ``recordings/{id}/content``,
``transcripts/{id}/content`` and ``metadataContent``, ``attendanceReports/{id}/attendanceRecords`` and
``chats/{id}/messages`` of Graph v1.0 as its public reference has them; not tried against Microsoft itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipeline.errors import InputRefused
from pipeline.fetch.answers import begin_of, overlap, pages, utc_day
from pipeline.fetch.credentials import TeamsCredentials
from pipeline.fetch.file_names import plain_title
from pipeline.fetch.http_client import HttpClient
from pipeline.fetch.refusals import NotFound
from pipeline.fetch.remote import RemoteFile, RemoteRecording, WrittenFile
from pipeline.fetch.tokens import teams_access
from pipeline.ingest.json_objects import text_of

_RECORDINGS = "OnlineMeetingRecording.Read.All"
_TRANSCRIPTS = "OnlineMeetingTranscript.Read.All"
_MEETINGS = "OnlineMeetings.Read.All"
_ATTENDANCE = "OnlineMeetingArtifact.Read.All"
_CHAT = "Chat.Read.All"
_NEXT = "@odata.nextLink"
_TIMES = ("createdDateTime", "endDateTime")
_MEETING_TIMES = ("meetingStartDateTime", "meetingEndDateTime")
_DAY = timedelta(days=1)
_AROUND = timedelta(minutes=15)
"""How long before and after the recording the chat is taken: that of a series has every other meeting's too."""
_OF_A_MESSAGE = ("id", "createdDateTime", "from", "body", "reactions")
"""What is kept of a message: the rest holds ids and addresses that nothing needs."""


class TeamsClient:
    """The recordings of the meetings that the users of the credentials file organised."""

    def __init__(self, http: HttpClient, credentials: TeamsCredentials) -> None:
        self._http = http
        self._credentials = credentials
        self._access = teams_access(http, credentials)

    @property
    def accounts(self) -> int:
        """How many organisers are asked."""
        return len(self._credentials.users)

    def recordings(self, account: int, since: date, until: date) -> Iterator[RemoteRecording]:
        """The recordings of one organiser; raises ``NotFound`` for a user whom Graph does not know."""
        user = self._credentials.users[account - 1]
        for entry in self._all("Recordings", user, since, until, scope=_RECORDINGS):
            begin, end = (begin_of(entry, key) for key in _TIMES)
            if begin is not None and text_of(entry, "id") and text_of(entry, "meetingId"):
                yield RemoteRecording(
                    recording_id=text_of(entry, "id"),
                    started_at=begin,
                    is_finished=end is not None,
                    files=None,
                    size=None,
                    source={**entry, "user": user},
                )

    def contents(self, recording: RemoteRecording) -> Sequence[RemoteFile | WrittenFile]:
        """The recording, its transcripts with exact times and as text, and every attendance report of that time."""
        source, begin = recording.source, recording.started_at
        span = begin, begin_of(source, "endDateTime") or begin
        meeting = f"{self._meetings(text_of(source, 'user'))}/{quote(text_of(source, 'meetingId'), safe='')}"
        title = self._title(meeting)
        name = f"{title}-{begin:%Y%m%d_%H%M%S}UTC-Meeting Recording.mp4"
        video = f"{meeting}/recordings/{quote(recording.recording_id, safe='')}/content"
        files: list[RemoteFile | WrittenFile] = [self._file(name, video, _RECORDINGS)]
        for number, transcript_id in enumerate(self._transcripts(source, span), start=1):
            place = f"{meeting}/transcripts/{quote(transcript_id, safe='')}"
            suffix = f" {number}" if number > 1 else ""
            texts = {f"{title}{suffix} metadata.vtt": "metadataContent", f"{title}{suffix}.vtt": "content"}
            for file, path in texts.items():
                url = f"{place}/{path}" + ("?$format=text/vtt" if path == "content" else "")
                files.append(self._file(file, url, _TRANSCRIPTS, is_text=True))
        chat = self._chat(meeting, title, span) if self._credentials.chat else ()
        return [*files, *self._attendance(meeting, span), *chat]

    def _title(self, meeting: str) -> str:
        """The meeting's subject, as a file's name may have it; another word where Graph does not say it."""
        try:
            about = self._http.get_json(f"{meeting}?$select=subject", self._access, scope=_MEETINGS)
        except NotFound:
            return plain_title("")
        return plain_title(text_of(about, "subject"))

    def _transcripts(self, source: Mapping[str, Any], span: tuple[datetime, datetime]) -> list[str]:
        """The ids of the recording's transcripts: by what Graph says belongs together, else by meeting and time."""
        since, until = span[0].date() - _DAY, span[1].date() + _DAY
        listed = self._all("Transcripts", text_of(source, "user"), since, until, scope=_TRANSCRIPTS)
        correlation, meeting_id = text_of(source, "contentCorrelationId"), text_of(source, "meetingId")
        ids = []
        for entry in listed:
            theirs = text_of(entry, "contentCorrelationId")
            is_same = theirs == correlation if theirs and correlation else overlap(entry, _TIMES, span)
            if is_same and text_of(entry, "meetingId") == meeting_id and text_of(entry, "id"):
                ids.append(text_of(entry, "id"))
        return ids

    def _attendance(self, meeting: str, span: tuple[datetime, datetime]) -> Iterator[WrittenFile]:
        """The attendance reports of the times of the recording: a meeting of a series has those of every time."""
        try:
            reports = list(self._pages(f"{meeting}/attendanceReports", scope=_ATTENDANCE))
        except NotFound:
            return
        at_the_time = [report for report in reports if overlap(report, _MEETING_TIMES, span)]
        for number, report in enumerate(at_the_time, start=1):
            place = f"{meeting}/attendanceReports/{quote(text_of(report, 'id'), safe='')}/attendanceRecords"
            records = list(self._pages(place, scope=_ATTENDANCE))
            about = {key: text_of(report, key) for key in _MEETING_TIMES}
            text = json.dumps({**about, "attendanceRecords": records}, ensure_ascii=False)
            yield WrittenFile(name=f"attendance-{number}.json", text=text)

    def _chat(self, meeting: str, title: str, span: tuple[datetime, datetime]) -> Iterator[WrittenFile]:
        """What was written during the recording, the newest message first; none where the meeting has no chat."""
        try:
            about = self._http.get_json(f"{meeting}?$select=chatInfo", self._access, scope=_MEETINGS)
            thread = quote(text_of(about.get("chatInfo"), "threadId"), safe="")
            place = f"{self._credentials.api}/chats/{thread}/messages?$top=50&$orderby=createdDateTime%20desc"
            written = list(self._written(place, span)) if thread else []
        except NotFound:
            return
        kept = [{key: message[key] for key in _OF_A_MESSAGE if key in message} for message in written]
        if kept:
            yield WrittenFile(name=f"{title} chat.json", text=json.dumps({"value": kept}, ensure_ascii=False))

    def _written(self, place: str, span: tuple[datetime, datetime]) -> Iterator[dict[str, Any]]:
        for message in self._pages(place, scope=_CHAT):
            at = begin_of(message, "createdDateTime")
            if at is not None and at < span[0] - _AROUND:
                return
            if at is not None and at <= span[1] + _AROUND:
                yield message

    def _all(self, what: str, user: str, since: date, until: date, *, scope: str) -> Iterator[dict[str, Any]]:
        organiser = quote(user.replace("'", "''"), safe="")
        times = f"startDateTime={utc_day(since)},endDateTime={utc_day(until + _DAY)}"
        url = f"{self._meetings(user)}/getAll{what}(meetingOrganizerUserId='{organiser}',{times})"
        return self._pages(url, scope=scope)

    def _meetings(self, user: str) -> str:
        return f"{self._credentials.api}/users/{quote(user, safe='')}/onlineMeetings"

    def _pages(self, url: str, *, scope: str) -> Iterator[dict[str, Any]]:
        def fetch(place: str) -> Any:
            if not self._access.is_for(place):
                raise InputRefused(
                    "Microsoft Graph names another host for the rest of a list", action="run again later"
                )
            return self._http.get_json(place, self._access, scope=scope)

        return pages(fetch, url, "value", lambda page: text_of(page, _NEXT))

    def _file(self, name: str, url: str, scope: str, *, is_text: bool = False) -> RemoteFile:
        return RemoteFile(name=name, url=url, access=self._access, scope=scope, is_text=is_text)
