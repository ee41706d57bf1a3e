"""Reads a Zoom cloud recording as downloaded: the files by name, the API's JSON, one file for each participant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline.errors import InputRefused
from pipeline.ingest.attendance import merge, reader
from pipeline.ingest.draft import Person, SessionDraft, own_files
from pipeline.ingest.encodings import folded
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.participants import Speakers, merged
from pipeline.ingest.platforms import zoom, zoom_api
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.platforms.zoom_api import CloudFile, CloudRecording
from pipeline.ingest.session_toml import FILE_NAME, SessionToml
from pipeline.ingest.written_start import written_start
from pipeline.records import Provenance

_STAMPED = re.compile(r"(?P<stamp>GMT\d{8}-\d{6})_Recording(?P<view>.*)\.\w+", re.IGNORECASE)
_OWN = re.compile(r"(?:.*\b)?audio only - (?P<name>.+)\.\w+", re.IGNORECASE)
_INTERPRETATION = re.compile(r"interpretation\b.*", re.IGNORECASE)
_VIEWS = (
    re.compile(r"(?:_\d+x\d+)?|shared_screen_with_speaker_view.*", re.IGNORECASE),
    re.compile(r"_as(?:_.*)?|shared_screen_with_gallery_view.*", re.IGNORECASE),
    re.compile(r"_gallery(?:_.*)?|shared_screen(?:\(.*)?", re.IGNORECASE),
    re.compile(r"_avo(?:_.*)?|active_speaker.*", re.IGNORECASE),
)
"""Zoom's pictures of one recording, the one with the shared screen and the speaker first; any other comes last."""
_CAPTIONS = (re.compile(r"(?:.*\W)?transcript\.vtt"), re.compile(r".*cc\.vtt"), re.compile(r".*\.vtt"))
_CHAT = re.compile(r".*chat.*\.txt")
_ANOTHER_S = 120.0
"""How far the JSON's start may lie from the files' before it is another recording's: both are Zoom's own."""
_AGAIN = "download the recording again, all of its files into one folder"


@dataclass(frozen=True, slots=True)
class _Files:
    """The media of one recording: what everybody is in, and each participant's own by display name."""

    mixed: tuple[str, ...]
    own: tuple[tuple[str, str], ...]
    starts: Mapping[str, datetime]
    """When a file begins, where the API says it."""


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a cloud download; raises ``InputRefused`` where files are unfinished, of several, or ambiguous."""
    known = _known(listing)
    files = _media(listing, known)
    captions, chat = named_texts(listing, facts)
    timelines = {name: names for name in _json(listing) if (names := zoom_api.speakers(listing.text(name, "JSON")))}
    draft = SessionDraft(
        platform="zoom",
        facts=facts,
        people=(),
        mixed=files.mixed,
        started_at=_start(files),
        captions=captions or _captions(listing),
        chat=chat or tuple(name for name in listing.names if _CHAT.fullmatch(name.lower())),
        texts=tuple((name, "facts") for name in (FILE_NAME, *_api_files(listing)) if name in listing.names),
        starts_together=not files.own or all(name in files.starts for name, _ in files.own),
    )
    roster, roster_files = zoom.report(listing, facts)
    polls = zoom.polls(listing)
    people = merged(merge.people(roster.rows, reader.clock_of(draft)), facts.participants, listing.names)
    people = _owning(people, files, draft.started_at)
    owned = own_files(people)
    return replace(
        draft,
        people=people,
        mixed=tuple(name for name in files.mixed if name not in owned),
        title=roster.topic or (known.topic if known else ""),
        platform_list=bool(roster.rows),
        unread_times=roster.unread_times,
        named=tuple(name for names in (*polls.values(), *timelines.values()) for name in names),
        texts=(
            *draft.texts,
            *((name, "roster") for name in roster_files),
            *((name, "poll") for name in polls),
            *((name, "timeline") for name in timelines),
        ),
    )


def _json(listing: Listing) -> tuple[str, ...]:
    return tuple(name for name in listing.names if name.lower().endswith(".json"))


def _api_files(listing: Listing) -> tuple[str, ...]:
    return tuple(name for name in _json(listing) if zoom_api.recordings(listing.text(name, "the API's JSON")))


def _known(listing: Listing) -> CloudRecording | None:
    """What the API's JSON says of this recording; raises ``InputRefused`` where it speaks of several."""
    recordings = [
        each for name in _api_files(listing) for each in zoom_api.recordings(listing.text(name, "the API's JSON"))
    ]
    if len(set(recordings)) > 1:
        raise InputRefused(
            f"the API's JSON lists {len(set(recordings))} recordings", action="keep the one that the files are of"
        )
    return recordings[0] if recordings else None


