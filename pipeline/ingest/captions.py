"""Captions as platforms write them: WebVTT, SubRip, and Zoom's saved text."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from pipeline.errors import InputRefused

_TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_SAVED = re.compile(r"\[([^\[\]\n]{1,200})\]\s+(\d{1,2}):([0-5]\d):([0-5]\d)\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{0,100})?[ \t]{1,8}([^<>]{0,200})>")
_TAG = re.compile(r"<[^<>]*>")
_PREFIX = re.compile(r"([^:]{1,100}):\s+(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption as written; ``end_s`` is None and ``wall`` true where only a wall clock's start is known."""

    start_s: float
    end_s: float | None
    speaker: str | None
    text: str
    wall: bool = False


def parse(text: str) -> tuple[Caption, ...]:
    """Reads any of the three forms; raises ``InputRefused`` where it is none of them."""
    if text.startswith("WEBVTT") or "-->" in text:
        return _timed(text)
    return _saved(text)


def prefixed(text: str) -> tuple[str, str] | None:
    """``Name: text`` as name and text, where a caption begins that way."""
    match = _PREFIX.fullmatch(text)
    return (match[1].strip(), match[2].strip()) if match else None


def _timed(text: str) -> tuple[Caption, ...]:
    said: list[Caption] = []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.split("\n")
        first = next((line for line in lines if line.strip()), "")
        place = next((number for number, line in enumerate(lines) if "-->" in line), None)
        if place is None or first.startswith(("NOTE", "STYLE", "REGION")):
            continue
        match = _TIMING.fullmatch(lines[place])
        start_s, end_s = (_seconds(match, 1), _seconds(match, 5)) if match else (1.0, 0.0)
        if end_s < start_s:
            raise InputRefused(
                f"captions: cue {len(said) + 1} has no valid time", action="correct it, or leave them out"
            )
        said += _voices(start_s, end_s, "\n".join(lines[place + 1 :]).strip())
    return tuple(said)


def _voices(start_s: float, end_s: float, text: str) -> list[Caption]:
    """One caption for each ``<v Name>`` span; text before the first has no speaker."""
    parts = _VOICE.split(text)
    pairs = [(None, parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    clean = [(name and _plain(name), _plain(words)) for name, words in pairs]
    return [Caption(start_s, end_s, name or None, words) for name, words in clean if words]


def _saved(text: str) -> tuple[Caption, ...]:
    heads: list[tuple[float, str, list[str]]] = []
    for line in filter(str.strip, text.split("\n")):
        head = _SAVED.fullmatch(line)
        if head:
            at_s = int(head[2]) * 3600.0 + int(head[3]) * 60.0 + int(head[4])
            heads.append((at_s, head[1].strip(), []))
        elif heads:
            heads[-1][2].append(line.strip())
        else:
            raise InputRefused(
                "captions: neither WebVTT, SubRip nor Zoom's saved captions", action="convert them, or leave them out"
            )
    return tuple(Caption(at_s, None, name, "\n".join(lines), wall=True) for at_s, name, lines in heads if lines)


def _seconds(match: re.Match[str], first: int) -> float:
    hours, minutes, seconds, fraction = (match[first + place] or "0" for place in range(4))
    return int(hours) * 3600.0 + int(minutes) * 60.0 + float(f"{seconds}.{fraction}")


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()
