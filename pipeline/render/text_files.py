"""Writes the readable files of a rendition: captions, transcript and chat, all from redacted turns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from pipeline.records import Turn

CUE_CHARS = 80


def captions_vtt(turns: Sequence[Turn]) -> str:
    """WebVTT made from the redacted turns, long turns cut into cues with times in proportion."""
    cues = [cue for turn in turns for cue in _cues(turn)]
    blocks = [f"{_clock(start_s)} --> {_clock(end_s)}\n{_escaped(text)}\n" for start_s, end_s, text in sorted(cues)]
    return "\n".join(["WEBVTT\n", *blocks])


def captions_srt(turns: Sequence[Turn]) -> str:
    """The same cues as SubRip."""
    cues = sorted(cue for turn in turns for cue in _cues(turn))
    return "\n".join(
        f"{number}\n{_comma(start_s)} --> {_comma(end_s)}\n{text}\n"
        for number, (start_s, end_s, text) in enumerate(cues, 1)
    )


def transcript_txt(turns: Sequence[Turn]) -> str:
    """One line for each turn: time, speaker, text."""
    return "".join(f"[{_clock(turn.start_s)[:8]}] {turn.speaker}: {turn.text}\n" for turn in turns)


def transcript_jsonl(turns: Sequence[Turn]) -> str:
    """One JSON object for each turn, with the keys of ``Turn``."""
    return "".join(json.dumps(asdict(turn), ensure_ascii=False, sort_keys=True) + "\n" for turn in turns)


def chat_txt(turns: Sequence[Turn]) -> str:
    """One line for each turn of the chat: time, who wrote it, and its text without line breaks."""
    return "".join(f"[{_clock(turn.start_s)[:8]}] {turn.speaker}: {' '.join(turn.text.split())}\n" for turn in turns)


def _cues(turn: Turn) -> list[tuple[float, float, str]]:
    lines: list[str] = []
    for word in turn.text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= CUE_CHARS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    total = sum(len(line) for line in lines) or 1
    cues, at_s = [], turn.start_s
    for line in lines:
        end_s = at_s + (turn.end_s - turn.start_s) * len(line) / total
        cues.append((at_s, end_s, f"{turn.speaker}: {line}"))
        at_s = end_s
    return cues


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _comma(seconds: float) -> str:
    return _clock(seconds).replace(".", ",")


def _clock(seconds: float) -> str:
    whole, milliseconds = divmod(round(max(0.0, seconds) * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{milliseconds:03}"
