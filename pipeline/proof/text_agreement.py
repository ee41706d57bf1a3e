"""Proof (v): captions, transcript and chat, read back, say what the turns of the rendition say, and no more."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.lexicon.counted import counted
from pipeline.records import Check, ProofVerdict, Turn
from pipeline.spans import SpanIndex

NAME = "texts agree"
TURNS, TRANSCRIPT, CAPTIONS, SUBRIP = "transcript.jsonl", "transcript.txt", "captions.vtt", "captions.srt"
CHAT, CHAT_TURNS = "chat.txt", "chat.jsonl"
# Times are written in whole milliseconds, and those of a cue are a share of its turn's.
CLOCK_S = 0.0011
_TIMING = re.compile(r"(\d+):(\d\d):(\d\d)[.,](\d{3}) --> (\d+):(\d\d):(\d\d)[.,](\d{3})")
Cue = tuple[float, float, str]


def turns_of(folder: Path, name: str = TURNS) -> tuple[Turn, ...]:
    """The redacted turns of a rendition; raises ``ValueError`` or ``TypeError`` where its file is not as written."""
    lines = (folder / name).read_text("utf-8").split("\n")[:-1]
    return tuple(Turn(**json.loads(line)) for line in lines)


def texts_agree(folder: Path) -> Check:
    """Whether every word of captions, transcript and chat is one of the turns', of the same speaker at the same time.

    Raises ``InputRefused`` where a text cannot be read.
    """
    try:
        turns = turns_of(folder)
        agree = (folder / TRANSCRIPT).read_text("utf-8") == "".join(map(_line, turns))
        agree = agree and _say_the_same(_webvtt((folder / CAPTIONS).read_text("utf-8")), turns)
        if (folder / SUBRIP).is_file():
            agree = agree and _say_the_same(_subrip((folder / SUBRIP).read_text("utf-8")), turns)
        if (folder / CHAT_TURNS).is_file():
            chat = [replace(turn, text=" ".join(turn.text.split())) for turn in turns_of(folder, CHAT_TURNS)]
            agree = agree and (folder / CHAT).read_text("utf-8") == "".join(map(_line, chat))
    except (OSError, ValueError, TypeError) as error:
        raise InputRefused("a text of the rendition cannot be read", action="get the rendition again") from error
    return Check(
        name=NAME, verdict=ProofVerdict.PROVED if agree else ProofVerdict.LEAK, detail=counted(len(turns), "turn")
    )


def _line(turn: Turn) -> str:
    seconds = round(turn.start_s * 1000) // 1000
    return f"[{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}] {turn.speaker}: {turn.text}\n"


def _say_the_same(cues: Sequence[Cue], turns: Sequence[Turn]) -> bool:
    """Whether every cue is a part of a turn, and together they say what the turns say."""
    index = SpanIndex(turns, lambda turn: (turn.start_s - CLOCK_S, turn.end_s + CLOCK_S))
    words = Counter(word for turn in turns for word in _spoken(turn.speaker, turn.text))
    for start_s, end_s, text in cues:
        turn = next((turn for turn in index.overlapping(start_s, end_s) if _is_part(start_s, end_s, text, turn)), None)
        if turn is None:
            return False
        words.subtract(_spoken(turn.speaker, text.removeprefix(f"{turn.speaker}: ")))
    return not any(words.values())


def _spoken(speaker: str, text: str) -> Iterator[tuple[str, str]]:
    return ((speaker, word) for word in text.split())


def _is_part(start_s: float, end_s: float, text: str, turn: Turn) -> bool:
    within = turn.start_s - CLOCK_S <= start_s and end_s <= turn.end_s + CLOCK_S
    line = text.removeprefix(f"{turn.speaker}: ")
    return within and line != text and f" {line} " in f" {' '.join(turn.text.split())} "


def _webvtt(text: str) -> list[Cue]:
    """The cues of a WebVTT file as renditions have them: a header, then timings and one line of text each."""
    header, *blocks = text.removesuffix("\n").split("\n\n")
    if header != "WEBVTT":
        raise ValueError("no WebVTT")
    return [_cue(html.unescape(block)) for block in blocks]


def _subrip(text: str) -> list[Cue]:
    """The cues of a SubRip file: numbered, each as in WebVTT."""
    blocks = text.removesuffix("\n").split("\n\n") if text else []
    numbered = [block.partition("\n") for block in blocks]
    if [number for number, _, _ in numbered] != [str(number) for number in range(1, len(blocks) + 1)]:
        raise ValueError("no SubRip")
    return [_cue(block) for _, _, block in numbered]


def _cue(block: str) -> Cue:
    timing, _, text = block.partition("\n")
    match = _TIMING.fullmatch(timing)
    if match is None or "\n" in text:
        raise ValueError("no cue")
    clock = [int(digits) for digits in match.groups()]
    return _clock_s(*clock[:4]), _clock_s(*clock[4:]), text


def _clock_s(hours: int, minutes: int, seconds: int, milliseconds: int) -> float:
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000
