"""What a picture holds beside what is seen: units that are not slices, and frames behind an edit list."""

from __future__ import annotations

from pathlib import Path

from pipeline.media import source, units
from pipeline.media.child import child
from pipeline.media.kinds import Kind
from pipeline.media.probe import Probe

_EDITED = ("mov", "mp4")


def can_be_copied(path: Path, probe: Probe, *, kind: Kind | None = None) -> bool:
    """Whether the first picture is one that we know how to clean: H.264 or HEVC, nothing behind an edit list.

    HEVC has messages in the container's header too, which can be cleaned in MP4 and MOV files alone.
    """
    codec = units.CODECS.get(probe.video.codec) if probe.video is not None else None
    if codec is None or (codec is units.HEVC and kind is not None and kind.container not in _EDITED):
        return False
    return hidden_frames(path) == 0


def hidden_units(path: Path, codec: str = units.H264.name) -> int:
    """The bytes of units beside slices and parameter sets in the first picture: captions, banners, messages."""
    known = units.CODECS[codec]
    return sum(len(unit) for unit in units.units(path, known) if known.type_of(unit) not in known.kept)


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
