"""Reads a folder before it has a session.toml: which files are its captions, chat and lists, and whom they name.

Nothing is probed or sealed, and nothing decided: what it gives is for a draft that a person checks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline.errors import InputRefused, UsageProblem
from pipeline.ingest import captions, chat
from pipeline.ingest.attendance import reader
from pipeline.ingest.captions.speakers import named_in
from pipeline.ingest.draft import Person, SessionDraft, is_media
from pipeline.ingest.encodings import squashed
from pipeline.ingest.identify_platform import FolderKind, recognise
from pipeline.ingest.listing import Listing, listing
from pipeline.ingest.participants import unlisted
from pipeline.ingest.platforms import craig, generic, zoom
from pipeline.ingest.session_toml import FILE_NAME, SessionToml

_NO_DRAFT = {
    FolderKind.EMPTY: "the folder is empty",
    FolderKind.UNKNOWN: "the folder holds no media",
    FolderKind.SEVERAL: "the folder holds more than one platform's files",
    FolderKind.CRAIG_ZIP: "a Craig zip says itself who was there and when, and needs no session.toml",
}
_LEAST_OF_A_NAME = 3
_STARTS = (
    re.compile(r"GMT(?P<date>\d{8})-(?P<clock>\d{6})_Recording.*"),
    re.compile(r".*\((?P<date>\d{4}-\d\d-\d\d) at (?P<clock>\d\d.\d\d) GMT(?P<zone>[+-]\d{1,2}(?::?\d\d)?)?\).*"),
    re.compile(r".*[- ](?P<date>\d{8})_(?P<clock>\d{6})-Meeting Recording.*"),
    re.compile(r"(?P<date>\d{4}-\d\d-\d\d)[ _](?P<clock>\d\d[-.]\d\d[-.]\d\d)(?:\D.*)?"),
)
"""How Zoom's cloud, Meet, Teams, and OBS and Zoom's folders write a recording's start into a name."""
_IN_UTC = 2
"""So many of them write it in UTC, or with how far it is from that."""


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The draft that the folder's own files make, with everybody whom they name, and what lies in it unread."""

    draft: SessionDraft
    start: datetime | None
    unread: tuple[str, ...]


def read_folder(folder: Path, *, names_on_file: Iterable[str] = ()) -> FolderContents:
    """What a folder says of its session; raises ``UsageProblem`` where there is nothing to draft, ``InputRefused``.

    A media file is one person's own only where several are there and its name is theirs alone.
    """
    files = listing(folder)
    if FILE_NAME in files.names:
        files = replace(files, entries=tuple(entry for entry in files.entries if entry.name != FILE_NAME))
    kind = recognise(files.names)
    if kind in _NO_DRAFT:
        raise UsageProblem(_NO_DRAFT[kind], action="give the folder of one recording")
    draft = _read(files, kind)
    named = [*_names_in(files, draft), *draft.named]
    people = (*draft.people, *unlisted(draft.people, named))
    people, mixed = _with_tracks(people, draft.mixed, names_on_file)
    draft = replace(draft, people=people, mixed=mixed)
    read = {*draft.media, *draft.empty, *draft.captions[:1], *draft.chat[:1], *(name for name, _ in draft.texts)}
    return FolderContents(draft, _start(files, draft), tuple(name for name in files.names if name not in read))


def _read(files: Listing, kind: FolderKind) -> SessionDraft:
    if kind is FolderKind.ZOOM:
        return zoom.read(files, SessionToml())
    if kind is FolderKind.CRAIG:
        return craig.read(files, SessionToml())
    others = [name for name in files.names if not is_media(name)]
    rosters = [name for name in others if _can(reader.named_reports, files, (name,))]
    texts = [name for name in others if name not in rosters]
    chats = [name for name in texts if _can(_parse, files, name, chat.parse)]
    subtitles = [name for name in texts if name not in chats and _can(_parse, files, name, captions.parse)]
    facts = SessionToml(
        roster=tuple(rosters),
        chat=chats[0] if chats else None,
        captions=min(subtitles, key=_preferred) if subtitles else None,
    )
    return replace(generic.read(files, facts), texts=tuple((name, "roster") for name in rosters))


