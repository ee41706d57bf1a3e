"""Unpacks the zip of a recording within limits: only what may be read of it, to a private folder, sizes counted.

Craig hands out zips; so do Drive and OneDrive where several files are downloaded at once, often with a folder around.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO

from pipeline.errors import InputRefused
from pipeline.ingest.documents import DAMAGED_ZIP
from pipeline.ingest.identify_platform import CRAIG_TRACK, FolderKind, check_readable, recognise
from pipeline.ingest.listing import MAX_FILES, ListedFile, Listing, listing
from pipeline.ingest.media_kinds import check_media, is_media
from pipeline.ingest.session_toml import FILE_NAME

MAX_BYTES = 16 * 1024**3
MAX_RATIO = 200
_RATIO_FREE_BYTES = 16 * 1024**2
_CHUNK = 1 << 20
_WANTED = re.compile(rf"info\.txt|raw\.dat|{CRAIG_TRACK.pattern}", re.IGNORECASE)
_TEXTS = (".vtt", ".srt", ".sbv", ".txt", ".docx", ".csv", ".tsv", ".json", ".toml", ".conf", ".tag", ".m3u")
_UNFINISHED = (".zoom", ".tmp", ".part", ".partial", ".crdownload")


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
        if len({member.name.casefold() for member in members}) < len(members):
            raise InputRefused("a file lies both in the zip and beside it", action="keep one of the two")
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
            names = _without_top_folder([member.filename for member in members])
            kind = recognise(names)
            if FILE_NAME not in names:
                check_media(names)
            check_readable(FolderKind.UNKNOWN if kind is FolderKind.ZIP else kind)
            if any(name.lower().endswith(_UNFINISHED) for name in names):
                raise InputRefused("the zip holds an unfinished recording", action="zip it once it is converted")
            wanted = [(member, name) for member, name in zip(members, names, strict=True) if _is_wanted(kind, name)]
            for member, name in wanted:
                if texts_only and is_media(name):
                    unwritten.append(replace(zipped, name=name, size=member.file_size))
                    continue
                (target / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with archive.open(member) as inside:
                    _write(inside, target / name, member.file_size)
    except DAMAGED_ZIP:
        raise InputRefused("the zip is damaged or not a zip", action="download it again") from None
    return tuple(unwritten), len(members) - len(wanted)


def _without_top_folder(names: list[str]) -> list[str]:
    """The names without the folder that all of them are in, if there is one."""
    tops = {name.partition("/")[0] for name in names if "/" in name}
    is_around = len(tops) == 1 and all("/" in name for name in names)
    return [name.partition("/")[2] for name in names] if is_around else names


def _is_wanted(kind: FolderKind, name: str) -> bool:
    if kind is FolderKind.CRAIG:
        return _WANTED.fullmatch(name) is not None
    return is_media(name) or name.lower().endswith(_TEXTS)


def _write(inside: IO[bytes], target: Path, promised: int) -> None:
    written = 0
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as out:
        while chunk := inside.read(_CHUNK):
            written += len(chunk)
            if written > promised:
                raise InputRefused("the zip unpacks to more than it states", action="do not use it")
            out.write(chunk)


def _leads_out(member: zipfile.ZipInfo) -> bool:
    name, mode = member.filename, member.external_attr >> 16
    if name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/"):
        return True
    return stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR)


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > _RATIO_FREE_BYTES and member.file_size > MAX_RATIO * max(member.compress_size, 1)
