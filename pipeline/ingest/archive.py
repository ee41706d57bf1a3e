"""Unpacks a Craig zip within limits: only the members that Craig writes, to a private folder, their sizes counted."""

from __future__ import annotations

import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from pipeline.errors import InputRefused
from pipeline.ingest.draft import is_media
from pipeline.ingest.identify_platform import CRAIG_TRACK, FolderKind, check_readable, recognise
from pipeline.ingest.listing import MAX_FILES, ListedFile, Listing, listing

MAX_BYTES = 16 * 1024**3
MAX_RATIO = 200
_RATIO_FREE_BYTES = 16 * 1024**2
_CHUNK = 1 << 20
_WANTED = re.compile(rf"info\.txt|raw\.dat|{CRAIG_TRACK.pattern}", re.IGNORECASE)
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


@contextmanager
def unpacked(packed: Listing, scratch: Path, *, texts_only: bool = False) -> Iterator[Listing]:
    """The listing with its one zip replaced by the zip's members, until the block ends; raises ``InputRefused``.

    With ``texts_only`` the members that are media are listed with their names and sizes, and not written.
    """
    zipped = next(entry for entry in packed.entries if entry.name.lower().endswith(".zip"))
    others = tuple(entry for entry in packed.entries if entry is not zipped)
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=scratch) as name:
        unwritten, skipped = _unpack(zipped, Path(name), texts_only=texts_only)
        members = (*others, *unwritten, *listing(Path(name)).entries)
        yield replace(packed, entries=tuple(sorted(members, key=lambda entry: entry.name)), skipped=skipped)


def check_members(members: list[zipfile.ZipInfo]) -> None:
    """Raises ``InputRefused`` where a zip's list of members is hostile; pure."""
    if len(members) > MAX_FILES:
        raise InputRefused(f"the zip holds more than {MAX_FILES} files", action="one zip holds one recording")
    names = [member.filename.casefold() for member in members]
    if len(names) != len(set(names)):
        raise InputRefused("the zip holds two files of one name", action="download it again")
    if any(_leads_out(member) for member in members):
        raise InputRefused("the zip holds a link or a path that leads out of it", action="do not use it")
    if any(member.flag_bits & 1 for member in members):
        raise InputRefused("the zip is encrypted", action="give it without a password")
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise InputRefused("the zip unpacks to more than 16 GiB", action="cut the recording into parts")
    if any(_is_bomb(member) for member in members):
        raise InputRefused(f"the zip unpacks to more than {MAX_RATIO} times its size", action="do not use it")


def _unpack(zipped: ListedFile, target: Path, *, texts_only: bool) -> tuple[tuple[ListedFile, ...], int]:
    """Writes the wanted members into ``target``; returns those that were not written, and how many others there are."""
    unwritten = []
    handle = os.open(zipped.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        with os.fdopen(handle, "rb") as source, zipfile.ZipFile(source) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            check_members(archive.infolist())
            kind = recognise([member.filename for member in members])
            if kind is not FolderKind.CRAIG:
                check_readable(FolderKind.UNKNOWN if kind is FolderKind.CRAIG_ZIP else kind)
                raise InputRefused(f"the zip holds {kind.value}", action="unpack it into a folder of its own")
            wanted = [member for member in members if _WANTED.fullmatch(member.filename)]
            for member in wanted:
                if texts_only and is_media(member.filename):
                    unwritten.append(replace(zipped, name=member.filename, size=member.file_size))
                    continue
                with archive.open(member) as inside:
                    _write(inside, target / member.filename, member.file_size)
    except _DAMAGED:
        raise InputRefused("the zip is damaged or not a zip", action="download it again") from None
    return tuple(unwritten), len(members) - len(wanted)


def _write(inside: IO[bytes], target: Path, promised: int) -> None:
    written = 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as out:
        while chunk := inside.read(_CHUNK):
            written += len(chunk)
            if written > promised:
                raise InputRefused("the zip holds more than it says", action="do not use it")
            out.write(chunk)


def _leads_out(member: zipfile.ZipInfo) -> bool:
    name, mode = member.filename, member.external_attr >> 16
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return True
    return stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > _RATIO_FREE_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1)
