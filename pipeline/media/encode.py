"""Writes sound, and a copied picture, into new containers that hold nothing else; same input, same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from pipeline.errors import OffrecordError, TryAgain
from pipeline.media import command, nal_units, untrusted_input, vp9
from pipeline.media.command import BARE
from pipeline.media.decode import FLOAT, Block
from pipeline.media.output_formats import BITS_PER_CHANNEL, OutputFormat
from pipeline.media.probe import probe
from pipeline.media.tool_process import ToolProcess, child

AAC_PRIMING = 1024


class Encoder:
    """Takes blocks of float32 samples, shape (n, channels), in order."""

    def __init__(self, running: ToolProcess, skip: int) -> None:
        self._running = running
        self._skip = skip

    def write(self, block: Block) -> None:
        """Encode ``block``; raises ``TryAgain`` when the encoder gave up."""
        skipped = min(self._skip, len(block))
        self._skip -= skipped
        data = np.ascontiguousarray(block[skipped:], dtype="<f4")
        if not self._running.write(data.reshape(-1).view(np.uint8).data):
            raise gave_up()


@contextmanager
def encoder(path: Path, *, output_format: OutputFormat, rate: int, channels: int, bits: int = 16) -> Iterator[Encoder]:
    """A new file at ``path`` (must not exist) with one sound track; complete and on disk when the block is left."""
    with created(path) as fd:
        argv = encoding(fd, output_format=output_format, rate=rate, channels=channels, bits=bits)
        with child(argv, fds=[fd], feeds=True) as running:
            yield Encoder(running, priming(output_format))
            if running.finish() != 0:
                raise gave_up()


def encoding(
    fd: int, *, output_format: OutputFormat, rate: int, channels: int, bits: int, form: str = FLOAT
) -> list[str]:
    """The command that encodes samples of ffmpeg's format ``form`` from its input into an open file of ``kind``."""
    sound = command.samples_input(rate, channels, form=form)
    output = sound.output(
        untrusted_input.url(fd), **_container(output_format), **_sound_codec(output_format, channels, bits), **BARE
    )
    return command.argv(output, "-y")


def mux(path: Path, *, output_format: OutputFormat, sounds: Sequence[Path], picture: Path | None) -> None:
    """Put the sounds (files of ours) and the copied ``picture`` of a file into a new file at ``path``.

    Of a picture in H.264 or HEVC, slices and parameter sets are copied and nothing else; one in VP9 must be ours.
    """
    codec = None if picture is None else _codec(picture)
    with ExitStack() as stack:
        fd = stack.enter_context(created(path))
        fds = [stack.enter_context(untrusted_input.opened(sound)) for sound in sounds]
        streams = [command.opened_input(sound)["a:0"] for sound in fds]
        options: dict[str, str | int] = {"c": "copy", "map_metadata:s": -1}
        if picture is not None:
            fds.append(stack.enter_context(untrusted_input.opened(picture)))
            streams.insert(0, command.opened_input(fds[-1])["V:0"])
        if codec is not None:
            options["bsf:v"] = f"filter_units=pass_types={codec.types}"
        output = command.output(streams, untrusted_input.url(fd), **options, **_container(output_format), **BARE)
        with child(command.argv(output, "-y"), fds=[fd, *fds]) as running:
            if running.finish() != 0:
                raise gave_up()
    if codec is nal_units.HEVC:
        nal_units.clean_header(path)


def _codec(picture: Path) -> nal_units.Codec | None:
    """How a picture that is copied is cleaned, None for one that needs no cleaning."""
    stream = probe(picture).video
    if stream is not None and stream.codec == vp9.NAME:
        return None
    if stream is None or stream.codec not in nal_units.CODECS:
        raise OffrecordError("a picture of this kind cannot be copied", action="report this; nothing was written")
    return nal_units.CODECS[stream.codec]


@contextmanager
def created(path: Path) -> Iterator[int]:
    """A descriptor of a new file at ``path``, mode 0600, on disk when the block is left; never follows a link."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        yield fd
        os.fsync(fd)
    finally:
        os.close(fd)


def _container(output_format: OutputFormat) -> dict[str, str | int]:
    options: dict[str, str | int] = {"format": output_format.container}
    if output_format.container in ("mp4", "mov"):
        options["write_tmcd"] = 0
    if output_format.container == "wav":
        options["rf64"] = "auto"
    return options


def priming(output_format: OutputFormat) -> int:
    """How many of our first samples to leave out: Matroska cannot say that AAC's first 1024 are priming."""
    return AAC_PRIMING if output_format.container == "matroska" else 0


def _sound_codec(output_format: OutputFormat, channels: int, bits: int) -> dict[str, str | int]:
    if output_format.codec == "pcm":
        return {"c:a": "pcm_s24le" if bits > 16 else "pcm_s16le"}
    if output_format.codec == "flac":
        return (
            {"c:a": "flac", "sample_fmt": "s32", "bits_per_raw_sample": 24}
            if bits > 16
            else {"c:a": "flac", "sample_fmt": "s16"}
        )
    options: dict[str, str | int] = {"c:a": output_format.codec, "b:a": min(BITS_PER_CHANNEL * channels, 320_000)}
    if output_format.codec == "aac":
        options["aac_coder"] = "fast"
    return options


def gave_up() -> TryAgain:
    """For an encoder that ended early."""
    return TryAgain(
        "the rendered sound could not be written", action="check the free space of the workspace and run again"
    )
