"""Which platform left a folder, decided from its file names alone."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum

from pipeline.errors import InputRefused
from pipeline.ingest.media_kinds import is_media
from pipeline.ingest.session_toml import FILE_NAME
from pipeline.ingest.speaker_files import owners_by_name


class FolderKind(StrEnum):
    """What a folder looks like; the value is how a person would call it."""

    SESSION = "a folder with a session.toml"
    ZOOM = "a Zoom local folder"
    CRAIG = "a Craig recording"
    ZIP = "a folder with one zip"
    CRAIG_PROJECT = "a Craig recording as an Audacity project"
    ZOOM_CLOUD = "a Zoom cloud download"
    TEAMS = "a Microsoft Teams download"
    MEET = "a Google Meet download"
    OBS = "an OBS recording"
    ONE_FILE_EACH = "a folder of one file a person"
    LOOSE = "loose media without a session.toml"
    SEVERAL = "more than one platform's files"
    EMPTY = "an empty folder"
    UNKNOWN = "something unknown"


READABLE = frozenset(
    {
        *(FolderKind.SESSION, FolderKind.ZOOM, FolderKind.ZOOM_CLOUD, FolderKind.CRAIG, FolderKind.ZIP),
        *(FolderKind.TEAMS, FolderKind.MEET, FolderKind.ONE_FILE_EACH, FolderKind.LOOSE, FolderKind.OBS),
    }
)
CRAIG_TRACK = re.compile(r"(\d{1,4})-[^/]*\.(?:flac|ogg|oga|opus|aac|m4a|mp3|wav)", re.IGNORECASE)
"""One user's track in any of the formats that Craig offers: FLAC, FLAC or Vorbis in Ogg, Opus, AAC, MP3, WAV."""

TEAMS_RECORDING = re.compile(
    r"(?P<title>.+)[- ](?P<date>\d{8})_(?P<clock>\d{6})(?P<utc>UTC)?-(?=[^\W\d_])[^/]*\.(?:mp4|m4a|mkv|webm)",
    re.IGNORECASE,
)
"""A recording of Microsoft Teams: title, start, and "Meeting Recording" in the language of whoever recorded."""
MEET_RECORDING = re.compile(
    r"(?P<title>[^/]*?)(?: \(\d{4}-\d\d-\d\d \S.{0,9} \d\d.\d\d(?:.\d\d)? (?:GMT|UTC)[^/()]*\)"
    r"| [-–—] \d{4}[-/_.]\d\d[-/_.]\d\d \d\d.\d\d (?:[A-Z]{2,5})\S* [-–—] )[^/]*\.\w+",
    re.IGNORECASE,
)
"""A file of Google Meet: title, start with its zone, and what it is in the language of whoever recorded."""
_SUPPORTED = "docs/ingest.md lists what can be read"
_ZOOM = re.compile(
    r"recording\.conf|zoomver\.tag|.*\.zoom|double_click_to_convert.*|audio record/.*|zoom_\d\.mp4|video\d{7,}\.mp4",
    re.IGNORECASE,
)
_ZOOM_WEAK = re.compile(r"(video|audio)\d+\.(mp4|m4a)|audio_only\.m4a|playback.*\.m3u", re.IGNORECASE)
_OTHERS = (
    (
        FolderKind.ZOOM_CLOUD,
        re.compile(r"(?:.*/)?(?:GMT\d{8}-\d{6}_Recording.*|.*\baudio only - .*\.m4a)", re.IGNORECASE),
    ),
    (FolderKind.TEAMS, re.compile(rf"(?:.*/)?{TEAMS_RECORDING.pattern}", re.IGNORECASE)),
    (
        FolderKind.MEET,
        re.compile(rf"(?:.*/)?(?:{MEET_RECORDING.pattern}|.*\.sbv|.* [-–—] Recording\.mp4)", re.IGNORECASE),
    ),
    (FolderKind.OBS, re.compile(r"\d{4}-\d\d-\d\d[ _]\d\d-\d\d-\d\d\.(mkv|mp4|mov|flv|ts)", re.IGNORECASE)),
)


def recognise(names: Collection[str]) -> FolderKind:
    """The kind of a folder that holds files of these names; pure."""
    if not names:
        return FolderKind.EMPTY
    platforms = _platforms(names)
    if len(platforms) > 1:
        return FolderKind.SEVERAL
    if platforms:
        return platforms[0]
    downloads = [kind for kind, pattern in _OTHERS if any(pattern.fullmatch(name) for name in names)]
    if FILE_NAME in names:
        return downloads[0] if len(downloads) == 1 and _is_sure(downloads[0], names) else FolderKind.SESSION
    if any(_ZOOM_WEAK.fullmatch(name) for name in names):
        return FolderKind.ZOOM
    if downloads:
        return downloads[0]
    if owners_by_name(names):
        return FolderKind.ONE_FILE_EACH
    return FolderKind.LOOSE if any(is_media(name) for name in names) else FolderKind.UNKNOWN


def _is_sure(kind: FolderKind, names: Collection[str]) -> bool:
    """Whether a download beside a session.toml is its platform's all the same, which that then corrects."""
    if kind is FolderKind.MEET:  # some of its names are anybody's, as "Interview - Recording.mp4"
        return sum(map(is_media, names)) == 1 or any(
            MEET_RECORDING.fullmatch(name.rpartition("/")[2]) for name in names
        )
    return kind in (FolderKind.ZOOM_CLOUD, FolderKind.TEAMS)


def check_readable(kind: FolderKind) -> None:
    """Raises ``InputRefused`` by name for a kind that has no reader."""
    if kind in READABLE:
        return
    if kind is FolderKind.SEVERAL:
        raise InputRefused("the folder holds more than one platform's files", action="give each session its own folder")
    if kind is FolderKind.CRAIG_PROJECT:
        raise InputRefused(f"this looks like {kind.value}", action="download it in another format, as FLAC")
    if kind is FolderKind.EMPTY:
        raise InputRefused("the folder is empty", action="put the recording in, or remove the folder")
    action = "" if kind is FolderKind.UNKNOWN else "; add a session.toml to have it read as plain media"
    raise InputRefused(f"this looks like {kind.value}", action=_SUPPORTED + action)


def _platforms(names: Collection[str]) -> list[FolderKind]:
    kinds = []
    if any(_ZOOM.fullmatch(name) for name in names):
        kinds.append(FolderKind.ZOOM)
    if "info.txt" in names and any(CRAIG_TRACK.fullmatch(name) for name in names):
        kinds.append(FolderKind.CRAIG)
    if any(name.lower().endswith(".aupzip") for name in names):
        kinds.append(FolderKind.CRAIG_PROJECT)
    zips = sum(name.lower().endswith(".zip") for name in names)
    if zips == 1 and not kinds and not any(is_media(name) for name in names):
        kinds.append(FolderKind.ZIP)
    elif zips:
        kinds += [FolderKind.ZIP, FolderKind.CRAIG]
    return kinds
