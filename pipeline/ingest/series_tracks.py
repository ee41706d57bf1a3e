"""``tracks.toml`` of a workspace: which sound of a recording with several is whom, said once for each series.

OBS and other recorders write up to six sounds into one file and no names. A sound that the table does not tell is
somebody nobody listed, who spoke.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Strict, ValidationError, model_validator

from pipeline import media
from pipeline.errors import ConfigurationError, InputRefused
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml_file
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.encodings import folded
from pipeline.ingest.listing import Listing
from pipeline.ingest.participants import Speakers, merged
from pipeline.ingest.session_toml import ListedParticipant, Place, Text, check_zone
from pipeline.ingest.written_start import start_in_names
from pipeline.records import Provenance, Role
from pipeline.records.session import UNKNOWN_PLATFORM

FILE_NAME = "tracks.toml"
_TITLES = ("title", "handler_name", "name")
_EMPTY_TITLES = frozenset({"", "soundhandler", "core media audio", "simple track"})
_ACTION = "correct it; docs/ingest.md describes tracks.toml"


class Holds(StrEnum):
    """What a sound holds that is not one person's alone."""

    EVERYBODY = "everybody"
    SEVERAL = "several"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class SeriesTrack(_Table):
    """One sound of the recordings of a series, by its title or its number from 1: a person's own, or what it holds."""

    title: Text | None = None
    number: Annotated[int, Field(ge=1, le=32)] | None = None
    holds: Annotated[Holds, Strict(False)] | None = None
    name: Text | None = None
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    platform_id: Annotated[str, Field(pattern=r"^[a-z]+:\S+$")] | None = None
    company: Text | None = None
    role: Annotated[Role, Strict(False)] | None = None
    location: Place | None = None

    @model_validator(mode="after")
    def _is_one_thing(self) -> SeriesTrack:
        if (self.title is None) == (self.number is None):
            raise ValueError("is known by either its title or its number")
        if (self.name is None) == (self.holds is None):
            raise ValueError("is either one person's, by name, or holds everybody or several")
        return self


class Series(_Table):
    """The sounds of the recordings of one series, and the zone of their recorder's clock."""

    series: Text
    timezone: str | None = None
    tracks: Annotated[list[SeriesTrack], Field(min_length=1, max_length=32)]

    @model_validator(mode="after")
    def _has_a_zone(self) -> Series:
        check_zone(self.timezone or "UTC")
        return self


class _File(_Table):
    series: list[Series] = []


def tracks_digest(root: Path) -> bytes:
    """A digest of the table of the workspace at ``root``, empty where it has none: folders are read again after it."""
    path = root / FILE_NAME
    return hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""


def read_tracks(root: Path) -> Sequence[Series]:
    """The table of the workspace at ``root``, if it has one; raises ``ConfigurationError`` naming the place alone."""
    path = root / FILE_NAME
    if not path.is_file():
        return ()
    try:
        return _File.model_validate(read_toml_file(path)).series
    except BrokenToml:
        raise ConfigurationError(f"{FILE_NAME}: not valid TOML", action=_ACTION) from None
    except ValidationError as error:
        raise ConfigurationError(f"{FILE_NAME}: {problem_of(error, _File)}", action=_ACTION) from None


def assigned(draft: SessionDraft, files: Listing, root: Path) -> SessionDraft:
    """The draft with the sounds of its one file as the table has them for its series; as it is where none is meant.

    Raises ``InputRefused`` where the file and the table of the series that session.toml says do not agree, or nobody
    says when a recording of own sounds began.
    """
    table = _meant(draft, read_tracks(root))
    if table is None or len(draft.mixed) != 1 or any(person.stream is not None for person in draft.people):
        return draft
    name = draft.mixed[0]
    probe = media.probe(files.entry(name).path)
    titles = tuple(_title(stream.tags) for stream in probe.audio)
    if len(titles) <= 1:
        return draft
    try:
        tracks = _tracks_by_stream(table, titles)
    except InputRefused:
        if draft.facts.series is None:
            return draft  # another recorder's file, which is mixed sound
        raise
    unknown = [stream for stream in range(len(titles)) if stream not in tracks and _is_heard(files, name, stream)]
    draft = _dated(draft, files, table)
    is_apart = all(track.holds is not Holds.SEVERAL for track in tracks.values())
    if is_apart and draft.start_is_estimated:
        raise InputRefused(
            "the zone of the start in the recording's name is not stated", action="say timezone in tracks.toml"
        )
    owners = [_owner(track, name, stream, is_apart) for stream, track in tracks.items() if track.name is not None]
    people = merged(draft.people, owners, files.names)
    return replace(draft, people=(*people, *_unlisted(people, name, titles, unknown, is_apart)))


