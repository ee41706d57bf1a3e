"""Which files are recordings, by their names, and of which kinds none is read."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.errors import InputRefused
from pipeline.media.untrusted_input import CONVERT

MEDIA_SUFFIXES = frozenset(
    {
        *(".mp4", ".m4a", ".m4b", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".mka", ".webm", ".weba"),
        *(".wav", ".w64", ".mp3", ".flac", ".ogg", ".oga", ".opus", ".aac"),
    }
)
UNREAD_MEDIA_SUFFIXES = frozenset(
    {
        *(".avi", ".flv", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".vob", ".wmv", ".asf", ".mxf", ".rm", ".dv"),
        *(".wma", ".amr", ".awb", ".aif", ".aiff", ".aifc", ".caf", ".ac3", ".eac3", ".au", ".ape", ".wv", ".spx"),
    }
)
"""Recordings of kinds that are not read; ffmpeg makes one that is of each, without loss."""

_ALSO_CODE = frozenset({".ts", ".mts"})
"""Those that are TypeScript as well: a folder is listed by names, so that only its owner can say which it is."""


def is_media(name: str) -> bool:
    """Whether a file's name is one of sound or video; what it really is, the probe says."""
    return suffix_of(name) in MEDIA_SUFFIXES


def suffix_of(name: str) -> str:
    """The suffix of a file's name in small letters, with its dot; empty where there is none."""
    dot = name.rfind(".")
    return name[dot:].lower() if dot > name.rfind("/") else ""


def check_media(names: Iterable[str]) -> None:
    """Raises ``InputRefused`` where a recording is of a kind that is not read: without it the session is not whole."""
    suffixes = sorted(UNREAD_MEDIA_SUFFIXES.intersection(map(suffix_of, names)))
    if suffixes:
        convert = f"convert it without loss, for example with {CONVERT}, and take the old file out"
        code = "; if it is TypeScript code, take it out" if _ALSO_CODE.intersection(suffixes) else ""
        raise InputRefused(f"a recording is of a kind that is not read: {', '.join(suffixes)}", action=convert + code)
