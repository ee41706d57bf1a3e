"""What platforms have, asked of each the same way: recordings of some days, and the files of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from pipeline.fetch.http_client import ApiAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file to download: under which name it lies in the folder, its address, and what lets it be asked for.

    ``size`` in bytes and ``digests`` in hexadecimal, by algorithm, where the platform says them. ``scope`` is the
    permission that it needs. ``is_text`` for what is read as text, which has a largest size.
    """

    name: str
    url: str
    access: ApiAccess
    scope: str
    size: int | None = None
    digests: Mapping[str, str] = field(default_factory=dict)
    is_text: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenFile:
    """A file that is made of what the platform answered, such as the list of its participants."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteRecording:
    """One recording: the platform's own id of it, which is never logged, and its start as aware UTC.

    ``is_finished`` is false while the platform still processes the recording. ``files`` and ``size`` (bytes) are what a
    list of recordings already says of it, None where it does not. ``source`` is the platform's own, for its client.
    """

    recording_id: str
    started_at: datetime
    is_finished: bool
    files: int | None
    size: int | None
    source: Mapping[str, Any]


class PlatformClient(Protocol):
    """One platform, asked with the credentials of its client."""

    @property
    def accounts(self) -> int:
        """How many accounts are asked, numbered from 1 in the order of the credentials file."""

    def recordings(self, account: int, since: date, until: date) -> Iterator[RemoteRecording]:
        """The recordings of an account that began on these days, in UTC, both included.

        Raises ``NotFound`` where the platform does not know the account.
        """

    def contents(self, recording: RemoteRecording) -> Sequence[RemoteFile | WrittenFile]:
        """Every file of the recording's folder, with the names by which the ingest knows it."""
