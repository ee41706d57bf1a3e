"""What a picture holds beside what is seen: units that are not slices, and frames behind an edit list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.media import nal_units, untrusted_input
from pipeline.media.crop_margins import cuts_away
from pipeline.media.output_formats import OutputFormat
from pipeline.media.probe import Probe
from pipeline.media.tool_process import child

_EDITED = ("mov", "mp4")
# Encoders write one of each kind, phones a few; many different ones could spell something.
MOST_SETS = 16


def can_be_copied(path: Path, probe: Probe, *, output_format: OutputFormat | None = None) -> bool:
    """Whether the first picture is one that we know how to clean: H.264 or HEVC, all of it shown by every player.

    Nothing may lie behind an edit list, in margins that are cut away, or in a layer of its own. HEVC has messages in
    the container's header too, which can be cleaned in MP4 and MOV files alone.
    """
    codec = nal_units.CODECS.get(probe.video.codec) if probe.video is not None else None
    if codec is None:
        return False
    if output_format is not None and codec.name not in output_format.pictures:
        return False
    if output_format is not None and codec is nal_units.HEVC and output_format.container not in _EDITED:
        return False
    kept = (unit for unit in nal_units.units(path, codec) if codec.type_of(unit) in codec.kept)
    return hidden_frames(path) == 0 and not any(_unseen(kept, codec))


def hidden_units(path: Path, codec: str = nal_units.H264.name) -> int:
    """The bytes of units in the first picture that are not seen as they are: captions, banners, messages, margins."""
    known = nal_units.CODECS[codec]
    return sum(_unseen(nal_units.units(path, known), known))


def hidden_frames(path: Path) -> int:
    """How many frames of the first picture an edit list hides: they are in the file, yet no player shows them."""
    with untrusted_input.opened(path) as fd:
        argv = [
            *untrusted_input.probe_head(),
            "-select_streams",
            "V:0",
            "-show_entries",
            "packet=flags",
            "-of",
            "csv=p=0",
        ]
        with child([*argv, "-i", untrusted_input.url(fd)], fds=[fd]) as running:
            count = 0
            while data := running.read(1 << 16):
                count += data.count(b"D")
            if running.finish() != 0:
                raise untrusted_input.damaged()
    return count


def has_edit_list(probe: Probe) -> bool:
    """Whether the container is of the kind that may hide content behind an edit list."""
    return any(name in _EDITED for name in probe.format_name.split(","))


def _unseen(units: Iterable[bytes], codec: nal_units.Codec) -> Iterator[int]:
    """The bytes of each unit that is not seen as it is, 0 for the others: of a type that is not, or with room to hide.

    Parameter sets come again and again; a decoder reads what it needs of each and skips the rest.
    """
    sets: set[bytes] = set()
    for unit in units:
        kind = codec.type_of(unit)
        if kind in codec.sets:
            sets.add(unit)
        unseen = (
            kind not in codec.kept
            or codec.layer_of(unit) > 0
            or len(unit) > codec.longest(kind)
            or len(sets) > MOST_SETS
            or cuts_away(unit, codec)
        )
        yield len(unit) if unseen else 0
