"""Reads a folder before it has a session.toml: which files are its captions, chat and lists, and whom they name.

Nothing is probed or sealed, and nothing decided: what it gives is for a draft that a person checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pipeline.errors import UsageProblem
from pipeline.ingest import archive, session_texts
from pipeline.ingest.captions.speakers import named_in
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.encodings import squashed
from pipeline.ingest.file_clock import recorded_at
from pipeline.ingest.identify_platform import FolderKind, recognise
from pipeline.ingest.listing import Listing, listing
from pipeline.ingest.participants import unlisted
from pipeline.ingest.platforms import READERS, loose, one_file_each
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.speaker_files import owners_by_name
from pipeline.ingest.written_start import start_in_names

_NO_DRAFT = {
    FolderKind.EMPTY: "the folder is empty",
    FolderKind.UNKNOWN: "the folder holds no media",
    FolderKind.CRAIG_PROJECT: "an Audacity project cannot be read",
    FolderKind.SEVERAL: "the folder holds more than one platform's files",
}
_LEAST_OF_A_NAME = 3


@dataclass(frozen=True, slots=True)
class FolderContents:
    """The draft that the folder's own files make, with everybody whom they name, and what lies in it unread.

    ``start_is_estimated`` where only a media file's own clock hints at the start.
    """

    draft: SessionDraft
    start: datetime | None
    start_is_estimated: bool
    unread: tuple[str, ...]


def read_folder(folder: Path, *, scratch: Path, names_on_file: Iterable[str] = ()) -> FolderContents:
    """What a folder, a lone media file or a Craig zip says of its session.

    A media file is one person's own only where several are there and its name is theirs alone. What is unpacked goes
    into ``scratch`` meanwhile. Raises ``UsageProblem`` where there is nothing to draft, ``InputRefused``.
    """
    files = listing(folder)
    if FILE_NAME in files.names:
        files = replace(files, entries=tuple(entry for entry in files.entries if entry.name != FILE_NAME))
    kind = recognise(files.names)
    if kind in _NO_DRAFT:
        raise UsageProblem(_NO_DRAFT[kind], action="give the folder of one recording")
    if kind is FolderKind.CRAIG_ZIP:
        with archive.unpacked(files, scratch, texts_only=True) as members:
            return _contents(members, FolderKind.CRAIG, names_on_file)
    return _contents(files, kind, names_on_file)


def _contents(files: Listing, kind: FolderKind, names_on_file: Iterable[str]) -> FolderContents:
    draft = _read(files, kind)
    named = [*_names_in(files, draft), *draft.named]
    people = (*draft.people, *unlisted(draft.people, named))
    people, mixed = _with_tracks(people, draft.mixed, names_on_file)
    if kind is FolderKind.ONE_FILE_EACH:
        owners = {name: label for name, label in owners_by_name(files.names).items() if name in mixed}
        people = one_file_each.owning(people, owners)
        mixed = tuple(name for name in mixed if name not in owners)
    draft = replace(draft, people=people, mixed=mixed)
    read = {*draft.media, *draft.empty, *draft.captions[:1], *draft.chat[:1], *(name for name, _ in draft.texts)}
    start, is_estimated = _start(files, draft)
    return FolderContents(draft, start, is_estimated, tuple(name for name in files.names if name not in read))


def _read(files: Listing, kind: FolderKind) -> SessionDraft:
    """The platform's own reading; of a platform without a reader, and of loose media, what the files say."""
    is_loose = kind not in READERS or kind is FolderKind.ONE_FILE_EACH
    return loose.read_files(files, SessionToml()) if is_loose else READERS[kind](files, SessionToml())


def _names_in(files: Listing, draft: SessionDraft) -> list[str]:
    """Everybody whom captions and chat name, in order."""
    names: list[str] = []
    for name in draft.captions[:1]:
        names += named_in(session_texts.captions_of(files, name).captions)
    for name in draft.chat[:1]:
        names += [message.sender for message in session_texts.chat_of(files, name).messages]
    return names


def _with_tracks(
    people: tuple[Person, ...], media: tuple[str, ...], names_on_file: Iterable[str]
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """The people with their own media files, and the files that are left, which are mixed."""
    if len(media) + sum(person.track is not None for person in people) <= 1:
        return people, media
    owners = {name: _owners(name, people) for name in media}
    claimed = [claimants[0] for claimants in owners.values() if len(claimants) == 1]
    tracks = {
        claimants[0]: name
        for name, claimants in owners.items()
        if len(claimants) == 1 and claimed.count(claimants[0]) == 1
    }
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


def _start(files: Listing, draft: SessionDraft) -> tuple[datetime | None, bool]:
    """When the recording began, aware or local, as the platform says it or wrote it into a name; None where unsaid.

    And whether only a media file's own clock hints at it.
    """
    stated = None if draft.start_is_estimated else draft.started_at or draft.local_start
    start = stated or start_in_names((files.title, *files.names))
    if start is not None or not draft.media:
        return start, False
    start = recorded_at(files, draft.media[0])
    return start, start is not None
