"""Fetches what is new at a platform into an inbox: listed first, each recording whole or not at all, never twice.

A fetched recording says nothing of consent: it is a session like any other, and holds until its people's answers are
there.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from pipeline import log
from pipeline.errors import ConfigurationError, Exit, InputRefused, OffrecordError, StorageUnavailable, UsageProblem
from pipeline.fetch.backoff import Backoff
from pipeline.fetch.credentials import Credentials, MeetCredentials, TeamsCredentials, ZoomCredentials
from pipeline.fetch.download import PART, STATE, Progress, download
from pipeline.fetch.http_client import HttpClient
from pipeline.fetch.known_recordings import Known, KnownRecordings
from pipeline.fetch.meet import MeetClient
from pipeline.fetch.refusals import NotFound
from pipeline.fetch.remote import PlatformClient, RemoteFile, RemoteRecording, WrittenFile
from pipeline.fetch.staging import discard, put_into_inbox, staging_area
from pipeline.fetch.teams import TeamsClient
from pipeline.fetch.zoom import ZoomClient
from pipeline.files import file_digest, make_private, write_bytes
from pipeline.store import Workspace

_SHA256 = "sha256"
_SPARE_BYTES = 64 << 20
"""What is left free on the disk beside a recording, for the database and the log."""


class FetchStatus(StrEnum):
    """What becomes of a recording."""

    FETCHED = "fetched"
    NEW = "new"
    KNOWN = "known"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """What is asked for: recordings that began on these days of UTC, both included; of a dry run nothing is fetched.

    ``again`` lets come what came before and is gone from the inbox without having been taken from there.
    """

    platform: str
    inbox: Path
    since: date
    until: date
    dry_run: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLine:
    """One recording by its folder in the inbox, which says no title; sizes as far as the platform says them."""

    folder: str
    started_at: datetime
    status: FetchStatus
    files: int | None = None
    size: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What became of every recording, and of accounts whose recordings could not be listed."""

    lines: tuple[FetchLine, ...]
    problems: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """Whether everything that is finished is here now."""
        failed = self.problems or any(line.status is FetchStatus.FAILED for line in self.lines)
        return Exit.SOME_STOPPED if failed else Exit.DONE


def fetch_recordings(
    workspace: Workspace,
    options: FetchOptions,
    credentials: Credentials,
    *,
    now: datetime,
    progress: Progress,
) -> FetchReport:
    """Puts every new recording into the inbox, a folder each; one that fails leaves the others alone.

    Raises what stopped it where nothing came because of one and the same problem: ``ConfigurationError`` for
    credentials or permissions, ``TryAgain`` for a platform that is away; ``StorageUnavailable`` at once,
    ``LockHeld``, ``UsageProblem`` for days that are none.
    """
    if options.since > min(options.until, now.date()):
        raise UsageProblem(
            "--since is later than --until or than today", action="give days up to today, the first before the last"
        )
    log.configure(workspace.logs / "offrecord.jsonl")
    http = HttpClient(Backoff())
    try:
        client = _client_of(http, credentials)
        with staging_area(options.inbox) as area:
            return _Fetch(workspace, options, http, client, area, progress).run()
    finally:
        http.close()


def _client_of(http: HttpClient, credentials: Credentials) -> PlatformClient:
    match credentials:
        case ZoomCredentials():
            return ZoomClient(http, credentials)
        case TeamsCredentials():
            return TeamsClient(http, credentials)
        case MeetCredentials():
            return MeetClient(http, credentials)


