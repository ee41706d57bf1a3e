"""Encrypted streams in the age format (age-encryption.org): whoever has the key file opens them with any age tool."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import pyrage

from pipeline.errors import ConfigurationError, InputRefused

_SECRET = "AGE-SECRET-KEY-"
_CHUNK_BYTES = 1 << 20


def new_key() -> tuple[str, str]:
    """The text of a new key file, and the recipient that encrypts for it."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    return f"# public key: {recipient}\n{identity}\n", recipient


def read_recipients(texts: Sequence[str]) -> list[Any]:
    """Recipients from their texts, ``age1…``; raises ``ConfigurationError`` for any other."""
    try:
        return [pyrage.x25519.Recipient.from_str(text.strip()) for text in texts]
    except pyrage.RecipientError as error:
        raise ConfigurationError("a recipient is no age public key", action="it begins with age1") from error


def read_identities(path: Path) -> list[Any]:
    """The secret keys in a key file; raises ``ConfigurationError`` where there is none."""
    try:
        lines = [line.strip() for line in path.read_text("ascii").splitlines()]
        identities = [pyrage.x25519.Identity.from_str(line) for line in lines if line.startswith(_SECRET)]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise ConfigurationError(
            "the age key file cannot be read", action="name the file that `offrecord backup-key` made"
        ) from error
    if not identities:
        raise ConfigurationError(
            "the age key file holds no secret key", action="name the file that `offrecord backup-key` made"
        )
    return identities


@contextmanager
def encrypting(out: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """A stream whose bytes are encrypted into ``out``, in constant memory; raises what writing there raises."""
    target, (read_end, write_end) = _Noting(out), os.pipe()
    worker = _Worker(read_end, "rb", lambda source: pyrage.encrypt_io(source, target, recipients))
    worker.start()
    try:
        with suppress(BrokenPipeError), os.fdopen(write_end, "wb") as stream:
            yield stream
    finally:
        worker.join()
    error = target.error or worker.error
    if error:
        raise error


@contextmanager
def decrypting(source: IO[bytes], identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    """The bytes that an encrypted stream holds; what was read counts only when the block ends without an error.

    Raises ``InputRefused`` where the stream is damaged, cut off, or for another key.
    """
    read_end, write_end = os.pipe()
    worker = _Worker(write_end, "wb", lambda out: pyrage.decrypt_io(source, out, identities))
    worker.start()
    try:
        with os.fdopen(read_end, "rb") as stream:
            yield stream
            while stream.read(_CHUNK_BYTES):
                pass
    except Exception as error:
        worker.join()
        if isinstance(worker.error, pyrage.DecryptError):
            raise _unreadable() from error
        raise
    worker.join()
    if worker.error:
        raise _unreadable() from worker.error


def _unreadable() -> InputRefused:
    return InputRefused(
        "the file cannot be decrypted: it is damaged, cut off, or for another key",
        action="take another copy, or the key file that it was made for; nothing was changed",
    )


class _Noting:
    """A file that keeps what writing to it raised, which the library turns into an error of its own."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        """Writes, or keeps the error and raises it."""
        try:
            return self._out.write(content)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Flushes what was written."""
        self._out.flush()


class _Worker(threading.Thread):
    """Works at one end of a pipe and closes it; ``error`` is what that raised."""

    def __init__(self, end: int, mode: str, work: Callable[[Any], object]) -> None:
        super().__init__(daemon=True)
        self._end, self._mode, self._work = end, mode, work
        self.error: Exception | None = None

    def run(self) -> None:
        """Does the work and keeps its error for the other end."""
        try:
            with os.fdopen(self._end, self._mode) as stream:
                self._work(stream)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other end of the pipe raises it
            self.error = error
