"""How a program that runs apart talks with the one that started it: a job comes, samples go and come back, an end."""

from __future__ import annotations

import json
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

LENGTH, HEADER = struct.Struct("<i"), struct.Struct("<cqi")
SAMPLES, UNSUPPORTED, DONE = b"S", b"U", b"D"


class UnsupportedStream(Exception):
    """The stream is none that can be treated in this way; the message is one of a few fixed lines."""


class Parent:
    """The other end of the pipes."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO) -> None:
        self._reader = reader
        self._writer = writer

    def job(self) -> dict[str, Any]:
        """What is to be done."""
        job: dict[str, Any] = json.loads(self._read(LENGTH.unpack(self._read(LENGTH.size))[0]))
        return job

    def edited(self, at: int, samples: bytes) -> bytes:
        """The samples, of which the first is number ``at``, as the parent wants them."""
        self.say(SAMPLES, at, samples)
        return self._read(len(samples))

    def say(self, kind: bytes, at: int, data: bytes) -> None:
        """One message of so many bytes."""
        self._writer.write(HEADER.pack(kind, at, len(data)))
        self._writer.write(data)
        self._writer.flush()

    def _read(self, size: int) -> bytes:
        data = self._reader.read(size)
        if len(data) < size:
            raise EOFError("the parent went away")
        return data


def answer(work: Callable[[dict[str, Any], Parent], dict[str, int]]) -> None:
    """Take one job from standard input, do it, and say how it went."""
    parent = Parent(sys.stdin.buffer, sys.stdout.buffer)
    job = parent.job()
    try:
        parent.say(DONE, 0, json.dumps(work(job, parent)).encode())
    except UnsupportedStream as reason:
        parent.say(UNSUPPORTED, 0, str(reason).encode())
