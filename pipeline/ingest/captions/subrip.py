"""SubRip as players read it: a line with a timing begins a caption, which goes on to the next one."""

from __future__ import annotations

import html
import re

from pipeline.errors import InputRefused
from pipeline.ingest.captions.model import Caption, CaptionFile

_STAMP = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,:](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_STAMP}\s*-->\s*{_STAMP}(?:\s.*)?", re.ASCII)
_COUNTER = re.compile(r"\s*\d+\s*", re.ASCII)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|\{\\[^{}]*\}")


def parse(text: str) -> CaptionFile:
    """Every caption; a line with an arrow that is no timing ends the one before, and is dropped with what follows."""
    captions: list[Caption] = []
    dropped, lines = 0, list[str]()
    times: tuple[float, float] | None = None
    for line in [*text.split("\n"), "-->"]:
        if "-->" not in line:
            lines.append(line)
            continue
        if lines and _COUNTER.fullmatch(lines[-1]):
            lines.pop()
        if times is not None:
            captions += _caption(*times, lines)
        else:
            dropped += sum(bool(earlier.strip()) for earlier in lines)
        times, lines = _times(line), []
        dropped += times is None
    if not captions:
        raise InputRefused("captions: no caption has a valid time", action="correct them, or leave them out")
    return CaptionFile(tuple(captions), dropped - 1)


def _caption(start_s: float, end_s: float, lines: list[str]) -> list[Caption]:
    """The caption of some lines; what stands after an empty line is nobody's for sure."""
    text = [html.unescape(_TAG.sub("", line)).strip() for line in lines]
    while text and not text[0]:
        text.pop(0)
    border = text.index("") if "" in text else len(text)
    parts = ("\n".join(text[:border]), "\n".join(line for line in text[border:] if line))
    return [Caption(start_s, end_s, None, part) for part in parts if part]


def _times(line: str) -> tuple[float, float] | None:
    match = _TIMING.fullmatch(line)
    if match is None:
        return None
    start_s, end_s = _seconds(match, 1), _seconds(match, 5)
    return (start_s, end_s) if start_s <= end_s else None


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, fraction = (match[first + place] or "0" for place in range(4))
    return int(hours) * 3600.0 + int(minutes) * 60.0 + float(f"{seconds}.{fraction}")
