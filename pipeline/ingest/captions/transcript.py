"""Transcripts written as documents: Microsoft Teams' and Google Meet's, as text or taken out of a Word file.

Teams writes ``Name   0:03`` above each turn, until 2022 a timing and the name below it; Meet writes ``Name: words``
below times that stand alone, about five minutes apart, so that a turn may be anywhere in its stretch.
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import inf

from pipeline.ingest.captions.model import Caption, CaptionFile

_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,7})?"
_TURN = re.compile(rf"(?P<name>\S.{{0,200}}?)(?:\s{{2,}}|\t\s*)(?P<clock>{_CLOCK})")
_EARLIER = r"\d{1,2}:\d{1,2}:\d{1,2}(?:[.,]\d{1,7})?"
_TIMING = re.compile(rf"(?P<start>{_EARLIER})\s*-->\s*(?P<end>{_EARLIER})")
_STRETCH = re.compile(r"\d{2}:\d{2}:\d{2}")
_PREFIXED = re.compile(r"\S[^:]{0,99}:\s+\S.*")
_END = re.compile(r"[^:]{3,200}\s\d{2}:\d{2}:\d{2}\W*")
"""What Meet writes below the last words, as "Transcription ended after 00:43:21"."""
_ATTENDEES = re.compile(
    r"(?:attendees|invited|teilnehmer|teilnehmende|eingeladen|participants|invités|asistentes|participantes|invitados"
    r"|convidados|partecipanti|invitati|deelnemers|genodigden|uczestnicy|deltagare|deltakere|участники|参加者|出席者"
    r"|与会者|参与者|參與者|참석자)\W*",
    re.IGNORECASE,
)
"""What Meet writes above the list of who was there."""
_SCREEN = re.compile(r"(.+?)(?:'s|’s) presentation", re.IGNORECASE)


def is_turns(text: str) -> bool:
    """Whether a text is a transcript with a name and a time above each turn."""
    return any(_TURN.fullmatch(line) for line in _lines(text))


def is_stretches(text: str) -> bool:
    """Whether a text is a transcript with times that stand alone and names before colons."""
    lines = _lines(text)
    return any(map(_STRETCH.fullmatch, lines)) and any(map(_PREFIXED.fullmatch, lines))


def parse_turns(text: str) -> CaptionFile:
    """Every turn from its time to the next; what stands before the first one is a title, and nobody's words."""
    turns: list[tuple[float, str, list[str]]] = []
    for line in _lines(text):
        if turn := _TURN.fullmatch(line):
            turns.append((_seconds(turn["clock"]), turn["name"], []))
        elif turns:
            turns[-1][2].append(line)
    return CaptionFile(tuple(Caption(start_s, None, name, "\n".join(words)) for start_s, name, words in turns if words))


def parse_timed_turns(text: str) -> CaptionFile:
    """Every turn of the earlier form: a timing, then the name, then the words."""
    blocks: list[tuple[re.Match[str], list[str]]] = []
    dropped = 0
    for line in _lines(text):
        if timing := _TIMING.fullmatch(line):
            blocks.append((timing, []))
        elif blocks:
            blocks[-1][1].append(line)
    captions = []
    for timing, lines in blocks:
        start_s, end_s = _seconds(timing["start"]), _seconds(timing["end"])
        if len(lines) > 1 and start_s <= end_s:
            captions.append(Caption(start_s, end_s, lines[0], "\n".join(lines[1:])))
        else:
            dropped += max(1, len(lines))
    return CaptionFile(tuple(captions), dropped)


def parse_stretches(text: str) -> CaptionFile:
    """Every line below a time, anywhere between that time and the next; the last stretch may last to the end."""
    stretches: list[tuple[float, list[str]]] = []
    for line in _lines(text):
        if _STRETCH.fullmatch(line):
            stretches.append((_seconds(line), []))
        elif stretches and not _END.fullmatch(line):
            stretches[-1][1].append(line)
    ends = [*(start_s for start_s, _ in stretches[1:]), inf]
    return CaptionFile(
        tuple(
            Caption(start_s, max(start_s, end_s), None, line)
            for (start_s, lines), end_s in zip(stretches, ends, strict=True)
            for line in lines
        )
    )


def attendees(text: str) -> tuple[str, ...]:
    """Whom Meet's transcript lists as there, in order; none where it has no list."""
    lines = _lines(text)
    for heading, names in pairwise(lines):
        if _STRETCH.fullmatch(heading):
            break
        if _ATTENDEES.fullmatch(heading):
            listed = [name.strip() for name in re.split(r"[,、，]", names) if name.strip()]
            screens = {name for name in listed if (screen := _SCREEN.fullmatch(name)) and screen[1] in listed}
            return tuple(dict.fromkeys(name for name in listed if name not in screens))
    return ()


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _seconds(clock: str) -> float:
    seconds = 0.0
    for part in clock.replace(",", ".").split(":"):
        seconds = seconds * 60.0 + float(part)
    return seconds