def _tracks_by_stream(table: Series, titles: Sequence[str]) -> dict[int, SeriesTrack]:
    """What the table says of each sound that it tells; raises ``InputRefused`` where the file is of another form."""
    tracks = {_place(track, titles): track for track in table.tracks}
    if len(tracks) < len(table.tracks):
        raise InputRefused("tracks.toml names one sound of the recording twice", action=_ACTION)
    return tracks


def _meant(draft: SessionDraft, tables: Sequence[Series]) -> Series | None:
    """The table of the draft's series; where it says none, the only one there is."""
    if draft.platform != UNKNOWN_PLATFORM:
        return None
    if draft.facts.series is None:
        return tables[0] if len(tables) == 1 else None
    return next((table for table in tables if table.series == draft.facts.series), None)


def _title(tags: Sequence[tuple[str, str]]) -> str:
    """What a sound is called in the file; empty for what every file of its container calls it."""
    known = {key.lower(): value.strip() for key, value in tags}
    titles = (known.get(tag, "") for tag in _TITLES)
    return next((title for title in titles if title.lower() not in _EMPTY_TITLES), "")


def _place(track: SeriesTrack, titles: Sequence[str]) -> int:
    """The position of a sound; raises ``InputRefused`` where the file has none so called, or two."""
    if track.number is not None and track.number <= len(titles):
        return track.number - 1
    wanted = folded(track.title) if track.title else None
    places = [place for place, title in enumerate(titles) if wanted and folded(title) == wanted]
    if len(places) != 1:
        raise InputRefused(
            f"the recording has {len(places)} sounds of a number or title that tracks.toml names", action=_ACTION
        )
    return places[0]


def _is_heard(files: Listing, name: str, stream: int) -> bool:
    """Whether a sound holds anything: recorders write those that nothing is routed to as silence."""
    return not media.is_silent(files.entry(name).path, stream=stream)


def _dated(draft: SessionDraft, files: Listing, table: Series) -> SessionDraft:
    """The draft with the table's zone, in which the start in the file's name is no estimate."""
    zone = draft.facts.timezone or table.timezone
    written = start_in_names((files.title, *files.names))
    facts = draft.facts.model_copy(update={"timezone": zone})
    if not draft.start_is_estimated or zone is None or written is None:
        return replace(draft, facts=facts)
    is_aware = written.tzinfo is not None
    return replace(
        draft,
        facts=facts,
        start_is_estimated=False,
        started_at=written if is_aware else None,
        local_start=None if is_aware else written,
    )


def _owner(track: SeriesTrack, name: str, stream: int, is_apart: bool) -> ListedParticipant:
    """Whose sound it is; where another holds several people, nobody's can be taken out, and all are mixed."""
    return ListedParticipant(
        name=track.name or "",
        email=track.email,
        platform_id=track.platform_id,
        company=track.company,
        role=track.role,
        location=track.location,
        track=name if is_apart else None,
        stream=stream + 1 if is_apart else None,
    )


def _unlisted(
    people: tuple[Person, ...], name: str, titles: Sequence[str], unknown: Sequence[int], is_apart: bool
) -> Iterator[Person]:
    """Somebody for each sound that the table does not tell, by its title or number."""
    known = Speakers(people)
    for stream in unknown:
        title = titles[stream]
        called = title if title and not known.knows(title) else f"sound {stream + 1}"
        person = Person(name=called, provenance=Provenance.UNLISTED, joined_late=True)
        yield replace(person, track=name, stream=stream) if is_apart else person
