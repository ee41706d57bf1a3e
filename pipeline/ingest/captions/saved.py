"""The captions that Zoom saves as text: ``[Name] HH:MM:SS`` above each, or ``HH:MM:SS text`` without names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.errors import InputRefused
from pipeline.ingest.captions.model import Caption, CaptionFile, looks_like_header

_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?:\s*(?P<half>[AaPp])\.?\s?[Mm]\.?)?"
_HEADER = re.compile(rf"\[(?P<name>.{{1,300}})\]\s*{_CLOCK}\s*")  # the last bracket is the name's own
_NAMELESS = re.compile(rf"{_CLOCK}[ \t]+(?P<text>\S.*)")
_ANY_CLOCK = re.compile(_CLOCK)
_HALF_DAY = 12


@dataclass(slots=True)
class _Open:
    """A caption while its lines are collected."""

    start_s: float
    speaker: str | None
    lines: list[str] = field(default_factory=list)


def parse(text: str) -> CaptionFile:
    """Every caption, in the order of the file.

    A line that looks like a header and is none begins a caption of nobody known. Raises ``InputRefused`` where the
    text does not begin as either form.
    """
    open_captions: list[_Open] = []
    for line in filter(str.strip, text.split("\n")):
        opened = _opened(line.strip(), open_captions[-1].start_s if open_captions else None)
        if opened is not None:
            open_captions.append(opened)
        elif open_captions:
            open_captions[-1].lines.append(line.strip())
        else:
            raise InputRefused(
                "captions: neither WebVTT, SubRip nor Zoom's saved captions", action="convert them, or leave them out"
            )
    return CaptionFile(
        tuple(
            Caption(each.start_s, None, each.speaker, "\n".join(each.lines), wall=True)
            for each in open_captions
            if each.lines
        )
    )


def _opened(line: str, before_s: float | None) -> _Open | None:
    """The caption that a line begins, None where it goes on with the one before."""
    if header := _HEADER.fullmatch(line):
        return _Open(_seconds(header), header["name"].strip())
    if nameless := _NAMELESS.fullmatch(line):
        return _Open(_seconds(nameless), None, [nameless["text"]])
    if before_s is not None and looks_like_header(line):
        clock = _ANY_CLOCK.search(line)
        return _Open(_seconds(clock) if clock else before_s, None)
    return None


def _seconds(match: re.Match[str]) -> float:
    hour = int(match["hour"])
    if match["half"] and 1 <= hour <= _HALF_DAY:
        hour = hour % _HALF_DAY + (_HALF_DAY if match["half"] in "Pp" else 0)
    return hour * 3600.0 + int(match["minute"]) * 60.0 + int(match["second"])
