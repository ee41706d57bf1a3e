"""Copies some of a file's sounds into a file of their own, sample for sample: nothing else of it comes along."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import numpy as np

from pipeline.errors import InputRefused
from pipeline.media import command, untrusted_input
from pipeline.media.decode import decode
from pipeline.media.encode import created
from pipeline.media.probe import probe
from pipeline.media.tool_process import child

_OF_QUICKTIME = "mov"


def holds_only(path: Path, streams: Sequence[int]) -> bool:
    """Whether a file has these sounds and nothing beside: no picture, no text, no other sound."""
    probed = probe(path)
    return len(probed.streams) == len(probed.audio) == len(set(streams))


def copy_sounds(path: Path, target: Path, *, streams: Sequence[int]) -> None:
    """Writes these sounds of ``path``, in this order, to a new file at ``target``, not encoded again.

    Raises ``InputRefused`` where it cannot be read, or what was written would be heard otherwise than before.
    """
    form = "mov" if _OF_QUICKTIME in probe(path).format_name.split(",") else "matroska"
    with untrusted_input.opened(path) as fd, created(target) as out:
        opened = command.opened_input(fd)
        options: dict[str, str | int] = {"c": "copy", "map_metadata:s": -1, "format": form, **command.BARE}
        output = command.output([opened[f"a:{number}"] for number in streams], untrusted_input.url(out), **options)
        with child(command.argv(output, "-y"), fds=[fd, out]) as running:
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)
    if not all(_alike(path, number, target, at) for at, number in enumerate(streams)):
        raise InputRefused("a sound cannot be copied out of its file as it is", action="erase the whole recording")


def _alike(path: Path, number: int, copy: Path, at: int) -> bool:
    """Whether a sound is heard alike in both files, at the same times."""
    heard = probe(path).audio[number]
    rate, channels = heard.sample_rate or 48_000, heard.channels or 1
    before = decode(path, stream=number, rate=rate, channels=channels)
    after = decode(copy, stream=at, rate=rate, channels=channels)
    return all(
        block is not None and other is not None and np.array_equal(block, other)
        for block, other in zip_longest(before, after)
    )