class _Fetch:
    """One command at work."""

    def __init__(
        self,
        workspace: Workspace,
        options: FetchOptions,
        http: HttpClient,
        client: PlatformClient,
        area: Path,
        progress: Progress,
    ) -> None:
        self._known = KnownRecordings(workspace, options.inbox.resolve(), options.platform)
        self._options = options
        self._http = http
        self._client = client
        self._area = area
        self._progress = progress
        self._errors: list[OffrecordError] = []

    def run(self) -> FetchReport:
        """Lists, then fetches; raises the one problem that let nothing come."""
        problems: list[str] = []
        listed = {recording.recording_id: recording for recording in self._listed(problems)}
        ordered = sorted(listed.values(), key=lambda recording: (recording.started_at, recording.recording_id))
        if not problems:
            discard_gone(self._area, self._options, {self._place(recording).name for recording in ordered})
        lines = tuple(map(self._line, ordered))
        failed = [line for line in lines if line.status is FetchStatus.FAILED]
        is_all = len(failed) == len(lines) and (lines or len(problems) == self._client.accounts)
        if is_all and len({(type(error), error.message) for error in self._errors}) == 1:
            raise self._errors[0]
        log.get().info("fetch finished", stage="fetch", count=len(lines) - len(failed))
        return FetchReport(lines=lines, problems=tuple(problems))

    def _listed(self, problems: list[str]) -> Iterator[RemoteRecording]:
        """The recordings of every account; an account that the platform does not know is a problem of its own."""
        for account in range(1, self._client.accounts + 1):
            try:
                yield from self._client.recordings(account, self._options.since, self._options.until)
            except NotFound:
                error = ConfigurationError(
                    f"the platform does not know user {account} of the credentials file", action="correct `users` there"
                )
                self._errors.append(error)
                problems.append(str(error))

    def _place(self, recording: RemoteRecording) -> Path:
        return self._known.place(self._known.mark(recording.recording_id), recording.started_at)

    def _line(self, recording: RemoteRecording) -> FetchLine:
        """What becomes of one recording; a problem of its own is its line."""
        mark, place = self._known.mark(recording.recording_id), self._place(recording)
        line = FetchLine(
            folder=place.name,
            started_at=recording.started_at,
            status=FetchStatus.NEW,
            files=recording.files,
            size=recording.size,
        )
        known = self._known.why(mark, place, again=self._options.again)
        if known is not Known.NO:
            if not self._options.dry_run:
                self._known.note(mark, known)  # a kill may have come between the rename into the inbox and its note
                discard(self._area / place.name)
            return replace(line, status=FetchStatus.KNOWN, reason=known.value)
        if not recording.is_finished:
            return replace(line, status=FetchStatus.WAITING, reason="the platform is still processing the recording")
        if self._options.dry_run:
            return line
        try:
            line = self._fetched(recording, mark, place, line)
        except StorageUnavailable:
            raise
        except OffrecordError as error:
            self._errors.append(error)
            line = replace(line, status=FetchStatus.FAILED, reason=str(error))
        log.get().info("recording fetched", stage="fetch", status=line.status.value, bytes=line.size or 0)
        return line

    def _fetched(self, recording: RemoteRecording, mark: str, place: Path, line: FetchLine) -> FetchLine:
        contents = self._client.contents(recording)
        remote = [file for file in contents if isinstance(file, RemoteFile)]
        stage = make_private(self._area / place.name)
        known = self._known.why_file(file.digests[_SHA256] for file in remote if _SHA256 in file.digests)
        if known is Known.NO:
            self._fill(stage, contents)
            media = (stage / file.name for file in remote if not file.is_text)
            known = self._known.why_file(map(file_digest, media))
        size = sum(path.stat().st_size for path in stage.iterdir())
        if known is Known.NO:
            put_into_inbox(stage, place, recording.started_at)
        else:
            discard(stage)
        self._known.note(mark, known)
        status = FetchStatus.FETCHED if known is Known.NO else FetchStatus.KNOWN
        return replace(line, status=status, reason=known.value, files=len(contents), size=size)

    def _fill(self, stage: Path, contents: Sequence[RemoteFile | WrittenFile]) -> None:
        """Puts every file into the stage, on from what an earlier fetch left there, and nothing else."""
        names = {file.name for file in contents}
        if len(names) != len(contents):
            raise InputRefused("two files of a recording would get the same name", action="download it by hand")
        for path in stage.iterdir():
            if path.name not in names and not any(path.name == name + end for name in names for end in (PART, STATE)):
                path.unlink()
        remote = [file for file in contents if isinstance(file, RemoteFile)]
        lacking = [file for file in remote if not _is_there(stage / file.name, file)]
        _require_room(stage, lacking)
        for file in contents:
            if isinstance(file, WrittenFile):
                write_bytes(stage / file.name, file.text.encode())
        for file in lacking:
            download(self._http, file, stage / file.name, progress=self._progress)


def discard_gone(area: Path, options: FetchOptions, listed: Set[str]) -> None:
    """Removes what was begun of recordings of these days that the platform does not list any more."""
    for path in area.glob(f"{options.platform}-*"):
        day = path.name.removeprefix(f"{options.platform}-")[:8]
        within = f"{options.since:%Y%m%d}" < day < f"{options.until:%Y%m%d}"
        if within and path.name not in listed:
            discard(path)


def _is_there(path: Path, file: RemoteFile) -> bool:
    """Whether an earlier fetch finished this file: it was checked then."""
    return path.is_file() and (file.size is None or path.stat().st_size == file.size)


def _require_room(stage: Path, files: Sequence[RemoteFile]) -> None:
    """Raises ``StorageUnavailable`` unless the disk has room for what the platform says is still to come."""
    here = sum(part.stat().st_size for part in stage.glob(f"*{PART}"))
    needed = sum(file.size or 0 for file in files) - here + _SPARE_BYTES
    free = shutil.disk_usage(stage).free
    if free < needed:
        raise StorageUnavailable(
            f"a recording needs {needed / 1e6:.0f} MB in the inbox and {free / 1e6:.0f} MB are free",
        )
