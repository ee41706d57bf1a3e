"""What a picture holds beside what is seen: units that are not slices, and frames behind an edit list."""

from __future__ import annotations

from pathlib import Path

from pipeline.media import command, source
from pipeline.media.child import child
from pipeline.media.encode import H264_UNITS
from pipeline.media.probe import Probe

COPIED_CODEC = "h264"
_EDITED = ("mov", "mp4")


def can_be_copied(path: Path, probe: Probe) -> bool:
    """Whether the first picture is one that we know how to clean: H.264 with nothing behind an edit list."""
    return probe.video is not None and probe.video.codec == COPIED_CODEC and hidden_frames(path, probe) == 0


def hidden_units(path: Path) -> int:
    """The bytes of H.264 units beside slices and parameter sets in the first picture: captions, banners."""
    with source.opened(path) as fd:
        picture = command.opened_input(fd)["V:0"]
        bare = picture.output("pipe:1", format="data", c="copy", **{"bsf:v": f"filter_units=remove_types={H264_UNITS}"})
        with child(command.argv(bare), fds=[fd]) as running:
            count = 0
            while data := running.read(1 << 20):
                count += len(data)
            if running.finish() != 0:
                raise source.damaged()
    return count


def hidden_frames(path: Path, probe: Probe) -> int:
    """How many frames of the first picture an MP4 edit list hides; 0 for other containers."""
    if not has_edit_list(probe):
        return 0
    return abs(_frames(path, edit_list=False) - _frames(path, edit_list=True))


def has_edit_list(probe: Probe) -> bool:
    """Whether the container is of the kind that may hide content behind an edit list."""
    return any(name in _EDITED for name in probe.format_name.split(","))


def _frames(path: Path, *, edit_list: bool) -> int:
    """Decodes nothing; packets that a player would throw away are not counted."""
    with source.opened(path) as fd:
        picture = command.opened_input(fd, edit_list=edit_list)["V:0"]
        argv = command.argv(picture.output("pipe:1", format="framecrc", c="copy"))
        with child(argv, fds=[fd]) as running:
            count = 0
            while data := running.read(1 << 16):
                count += data.count(b"\n0,")
            if running.finish() != 0:
                raise source.damaged()
    return count
