"""Reads embedded subtitles, for detection only: no output is ever made from them."""

from __future__ import annotations

from pathlib import Path

from pipeline.media import command, untrusted_input
from pipeline.media.tool_process import child

TEXT_LIMIT = 16 << 20


def subtitles(path: Path, *, stream: int) -> str:
    """The text of subtitle stream number ``stream`` as WebVTT; raises ``InputRefused`` where it cannot be read."""
    with untrusted_input.opened(path) as fd:
        text = command.opened_input(fd)[f"s:{stream}"].output("pipe:1", format="webvtt")
        with child(command.argv(text), fds=[fd]) as running:
            data = running.read(TEXT_LIMIT)
            if len(data) == TEXT_LIMIT or running.finish() != 0:
                raise untrusted_input.damaged()
    return data.decode("utf-8", "replace")
