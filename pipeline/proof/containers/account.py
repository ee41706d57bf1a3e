"""The check that no byte of a finished file is anything but sound, picture, and what describes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pipeline.media import Probe, untrusted_input
from pipeline.media.output_formats import OutputFormat
from pipeline.proof.containers import flac, matroska, mp3, mp4, ogg, wav
from pipeline.proof.containers.source import FileBytes, Malformed, Unaccounted
from pipeline.records import Check, ProofVerdict

NAME = "every byte"
MOST_NAMED, MOST = 3, 1000
_READERS: dict[str, Callable[[FileBytes, Probe], Iterator[Unaccounted]]] = {
    "wav": wav.unaccounted,
    "flac": flac.unaccounted,
    "mp3": mp3.unaccounted,
    "ogg": ogg.unaccounted,
    "opus": ogg.unaccounted,
    "ipod": mp4.unaccounted,
    "mp4": mp4.unaccounted,
    "mov": mp4.unaccounted,
    "matroska": matroska.unaccounted,
    "webm": matroska.unaccounted,
}


def every_byte(path: Path, probe: Probe, *, output_format: OutputFormat) -> Check:
    """Whether every byte of the file is accounted for; what is not is named with its place, and could not be checked.

    Raises ``InputRefused`` where the file cannot be opened.
    """
    with untrusted_input.opened(path) as fd:
        file = FileBytes(fd)
        pieces = [piece for piece in _unaccounted(file, probe, output_format) if piece.start < piece.end]
    if not pieces:
        return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{file.size} bytes, all of them accounted for")
    shown = ", ".join(
        f"{piece.name} at {piece.start} ({piece.end - piece.start} bytes)" for piece in pieces[:MOST_NAMED]
    )
    more = f" and {len(pieces) - MOST_NAMED} more" if len(pieces) > MOST_NAMED else ""
    return Check(name=NAME, verdict=ProofVerdict.UNCHECKED, detail=f"not accounted for: {shown}{more}")


def _unaccounted(file: FileBytes, probe: Probe, output_format: OutputFormat) -> list[Unaccounted]:
    pieces: list[Unaccounted] = []
    try:
        pieces.extend(islice(_READERS[output_format.container](file, probe), MOST))
    except Malformed:
        pieces.append(Unaccounted("a file that is not built as it should be", 0, file.size))
    return pieces