def _media(listing: Listing, known: CloudRecording | None) -> _Files:
    names = [name for name in listing.names if is_media(name)]
    matched = {name: file for name in names if (file := _match(listing, name, known))}
    for name, file in matched.items():
        if not file.is_finished:
            raise InputRefused("Zoom has not finished processing the recording", action="download it again later")
        if file.size is not None and file.size != listing.entry(name).size:
            raise InputRefused("a file is not of the size that Zoom says", action=_AGAIN)
    own = {name: owner for name in names if (owner := _owner(name, matched.get(name)))}
    stamps = {match["stamp"].upper() for name in names if name not in own and (match := _stamped(name))}
    if len(stamps) > 1:
        raise InputRefused(
            f"the folder holds {len(stamps)} recordings, as Zoom makes them of a meeting that was recorded in parts",
            action="give each its own folder",
        )
    main = [name for name in names if name not in own and (_stamped(name) or name in matched)]
    pictures = sorted((name for name in main if not _is_sound(name)), key=lambda name: _view(name, matched.get(name)))
    sounds = [name for name in main if _is_sound(name)]
    listed = [file for file in known.own if _is_somebodys(file)] if known else []
    people = tuple((name, owner) for name, owner in own.items() if not _INTERPRETATION.fullmatch(owner))
    if people and len(people) < len(listed):
        raise InputRefused(
            f"{len(people)} of the participants' {len(listed)} files are there", action="download all of them, or none"
        )
    starts = {name: file.starts_at for name, file in matched.items() if file.starts_at is not None}
    return _Files((*pictures[:1], *sounds[:1]), people, starts)


def _match(listing: Listing, name: str, known: CloudRecording | None) -> CloudFile | None:
    """The file of the API that a file of the folder is: by its id or name, by what it is, or by its size alone."""
    files = (*known.files, *known.own) if known else ()
    base, extension = name.rpartition("/")[2], name.rpartition(".")[2].lower()
    alike = [file for file in files if file.extension == extension]
    by_id = [file for file in alike if file.file_id and file.file_id in base]
    own = _OWN.fullmatch(base)
    by_name = [file for file in alike if own and folded(file.name) == folded(f"audio only - {own['name']}")]
    stamped = _STAMPED.fullmatch(base)
    main = [file for file in alike if known and file in known.files]
    by_stamp = main if stamped and not own and len(main) == 1 else []
    by_size = [file for file in alike if file.size == listing.entry(name).size]
    return next((candidates[0] for candidates in (by_id, by_name, by_stamp, by_size) if len(candidates) == 1), None)


def _owner(name: str, file: CloudFile | None) -> str | None:
    """Whose own sound a file is, by its name or the API's."""
    for text in (name.rpartition("/")[2], f"{file.name}.{file.extension}" if file else ""):
        if match := _OWN.fullmatch(text):
            return match["name"].strip()
    return None


def _is_somebodys(file: CloudFile) -> bool:
    """Whether a file of the API is a participant's own sound, and no interpreter's."""
    owner = _owner("", file)
    return owner is not None and not _INTERPRETATION.fullmatch(owner)


def _stamped(name: str) -> re.Match[str] | None:
    return _STAMPED.fullmatch(name.rpartition("/")[2])


def _is_sound(name: str) -> bool:
    return name.lower().endswith(".m4a")


def view_rank(view: str) -> int:
    """Which of Zoom's pictures of one recording is taken, the smallest first, by its view or ``recording_type``."""
    return next((rank for rank, pattern in enumerate(_VIEWS) if pattern.fullmatch(view)), len(_VIEWS))


def _view(name: str, file: CloudFile | None) -> tuple[int, str]:
    stamped = _stamped(name)
    return view_rank(file.kind if file and file.kind else stamped["view"] if stamped else name), name


def _start(files: _Files) -> datetime | None:
    """When the recording began, by the files' names and the API; raises ``InputRefused`` where they contradict."""
    written = next((start for name in files.mixed if (start := written_start(name.rpartition("/")[2]))), None)
    stated = next((files.starts[name] for name in files.mixed if name in files.starts), None)
    if written and stated and abs((written - stated).total_seconds()) > _ANOTHER_S:
        raise InputRefused("the API's JSON is of another recording than the files", action=_AGAIN)
    own = [files.starts[name] for name, _ in files.own if name in files.starts]
    return stated or written or min(own, default=None)


def _captions(listing: Listing) -> tuple[str, ...]:
    """The transcript, which names who speaks, then the closed captions."""
    names = [name for pattern in _CAPTIONS for name in listing.names if pattern.fullmatch(name.lower())]
    return tuple(dict.fromkeys(names))


def _owning(people: tuple[Person, ...], files: _Files, start: datetime | None) -> tuple[Person, ...]:
    """The people, each with their own file; whoever has a file and is in no list has spoken all the same.

    Zoom gives the display name alone: raises ``InputRefused`` where two people bear it, or two files do.
    """
    joined = list(people)
    claimed = {person.track for person in people}
    for number, (name, owner) in enumerate(files.own, start=1):
        if name in claimed:
            continue
        if not Speakers(tuple(joined)).knows(owner):
            joined.append(Person(name=owner, provenance=Provenance.UNLISTED, joined_late=True))
        participant_id = Speakers(tuple(joined)).find(owner)
        place = int(participant_id.removeprefix("p")) - 1 if participant_id else None
        if place is None or joined[place].track:
            raise InputRefused(
                f"per-person file {number} of {len(files.own)} is not certainly one participant's only one",
                action="say each one's track in session.toml",
            )
        begins = files.starts.get(name)
        offset_s = (begins - start).total_seconds() if begins and start else 0.0
        joined[place] = replace(joined[place], track=name, track_offset_s=offset_s)
    return tuple(joined)
