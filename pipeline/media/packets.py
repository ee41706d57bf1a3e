"""The packets of a sound stream as they lie in a file, and digests of them; for the proof alone."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.media import command, untrusted_input
from pipeline.media.tool_process import child

# Against mistakes, not against forgery: it need not be cryptographic.
HASH = "murmur3"
PIECE = 1 << 18
_COLUMNS = 6

Packet = tuple[float, bytes]


def packets(path: Path, *, stream: int) -> Generator[Packet]:
    """Every packet of sound ``stream`` in order: when it starts, in seconds, and the digest of its bytes.

    Constant memory. Raises ``InputRefused`` where the file cannot be read to its end.
    """
    with untrusted_input.opened(path) as fd:
        sound = command.opened_input(fd)[f"a:{stream}"]
        listed = sound.output("pipe:1", format="framehash", hash=HASH, c="copy", flush_packets=0)
        with child(command.argv(listed, "-copyts"), fds=[fd]) as running:
            tick, rest = 0.0, b""
            while data := running.read(PIECE):
                lines = (rest + data).split(b"\n")
                rest = lines.pop()
                while lines and lines[0].startswith(b"#"):
                    tick = _tick(lines.pop(0)) or tick
                yield from _of_table(lines, tick)
            if running.finish() != 0:
                raise untrusted_input.refusal(running.stderr_text)


def edit_list_hides(path: Path, *, stream: int) -> bool:
    """Whether sound ``stream`` of an MP4 has other packets without its edit list than with it.

    Both are read at a time, by one process. Raises ``InputRefused`` where the file cannot be read to its end.
    """
    with untrusted_input.opened(path) as fd:
        sounds = [command.opened_input(fd, edit_list=edit_list)[f"a:{stream}"] for edit_list in (True, False)]
        hashed = [sound.output("pipe:1", format="hash", hash=HASH, c="copy") for sound in sounds]
        with child(command.argv(command.together(hashed)), fds=[fd]) as running:
            digests = running.read(PIECE).split()
            if running.finish() != 0 or len(digests) != len(sounds):
                raise untrusted_input.refusal(running.stderr_text)
    return len(set(digests)) > 1


def _of_table(lines: Sequence[bytes], tick: float) -> Iterator[Packet]:
    """The packets of a table: stream, decoding time, time, duration, size, digest; some have more to say."""
    fields = b",".join(lines).split(b",")
    if len(fields) != _COLUMNS * len(lines):
        fields = [field for line in lines for field in line.split(b",", _COLUMNS)[:_COLUMNS]]
    starts_s = np.array(fields[2::_COLUMNS], dtype=np.bytes_).astype(np.int64) * tick
    return zip(starts_s.tolist(), fields[5::_COLUMNS], strict=True)


def _tick(line: bytes) -> float:
    if not line.startswith(b"#tb 0:"):
        return 0.0
    above, _, below = line.partition(b":")[2].partition(b"/")
    return int(above) / int(below)
