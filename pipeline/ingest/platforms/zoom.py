"""Reads Zoom's local folder: the converted files, one file for each person, the report, captions and chat."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.errors import InputRefused
from pipeline.ingest.attendance import merge, poll, reader, zoom_api
from pipeline.ingest.attendance import zoom as report_of
from pipeline.ingest.attendance.model import AttendanceReport
from pipeline.ingest.draft import Person, SessionDraft
from pipeline.ingest.encodings import squashed
from pipeline.ingest.file_kinds import kind_of
from pipeline.ingest.listing import Listing
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.participants import merged
from pipeline.ingest.platforms.generic import named_texts
from pipeline.ingest.session_toml import FILE_NAME, SessionToml

_CONF = "recording.conf"
_FOLDER = re.compile(r"(\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)(?: .*)?", re.DOTALL)
_MAIN = re.compile(r"(video|audio)\d+\.(?:mp4|m4a)|zoom_\d+\.mp4|audio_only\.m4a", re.IGNORECASE)
_OWN = re.compile(r"audio record/[^/]+", re.IGNORECASE)
_STEM = re.compile(r"(?:video|audio)(\d+)\.\w+", re.IGNORECASE)
_OWN_STEM = re.compile(r"audio record/(?:audio_only_(?P<number>\d+)_|audio)(?P<rest>.+)\.\w+", re.IGNORECASE)
_CAPTIONS = ("recording.transcript.vtt", "closed_caption.vtt", "meeting_saved_closed_caption.txt", "closed_caption.txt")
_CHATS = ("meeting_saved_new_chat.txt", "meeting_saved_chat.txt", "chat.txt")
_EMPTY = re.compile(r"zoomver\.tag|playback.*\.m3u", re.IGNORECASE)
_UNCONVERTED = "open the folder in Zoom and let it finish converting"


def read(listing: Listing, facts: SessionToml) -> SessionDraft:
    """The draft of a Zoom local folder; raises ``InputRefused`` where it is not converted or is ambiguous."""
    names = listing.names
    main = _main_files(listing)
    captions, chat = named_texts(listing, facts)
    draft = SessionDraft(
        platform="zoom",
        facts=facts,
        people=(),
        mixed=main,
        local_start=folder_start(listing.title),
        captions=captions or tuple(name for name in _CAPTIONS if name in names),
        chat=chat or tuple(name for name in _CHATS if name in names),
        texts=tuple((name, "facts") for name in (_CONF, FILE_NAME) if name in names),
        empty=tuple(name for name in names if _EMPTY.fullmatch(name)),
    )
    roster, roster_files = report(listing, facts)
    answered = polls(listing)
    people = merged(merge.people(roster.rows, reader.clock_of(draft)), facts.participants, names)
    own = [name for name in names if _OWN.fullmatch(name) and is_media(name)]
    claimed = {person.track for person in people}
    people = owned(people, [name for name in own if name not in claimed], main)
    return replace(
        draft,
        people=people,
        mixed=tuple(name for name in main if name not in claimed),
        title=roster.topic,
        platform_list=bool(roster.rows),
        unread_times=roster.unread_times,
        named=tuple(name for names in answered.values() for name in names),
        texts=(*draft.texts, *((name, "roster") for name in roster_files), *((name, "poll") for name in answered)),
    )


def folder_start(title: str) -> datetime | None:
    """The local start by the folder's name, or None where it has none."""
    match = _FOLDER.fullmatch(title)
    try:
        return datetime.strptime(match[1], "%Y-%m-%d %H.%M.%S") if match else None
    except ValueError:
        return None


def converted(text: str) -> tuple[str, ...]:
    """The media files that recording.conf names; raises ``InputRefused`` unless one recording is fully converted."""
    try:
        items = json.loads(text)["items"]
        parts = [(item["process"], [item.get("audio"), item.get("video")]) for item in items]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputRefused("recording.conf is not as Zoom writes it", action=_UNCONVERTED) from None
    if not parts or any(process != 100 for process, _ in parts):
        raise InputRefused("the Zoom recording is not converted", action=_UNCONVERTED)
    if len(parts) > 1:
        raise InputRefused(
            f"the recording was paused: it has {len(parts)} segments whose times are not known",
            action="put each segment into a folder of its own with a session.toml",
        )
    files = [name for name in parts[0][1] if name]
    if not files or not all(isinstance(name, str) for name in files):
        raise InputRefused("recording.conf names no media file", action=_UNCONVERTED)
    return tuple(dict.fromkeys(files))


