"""The one way to start ffmpeg, ffprobe or tesseract: no shell, network or terminal, limits on all, output streamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import os
import resource
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from pipeline.errors import ConfigurationError, StorageUnavailable, TryAgain
from pipeline.media import tools

# A tool that gives nothing for two minutes stands still; the slowest that is known, a full encode of 12 hours of AAC on
# one busy core, takes about 20 minutes of processor time.
STALL_S = 120.0
WAITED_S = 4 * 3600.0
CPU_S = 6 * 3600
# ffmpeg needs 60 to 100 MB for sound, 375 MB for a picture of 16384 x 8192.
MEMORY = 4 << 30
FILE_SIZE = 64 << 30
STDERR_KEPT = 256 << 10
PIPE_SIZE = 1 << 20
# The numbers of one child are few: more threads would only take address space.
QUIET = {"OMP_THREAD_LIMIT": "1", "OPENBLAS_NUM_THREADS": "1"}


class ToolProcess:
    """A running media tool; ``said`` is its bounded stderr, which may hold tags and is never shown or logged."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._stderr = bytearray()
        self._waited_s = 0.0
        self._drain = threading.Thread(target=self._keep_stderr, daemon=True)
        self._drain.start()

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes of its output, fewer only at the end; raises ``TryAgain`` when it stands still."""
        pipe = _pipe(self._process.stdout)
        data = bytearray()
        while len(data) < size:
            self._wait(pipe, select.POLLIN)
            piece = os.read(pipe, size - len(data))
            if not piece:
                break
            data += piece
        return bytes(data)

    def read_into(self, data: memoryview) -> int:
        """Fill ``data`` with its output and say how many bytes came: fewer only at the end; raises ``TryAgain``."""
        pipe, filled = _pipe(self._process.stdout), 0
        while filled < len(data):
            self._wait(pipe, select.POLLIN)
            came = os.readv(pipe, [data[filled:]])
            if not came:
                break
            filled += came
        return filled

    def write(self, data: memoryview) -> bool:
        """Give it ``data``; False when it no longer listens. Raises ``TryAgain`` when it stands still."""
        pipe = _pipe(self._process.stdin)
        while data:
            self._wait(pipe, select.POLLOUT)
            try:
                data = data[os.write(pipe, data) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                return False
        return True

    def pass_on(self, other: ToolProcess, size: int) -> int:
        """Move up to ``size`` bytes of its output to the input of ``other`` and say how many: fewer only at the end.

        Where the system can, no byte is copied. Raises ``TryAgain`` when one stands still, ``BrokenPipeError`` when
        ``other`` no longer listens.
        """
        left = size
        while left:
            self._wait(_pipe(self._process.stdout), select.POLLIN)
            try:
                moved = self._move(other, min(left, PIPE_SIZE))
            except BlockingIOError:
                continue
            if not moved:
                break
            left -= moved
        return size - left

    def _move(self, other: ToolProcess, size: int) -> int:
        """What is ready of ``size`` bytes: how many, 0 at the end; ``BlockingIOError`` where there was no room."""
        pipe, target = _pipe(self._process.stdout), _pipe(other._process.stdin)
        if hasattr(os, "splice"):
            other._wait(target, select.POLLOUT)
            return os.splice(pipe, target, size)
        data = os.read(pipe, size)
        if not other.write(memoryview(data)):
            raise BrokenPipeError
        return len(data)

    def _wait(self, pipe: int, event: int) -> None:
        """Until a pipe gives (``POLLIN``) or takes (``POLLOUT``); raises ``TryAgain`` when that takes too long."""
        began = time.monotonic()
        poll = select.poll()  # select.select() takes no file numbered 1024 or more
        poll.register(pipe, event)
        ready = poll.poll(STALL_S * 1000)
        self._waited_s += time.monotonic() - began
        if not ready or self._waited_s > WAITED_S:
            raise _stalled()

    def end_input(self) -> None:
        """Close its input, so that it knows that no more will come."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def finish(self) -> int:
        """Close its input, wait for its end and give its exit status; raises ``StorageUnavailable`` on a full disk."""
        self.end_input()
        try:
            status = self._process.wait(STALL_S)
        except subprocess.TimeoutExpired:
            self.kill()
            status = self._process.wait()
        self._drain.join(STALL_S)
        # ffmpeg ends with 0 where only the last of a WAV file did not fit.
        if status == -signal.SIGXFSZ or os.strerror(errno.ENOSPC) in self.stderr_text:
            raise StorageUnavailable
        return status

    @property
    def stderr_text(self) -> str:
        """What it wrote to stderr, cut at 256 KiB."""
        return self._stderr.decode("utf-8", "replace")

    def kill(self) -> None:
        """End its whole process group, if it still runs."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _keep_stderr(self) -> None:
        pipe = self._process.stderr
        # On a busy machine the process may be left, and its pipe closed, before this thread has read at all.
        with contextlib.suppress(ValueError):
            while isinstance(pipe, io.BufferedReader) and (piece := pipe.read1(4096)):
                self._stderr += piece[: max(0, STDERR_KEPT - len(self._stderr))]


@contextmanager
def child(
    argv: Sequence[str], *, fds: Sequence[int] = (), feeds: bool = False, memory: int = MEMORY
) -> Iterator[ToolProcess]:
    """Run ``argv`` (``ffmpeg …``, ``ffprobe …`` or ``tesseract …``) with the open files ``fds``; ended on leaving."""
    tools.require()
    process = subprocess.Popen(
        [*tools.network_off(), *argv],
        stdin=subprocess.PIPE if feeds else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=tuple(fds),
        start_new_session=True,
        bufsize=-1,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **QUIET},
    )
    running = ToolProcess(process)
    try:
        _limit(process.pid, memory)
        for pipe in (process.stdin, process.stdout):
            _widen(pipe)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
        yield running
    finally:
        running.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def _limit(pid: int, memory: int) -> None:
    """Set the limits from outside: a function run between fork and exec is not safe beside threads."""
    if not hasattr(resource, "prlimit"):
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        resource.prlimit(pid, resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
        resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _widen(pipe: IO[bytes] | None) -> None:
    """More room between the processes, so that they change places less often; where the system allows it."""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _stalled() -> TryAgain:
    return TryAgain(
        "a media tool made no progress and was stopped", action="run again; if it stays, the file is at fault"
    )


def _pipe(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ConfigurationError("a media tool was started without the pipe it needs")
    return pipe.fileno()
