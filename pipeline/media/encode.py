"""Writes sound, and a copied picture, into new containers that hold nothing else; same input, same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pipeline.errors import TryAgain
from pipeline.media import command, source
from pipeline.media.child import Child, child
from pipeline.media.decode import Block
from pipeline.media.kinds import BITS_PER_CHANNEL, Kind

# Slices and parameter sets of H.264 only: SEI (hidden captions, encoder banners), fillers and private units go.
H264_UNITS = "1-5|7-9"
AAC_PRIMING = 1024
_BARE: dict[str, str | int] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags": "+bitexact",
    "threads": 1,
}


class Encoder:
    """Takes blocks of float32 samples, shape (n, channels), in order."""

    def __init__(self, running: Child, skip: int) -> None:
        self._running = running
        self._skip = skip

    def write(self, block: Block) -> None:
        """Encode ``block``; raises ``TryAgain`` when the encoder gave up."""
        skipped = min(self._skip, len(block))
        self._skip -= skipped
        if not self._running.write(memoryview(block[skipped:].astype("<f4", copy=False).tobytes())):
            raise _gave_up()


@contextmanager
def encoder(path: Path, *, kind: Kind, rate: int, channels: int, bits: int = 16) -> Iterator[Encoder]:
    """A new file at ``path`` (must not exist) with one sound track; complete and on disk when the block is left."""
    with created(path) as fd:
        sound = command.samples_input(rate, channels)
        output = sound.output(source.url(fd), **_container(kind), **_sound_codec(kind, channels, bits), **_BARE)
        with child(command.argv(output, "-y"), fds=[fd], feeds=True) as running:
            yield Encoder(running, _priming(kind))
            if running.finish() != 0:
                raise _gave_up()


def mux(path: Path, *, kind: Kind, sounds: Sequence[Path], picture: Path | None) -> None:
    """Put the sounds (files of ours) and the copied H.264 ``picture`` of a sealed file into a new file at ``path``."""
    with ExitStack() as stack:
        fd = stack.enter_context(created(path))
        fds = [stack.enter_context(source.opened(sound)) for sound in sounds]
        streams = [command.opened_input(sound)["a:0"] for sound in fds]
        options: dict[str, str | int] = {"c": "copy", "map_metadata:s": -1}
        if picture is not None:
            fds.append(stack.enter_context(source.opened(picture)))
            streams.insert(0, command.opened_input(fds[-1])["V:0"])
            options["bsf:v"] = f"filter_units=pass_types={H264_UNITS}"
        output = command.output(streams, source.url(fd), **options, **_container(kind), **_BARE)
        with child(command.argv(output, "-y"), fds=[fd, *fds]) as running:
            if running.finish() != 0:
                raise _gave_up()


@contextmanager
def created(path: Path) -> Iterator[int]:
    """A descriptor of a new file at ``path``, mode 0600, on disk when the block is left; never follows a link."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        yield fd
        os.fsync(fd)
    finally:
        os.close(fd)


def _container(kind: Kind) -> dict[str, str | int]:
    options: dict[str, str | int] = {"format": kind.container}
    if kind.container in ("mp4", "mov"):
        options["write_tmcd"] = 0
    if kind.container == "wav":
        options["rf64"] = "auto"
    return options


def _priming(kind: Kind) -> int:
    """Matroska cannot say that AAC's first 1024 samples are priming: they take the place of as many of ours."""
    return AAC_PRIMING if kind.container == "matroska" else 0


def _sound_codec(kind: Kind, channels: int, bits: int) -> dict[str, str | int]:
    if kind.codec == "pcm":
        return {"c:a": "pcm_s24le" if bits > 16 else "pcm_s16le"}
    if kind.codec == "flac":
        return (
            {"c:a": "flac", "sample_fmt": "s32", "bits_per_raw_sample": 24}
            if bits > 16
            else {"c:a": "flac", "sample_fmt": "s16"}
        )
    options: dict[str, str | int] = {"c:a": kind.codec, "b:a": min(BITS_PER_CHANNEL * channels, 320_000)}
    if kind.codec == "aac":
        options["aac_coder"] = "fast"
    return options


def _gave_up() -> TryAgain:
    return TryAgain(
        "the rendered sound could not be written", action="check the free space of the workspace and run again"
    )
