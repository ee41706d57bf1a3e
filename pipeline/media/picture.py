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
    return probe.video is not None and probe.video.codec == COPIED_CODEC and hidden_frames(path) == 0


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


def hidden_frames(path: Path) -> int:
    """How many frames of the first picture an edit list hides: they are in the file, yet no player shows them."""
    with source.opened(path) as fd:
        argv = [*source.probe_head(), "-select_streams", "V:0", "-show_entries", "packet=flags", "-of", "csv=p=0"]
        with child([*argv, "-i", source.url(fd)], fds=[fd]) as running:
            count = 0
            while data := running.read(1 << 16):
                count += data.count(b"D")
            if running.finish() != 0:
                raise source.damaged()
    return count


def has_edit_list(probe: Probe) -> bool:
    """Whether the container is of the kind that may hide content behind an edit list."""
    return any(name in _EDITED for name in probe.format_name.split(","))
