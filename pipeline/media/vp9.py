"""Pictures in VP9, as we write them ourselves: each packet is one frame, and it is shown.

After the VP9 bitstream specification, section 6.2 (the uncompressed header) and annex B (superframes).
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.media import command, untrusted_input
from pipeline.media.tool_process import ToolProcess, child

NAME = "vp9"
LONGEST_PACKET = 64 << 20
# IVF: a file header, then each frame behind its size and time.
_FILE_HEAD, _FRAME_HEAD = 32, 12
# Marker, profile 0, no frame that was there before, shown; the bit between says whether it is a key frame.
_SHOWN_MASK, _SHOWN = 0b1111_1010, 0b1000_0010
_SUPERFRAME_MASK, _SUPERFRAME = 0b1110_0000, 0b1100_0000


def packets_that_hide(path: Path) -> int:
    """How many packets of the first picture hold a frame that is not shown, or several; raises ``InputRefused``."""
    with untrusted_input.opened(path) as fd:
        picture = command.opened_input(fd)["V:0"].output("pipe:1", format="ivf", c="copy")
        with child(command.argv(picture), fds=[fd]) as running:
            count = _count(running)
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)
    return count


def _count(running: ToolProcess) -> int:
    count = 0
    running.read(_FILE_HEAD)
    while len(head := running.read(_FRAME_HEAD)) == _FRAME_HEAD:
        size = int.from_bytes(head[:4], "little")
        if size > LONGEST_PACKET:
            raise InputRefused("a picture cannot be taken apart", action=untrusted_input.OTHER_FILE)
        count += not _is_one_shown_frame(running.read(size))
    return count


def _is_one_shown_frame(packet: bytes) -> bool:
    if not packet or packet[0] & _SHOWN_MASK != _SHOWN:
        return False
    last = packet[-1]
    if last & _SUPERFRAME_MASK != _SUPERFRAME:
        return True
    # The index of a superframe begins and ends with the same byte, which says how long it is.
    index = 2 + ((last >> 3 & 3) + 1) * ((last & 7) + 1)
    return index > len(packet) or packet[-index] != last