def _can(read: Callable[..., object], *arguments: object) -> bool:
    """Whether something can be read so."""
    try:
        read(*arguments)
    except InputRefused:
        return False
    return True


def _parse(files: Listing, name: str, parse: Callable[[str], captions.CaptionFile | chat.ChatFile]) -> None:
    read = parse(files.text(name, "a text"))
    said = read.messages if isinstance(read, chat.ChatFile) else read.captions
    if not said:
        raise InputRefused("a text: it says nothing", action="leave it out")


def _preferred(name: str) -> tuple[int, str]:
    """WebVTT before SubRip before any text: it may name who speaks."""
    suffix = name.rpartition(".")[2].casefold()
    return {"vtt": 0, "srt": 1}.get(suffix, 2), name


def _names_in(files: Listing, draft: SessionDraft) -> list[str]:
    """Everybody whom captions and chat name, in order."""
    names: list[str] = []
    for name in draft.captions[:1]:
        names += named_in(captions.parse(files.text(name, "captions")).captions)
    for name in draft.chat[:1]:
        names += [message.sender for message in chat.parse(files.text(name, "chat")).messages]
    return names


def _with_tracks(
    people: tuple[Person, ...], media: tuple[str, ...], names_on_file: Iterable[str]
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """The people with their own media files, and the files that are left, which are mixed."""
    if len(media) + sum(person.track is not None for person in people) <= 1:
        return people, media
    owners = {name: _owners(name, people) for name in media}
    claimed = [found[0] for found in owners.values() if len(found) == 1]
    tracks = {found[0]: name for name, found in owners.items() if len(found) == 1 and claimed.count(found[0]) == 1}
    joined = [replace(person, track=person.track or tracks.get(place)) for place, person in enumerate(people)]
    on_file = {squashed(name): name for name in names_on_file}
    for name in media:
        whose = on_file.get(squashed(_stem(name)))
        if whose and not owners[name]:
            joined.append(Person(name=whose, track=name))
    owned = {person.track for person in joined}
    return tuple(joined), tuple(name for name in media if name not in owned)


def _owners(name: str, people: tuple[Person, ...]) -> list[int]:
    stem = squashed(_stem(name))
    return [
        place
        for place, person in enumerate(people)
        if person.track is None
        and any(len(squashed(known)) >= _LEAST_OF_A_NAME and squashed(known) in stem for known in _known_as(person))
    ]


def _known_as(person: Person) -> tuple[str, ...]:
    return (person.name, *person.aliases)


def _stem(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]


def _start(files: Listing, draft: SessionDraft) -> datetime | None:
    """When the recording began, aware or local, as the platform says it or wrote it into a name; None where unsaid."""
    said = draft.started_at or draft.local_start
    if said is not None:
        return said
    starts = [start for name in (files.title, *files.names) if (start := _written_start(name.rpartition("/")[2]))]
    return starts[0] if starts else None


def _written_start(name: str) -> datetime | None:
    for number, pattern in enumerate(_STARTS):
        match = pattern.fullmatch(name)
        if match is None:
            continue
        digits = re.sub(r"\D", "", match["date"] + match["clock"]).ljust(14, "0")
        try:
            local = datetime.strptime(digits, "%Y%m%d%H%M%S")
            zone = match.groupdict().get("zone")
            return _aware(local, zone) if zone else local.replace(tzinfo=UTC if number < _IN_UTC else None)
        except ValueError:
            return None
    return None


def _aware(local: datetime, zone: str) -> datetime:
    hours, _, minutes = zone.partition(":")
    return datetime.fromisoformat(f"{local.isoformat()}{int(hours):+03d}:{minutes or '00'}")
