"""What lies in a session folder, by names, sizes and times alone; the only place that reads its text files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputRefused, TryAgain, UsageProblem
from pipeline.ingest.documents import docx_text, is_document
from pipeline.ingest.encodings import decoded
from pipeline.ingest.media_kinds import UNREAD_MEDIA_SUFFIXES, is_media, suffix_of
from pipeline.ingest.session_toml import FILE_NAME
from pipeline.lexicon import without_directions

MAX_FILES = 500
MAX_TEXT_BYTES = 20 * 1024 * 1024
_MAX_DEPTH = 4
_BEING_WRITTEN = (".part", ".partial", ".crdownload", ".download", "~")
_JUNK = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_ZIPPED = (".zip", ".aupzip")
_LEFT = "it is left for next time"
_SIDECAR = f".{FILE_NAME}"
"""What stands behind the name of a lone file or zip in the name of its session.toml, which lies beside it."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One regular file: its path relative to the folder with ``/``, where it lies, its bytes and its time of change."""

    name: str
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of one session, sorted by name.

    ``title`` is the folder's own name, which may hold a secret; ``skipped`` counts members of a zip that were not read.
    """

    title: str
    entries: tuple[ListedFile, ...]
    skipped: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files that are neither hidden nor an operating system's own."""
        return tuple(entry.name for entry in self.entries if not _hidden(entry.name))

    @property
    def hidden(self) -> int:
        """How many hidden files there are beside the operating system's own."""
        return sum(_hidden(entry.name) and _base(entry.name) not in _JUNK for entry in self.entries)

    def entry(self, name: str) -> ListedFile:
        """The file of this name; ``KeyError`` when there is none."""
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(name)

    def text(self, name: str, what: str) -> str:
        """A file's text, decoded strictly, or that of a Word document, without marks of writing direction.

        Those would hide a name that a line begins with, or make it another's.

        Raises ``InputRefused`` that calls the file ``what``.
        """
        if self.entry(name).size > MAX_TEXT_BYTES:
            raise InputRefused(f"{what}: larger than 20 MB", action="take it out of the folder")
        if is_document(name):
            return without_directions(docx_text(self.head(name, MAX_TEXT_BYTES), what))
        return without_directions(decoded(self.head(name, MAX_TEXT_BYTES), what))

    def head(self, name: str, size: int) -> bytes:
        """The first ``size`` bytes of a file; never follows a link."""
        handle = os.open(self.entry(name).path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as source:
            return source.read(size)


def listing(root: Path) -> Listing:
    """Lists a folder, or one file with its session.toml, without reading.

    Raises ``InputRefused`` for links, devices, depth and number.
    """
    entries: list[ListedFile] = []
    for name, path, status in _walk(root):
        if not stat.S_ISREG(status.st_mode):
            raise InputRefused("the folder holds a link or a device", action="put plain files in their place")
        if name.count("/") > _MAX_DEPTH:
            raise InputRefused("the folder is nested too deeply", action="one folder holds one session")
        entries.append(ListedFile(name, path, status.st_size, status.st_mtime_ns))
        if len(entries) > MAX_FILES:
            raise InputRefused(f"the folder holds more than {MAX_FILES} files", action="one folder holds one session")
    return Listing(root.name, tuple(sorted(entries, key=lambda entry: entry.name)))


def check_settled(files: Listing, *, now_s: float, settle_s: float) -> None:
    """Raises ``TryAgain`` where a file has a temporary name or changed within ``settle_s`` seconds of ``now_s``."""
    bases = [_base(entry.name) for entry in files.entries]
    if any(base.endswith(_BEING_WRITTEN) or base.startswith("~") for base in bases):
        raise TryAgain("a temporary file says that the folder is still being written", action=_LEFT)
    if any(abs(now_s - entry.mtime_ns / 1e9) < settle_s for entry in files.entries):
        raise TryAgain("the folder is still being written", action=_LEFT)


def session_toml_of(path: Path) -> Path:
    """Where the session.toml of a folder, or of a lone file, lies or would lie."""
    return path / FILE_NAME if path.is_dir() else path.with_name(path.name + _SIDECAR)


def fingerprint(path: Path, *, also: bytes = b"") -> str:
    """A digest of the names, sizes and times in a folder or of a file, unread; raises ``TryAgain`` if it cannot.

    Of a folder without the right to look into it, one of the folder alone; a file that gets readable has another.
    ``also`` is what else decides how it is read.
    """
    try:
        entries = sorted((name, status, os.access(place, os.R_OK)) for name, place, status in _walk(path))
    except PermissionError:  # no copy that is still being written: whoever reads it says so
        entries = [("", path.lstat(), False)]
    except OSError:
        raise TryAgain("the folder changed while it was looked at or cannot be read", action=_LEFT) from None
    hasher = hashlib.sha256(also)
    for name, status, is_readable in entries:
        line = (
            f"{stat.S_IFMT(status.st_mode)}:{status.st_size}:{status.st_mtime_ns}:{'' if is_readable else 'no right:'}"
        )
        hasher.update(line.encode() + os.fsencode(name) + b"\0")
    return hasher.hexdigest()


def entries(inbox: Path) -> list[Path]:
    """The candidates of an inbox, sorted: folders, zips, lone media files and links (which ``ingest`` refuses).

    Hidden ones are skipped. An inbox that is itself a file is its only candidate. Raises ``UsageProblem`` for the
    folder of one session: its tracks are not sessions.
    """
    if not inbox.is_dir():
        return [inbox]
    if (inbox / FILE_NAME).is_file():
        raise UsageProblem(
            f"that is the folder of one session: {FILE_NAME} lies in it", action="name the folder that it lies in"
        )
    with os.scandir(inbox) as entries:
        return sorted(Path(entry.path) for entry in entries if not entry.name.startswith(".") and _candidate(entry))


def strays(inbox: Path) -> int:
    """How many files lie in an inbox that are no session and no session.toml of one: nobody takes them in."""
    if not inbox.is_dir():
        return 0
    with os.scandir(inbox) as entries:
        files = {entry.name: _candidate(entry) or _is_junk(entry) for entry in entries}
    return sum(
        not is_taken and not name.startswith(".") and not files.get(_owner(name), False)
        for name, is_taken in files.items()
    )


def _owner(name: str) -> str:
    """The lone file whose session.toml a name is; empty for another name."""
    return name.removesuffix(_SIDECAR) if name.endswith(_SIDECAR) else ""


def _is_junk(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower() in _JUNK


def _is_recording(name: str) -> bool:
    """One that is read, or of a kind that is refused with what would help."""
    return is_media(name) or suffix_of(name) in UNREAD_MEDIA_SUFFIXES


def _candidate(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() or entry.is_dir() or entry.name.lower().endswith(_ZIPPED) or _is_recording(entry.name)


def _walk(root: Path) -> Iterator[tuple[str, Path, os.stat_result]]:
    """Every file under ``root`` that is not a folder, as relative name, path and status; follows no link."""
    status = root.lstat()
    if not stat.S_ISDIR(status.st_mode):
        yield root.name, root, status
        sidecar = session_toml_of(root)
        if sidecar.is_symlink() or sidecar.exists():
            yield FILE_NAME, sidecar, sidecar.lstat()
        return
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(root / prefix) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{prefix}{entry.name}/")
                else:
                    yield f"{prefix}{entry.name}", Path(entry.path), entry.stat(follow_symlinks=False)


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1].lower()


def _hidden(name: str) -> bool:
    return _base(name) in _JUNK or any(part.startswith(".") for part in name.split("/"))
