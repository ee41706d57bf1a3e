"""Starts one of the programs that run apart, as a child with limits, and answers what it asks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.media import untrusted_input
from pipeline.media.decode import Block
from pipeline.media.isolated import protocol
from pipeline.media.tool_process import ToolProcess, child

Edit = Callable[[int, Block], None]
Answer = Callable[[int, bytearray], bytes]
# The folder comes last: nothing in it may stand for a module of Python's own or of a library's.
_START = "import runpy, sys; sys.path.append(sys.argv[1]); runpy.run_module(sys.argv[2], run_name='__main__')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """Why a stream cannot be treated in some way and is encoded again as a whole; holds nothing of the file."""

    reason: str


def ask(
    program: str,
    job: Mapping[str, object],
    *,
    fd: int,
    broken: Unsupported,
    out: int | None = None,
    answer: Answer = lambda _, data: bytes(data),
) -> dict[str, int] | Unsupported:
    """Have ``program`` do its ``job`` on the open files, and say what it did; ``answer(at, data)`` replaces samples.

    ``broken`` is the reason where it ends without one. Raises ``TryAgain`` where it stands still.
    """
    options = {key: str(value) for key, value in untrusted_input.input_options().items()}
    files = {"source": untrusted_input.url(fd)} | ({} if out is None else {"target": untrusted_input.url(out)})
    order = json.dumps({**job, **files, "options": options}).encode()
    folder = Path(protocol.__file__).parent
    argv = [sys.executable, "-I", "-c", _START, str(folder.parent), f"{folder.name}.{program}"]
    with child(argv, fds=[fd] if out is None else [fd, out], feeds=True) as running:
        running.write(memoryview(protocol.LENGTH.pack(len(order)) + order))
        return _serve(running, answer) or broken


def _serve(running: ToolProcess, answer: Answer) -> dict[str, int] | Unsupported | None:
    """Answer every block of samples until the child is done; None where it ends in another way."""
    while len(head := running.read(protocol.HEADER.size)) == protocol.HEADER.size:
        kind, at, size = protocol.HEADER.unpack(head)
        data = running.read(size)
        if kind == protocol.UNSUPPORTED:
            return Unsupported(reason=data.decode())
        if kind == protocol.DONE:
            done: dict[str, int] = json.loads(data)
            return done if running.finish() == 0 else None
        if len(data) < size or not running.write(memoryview(answer(at, bytearray(data)))):
            return None
    return None
