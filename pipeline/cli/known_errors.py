"""What the system refuses a command, as one line for whoever typed it."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import ConfigurationError, OffrecordError, UsageProblem

_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def known_error(error: Exception, words: Sequence[str]) -> OffrecordError | None:
    """The error that a full disk, a held database or a missing right is to its reader; None for any other.

    So is a path among the words of the command at which nothing can be read or made, and a word in another encoding,
    which Python hands on as what no text may hold. No line says the path.
    """
    from pipeline.store.database import unavailable

    if isinstance(error, UnicodeEncodeError) and not all(map(_is_text, words)):
        return UsageProblem("an argument is not UTF-8 text", action="type it in a terminal that uses UTF-8")
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return UsageProblem("a path in the command is too long", action="name another")
    if isinstance(error, OSError) and error.errno in _CLOSED:
        action = "check who owns the workspace and the named files, and the rights of this user"
        return ConfigurationError("this user may not read or write a file that the command needs", action=action)
    known = unavailable(error)
    if known is None and isinstance(error, OSError) and _is_of_the_words(error, words):
        reason = (error.strerror or "input or output failed").lower()
        return UsageProblem(f"a path in the command cannot be used: {reason}", action="name another")
    return known


def _is_of_the_words(error: OSError, words: Sequence[str]) -> bool:
    """Whether it is about a path that the command names, or about the file that is to be renamed to it."""
    if not isinstance(error.filename, str | bytes) or not all(map(_is_text, words)):
        return False
    place = Path(os.fsdecode(error.filename)).absolute()
    named = [Path(word.partition("=")[2] or word).absolute() for word in words if word.strip("-")]
    return any(place == path or place.name.startswith(f".{path.name}.") for path in named if path.name)


def _is_text(word: str) -> bool:
    return word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word)
