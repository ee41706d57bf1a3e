"""Captions as WebVTT, made of a transcript's entries: a line of text, its speaker and its times."""

from __future__ import annotations

from collections.abc import Iterable

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def captions_text(cues: Iterable[tuple[float, float, str, str]]) -> str:
    """The captions of (start, end, speaker, text), in seconds of the recording; empty where there are none.

    What ends before the recording begins is left away. A speaker's tag has the name; without one there is no tag.
    """
    written = []
    for start_s, end_s, speaker, text in cues:
        line = " ".join(text.translate(_ESCAPES).split())
        if end_s > 0.0 and line:
            who = " ".join(speaker.translate(_ESCAPES).split())
            tagged = f"<v {who}>{line}</v>" if who else line
            written.append(f"{_clock(max(0.0, start_s))} --> {_clock(end_s)}\n{tagged}\n")
    return "\n".join(("WEBVTT\n", *written)) if written else ""


def _clock(at_s: float) -> str:
    milliseconds = round(at_s * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
