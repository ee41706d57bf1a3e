"""Command lines for ffmpeg, their graphs built by ffmpeg-python; nothing here runs."""

from __future__ import annotations

from collections.abc import Sequence

import ffmpeg

from pipeline.media import untrusted_input

HEAD = ("ffmpeg", "-hide_banner", "-nostdin", "-v", "error")
# Nothing of the source but its streams, and the same bytes every time.
BARE: dict[str, str | int] = {
    "map_metadata": -1,
    "map_chapters": -1,
    "fflags": "+bitexact",
    "flags": "+bitexact",
    "threads": 1,
}


def opened_input(
    fd: int, *, edit_list: bool = True, start_s: float = 0.0, from_keyframe: bool = False
) -> ffmpeg.nodes.FilterableStream:
    """The hardened input for an open descriptor, as a node of an ffmpeg-python graph.

    ``edit_list=False`` reads an MP4 or MOV file as if it had none; the file must be of that kind. Times count from
    ``start_s``, and nothing before is read; with ``from_keyframe`` the picture is, from the last keyframe on, so that
    the frame that is shown at ``start_s`` is among those that come, at a time below zero.
    """
    options: dict[str, str | int | None] = dict(
        untrusted_input.input_options(), max_pixels=untrusted_input.MAX_PIXELS, threads=1
    )
    # Else decoders show up to 63 pixels of what the left margin of a picture hides.
    options["flags"] = "unaligned"
    if not edit_list:
        options["ignore_editlist"] = 1
    if start_s > 0:
        options["ss"] = f"{start_s:.6f}"
        if from_keyframe:
            options["noaccurate_seek"] = None
    return ffmpeg.input(untrusted_input.url(fd), **options)


def samples_input(rate: int, channels: int, *, form: str) -> ffmpeg.nodes.FilterableStream:
    """The input for samples of ffmpeg's format ``form`` that we write to the process ourselves."""
    return ffmpeg.input("pipe:0", format=form, ar=rate, ac=channels)


def frames_input() -> ffmpeg.nodes.FilterableStream:
    """The input for uncompressed frames in Matroska that we write to the process ourselves."""
    return ffmpeg.input("pipe:0", format="matroska", threads=1)


def output(
    streams: Sequence[ffmpeg.nodes.FilterableStream], url: str, **options: str | int
) -> ffmpeg.nodes.OutputStream:
    """One output of several streams, in their order."""
    return ffmpeg.output(*streams, url, **options)


def together(outputs: Sequence[ffmpeg.nodes.OutputStream]) -> ffmpeg.nodes.OutputStream:
    """Several outputs of one process."""
    return ffmpeg.merge_outputs(*outputs)


def argv(output: ffmpeg.nodes.OutputStream, *head: str) -> list[str]:
    """The full command line of a graph, with ``head`` among the global options."""
    return [*HEAD, *head, *output.compile()[1:]]