def owned(people: tuple[Person, ...], files: Sequence[str], main: Sequence[str]) -> tuple[Person, ...]:
    """The people, each with the per-person file of that name; raises ``InputRefused`` where it is not certain."""
    suffixes = tuple(match[1] for name in main if (match := _STEM.fullmatch(name)))
    names_by_place: dict[int, str] = {}
    for number, name in enumerate(files, start=1):
        places = [place for place, person in enumerate(people) if _bears(name, person, suffixes)]
        if len(places) != 1:
            whose = "nobody of the participants" if not places else "more than one participant"
            raise InputRefused(
                f"per-person file {number} of {len(files)} fits {whose}", action="say its owner's track in session.toml"
            )
        if places[0] in names_by_place or people[places[0]].track:
            raise InputRefused(
                "two per-person files fit one participant", action="say each one's track in session.toml"
            )
        names_by_place[places[0]] = name
    return tuple(replace(person, track=names_by_place.get(place, person.track)) for place, person in enumerate(people))


def _bears(file: str, person: Person, suffixes: Sequence[str]) -> bool:
    """Whether a per-person file may be this person's: its name, less the recording's digits, track and segment."""
    match = _OWN_STEM.fullmatch(file)
    if match is None:
        return False
    rest = match["rest"]
    if match["number"] is None:
        known = [suffix[1:] for suffix in suffixes if len(suffix) > 1 and rest.endswith(suffix[1:])]
        rest = rest.removesuffix(max(known, key=len, default=""))
    heard = squashed(rest)
    for name in (person.name, *person.aliases):
        digits = heard.removeprefix(squashed(name))
        if squashed(name) and digits != heard and (digits.isdecimal() or (not digits and match["number"])):
            return True
    return False


def _main_files(listing: Listing) -> tuple[str, ...]:
    names = listing.names
    if any(name.lower().endswith((".zoom", ".tmp")) or "double_click_to_convert" in name for name in names):
        raise InputRefused("the Zoom recording is not converted", action=_UNCONVERTED)
    if _CONF in names:
        files = converted(listing.text(_CONF, _CONF))
        if any(name not in names or not is_media(name) for name in files):
            raise InputRefused("a file named in recording.conf is missing", action=_UNCONVERTED)
        return files
    files = tuple(name for name in names if _MAIN.fullmatch(name))
    kinds = [name.rsplit(".", 1)[-1].lower() for name in files]
    if len(kinds) != len(set(kinds)):
        raise InputRefused(
            "the Zoom folder has more than one segment and no recording.conf",
            action="put each segment into a folder of its own with a session.toml",
        )
    return files


def _is_blank(listing: Listing, name: str) -> bool:
    return not listing.text(name, "the participants report").strip()


def _is_json(name: str) -> bool:
    return name.lower().endswith(".json")


def _tables(listing: Listing) -> list[str]:
    return [name for name in listing.names if name.lower().endswith(".csv") and "/" not in name]


def polls(listing: Listing) -> dict[str, tuple[str, ...]]:
    """Who answered in each table of polls, by its file."""
    answered = {name: poll.respondents(listing.text(name, "a table")) for name in _tables(listing)}
    return {name: names for name, names in answered.items() if names is not None}


def report(listing: Listing, facts: SessionToml) -> tuple[AttendanceReport, tuple[str, ...]]:
    """The participants report of a folder, and the files that it is from; raises ``InputRefused`` for another table."""
    if facts.roster:
        return reader.named_reports(listing, facts.roster), tuple(facts.roster)
    tables = [name for name in _tables(listing) if poll.respondents(listing.text(name, "a table")) is None]
    parsed = [(name, report_of.parse(listing.text(name, "the participants report"))) for name in tables]
    reports = [(name, report) for name, report in parsed if report is not None]
    answers = [(name, zoom_api.parse(listing.text(name, "JSON"))) for name in listing.names if _is_json(name)]
    reports += [(name, report) for name, report in answers if report is not None]
    if not reports and any(_is_blank(listing, name) for name in tables):
        raise InputRefused("the participants report is empty", action="download it again")
    if not reports and any(kind_of(name) != "polls" for name in tables):
        raise InputRefused("the participants report has columns that are not known", action="download it in English")
    return reader.merged([report for _, report in reports]), tuple(name for name, _ in reports)
