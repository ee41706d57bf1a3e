"""One file by HTTP: on from where it broke off if it is the same file still, whole and of the size and digest stated.

Ranges and their validators: RFC 9110, sections 13 and 14. The part lies beside its place with what it is a part of.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import InputRefused
from pipeline.fetch.http_client import LARGEST_TEXT, HttpAnswer, HttpClient, Interrupted, unreachable
from pipeline.fetch.remote import RemoteFile
from pipeline.files import file_digest, write_bytes

Progress = Callable[[int, int], None]
"""Is called with the bytes of a file that are here, and how many there will be; 0 where nobody says it."""

PART, STATE = ".part", ".part.json"
_PARTIAL, _UNSATISFIABLE = 206, 416
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_LARGEST_MEDIA = 64 << 30
"""No recording is larger: 64 GiB are a day of video at 6 Mbit/s."""
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HEAD = 512
_AGAIN = "run again; if it stays, download it by hand"


class WrongFile(InputRefused):
    """What came is not the file: another size, digest or part than stated. What is there of it counts for nothing."""


def download(client: HttpClient, file: RemoteFile, place: Path, *, progress: Progress) -> None:
    """Puts a file into its place, whole and checked; a part of it stays beside it where it breaks off.

    Raises ``WrongFile``, ``InputRefused`` for a page instead of the file, and what ``HttpClient.open`` raises.
    """
    part = place.with_name(place.name + PART)
    attempt, is_new = 0, False
    while True:
        before = _size(part)
        try:
            _go_on(client, file, part, progress)
            _check(file, part)
            break
        except Interrupted:
            attempt = 0 if _size(part) > before else attempt
            client.backoff.wait(attempt, None, unreachable("a download breaks off again and again"))
            attempt += 1
        except WrongFile:
            _drop(part)
            if is_new or before == 0:
                raise
            is_new = True  # a part of an earlier version of the file: once more from its beginning
    part.replace(place)
    _state_of(part).unlink(missing_ok=True)


def _go_on(client: HttpClient, file: RemoteFile, part: Path, progress: Progress) -> None:
    """Adds to the part what lacks; raises ``Interrupted`` where not all of it came."""
    begin, validator = _begin(part)
    headers = {"Range": f"bytes={begin}-", "If-Range": validator} if begin else {}
    with client.open(file.url, file.access, scope=file.scope, headers=headers) as answer:
        if answer.is_page:
            raise _page()
        if answer.status == _UNSATISFIABLE:
            if file.size != begin:
                raise WrongFile("a file changed on the platform while it was downloaded", action=_AGAIN)
            return
        begin, total = _range(answer, begin)
        largest = LARGEST_TEXT if file.is_text else _LARGEST_MEDIA
        stated = [size for size in (file.size, total) if size is not None]
        if any(size != stated[0] for size in stated):
            raise WrongFile("a file does not have the size that the platform states", action=_AGAIN)
        if not (stated or file.digests or answer.has_end):
            raise InputRefused("nobody says where a file ends, so a part of it would pass for the whole", action=_AGAIN)
        if any(size > largest for size in stated):
            raise InputRefused(
                "a file is larger than a session may have", action="leave that recording on the platform"
            )
        _keep_state(part, answer)
        _write(answer, part, begin, min([*stated, largest]), progress)
        if total is not None and _size(part) < total:
            raise Interrupted


def _write(answer: HttpAnswer, part: Path, begin: int, most: int, progress: Progress) -> None:
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.truncate(begin)
        out.seek(begin)
        here = begin
        for block in answer.blocks():
            if here == 0 and _PAGE.match(block[:_HEAD]):
                raise _page()
            out.write(block)
            here += len(block)
            if here > most:
                raise WrongFile("a file is larger than the platform states", action=_AGAIN)
            progress(here, most)
        out.flush()
        os.fsync(out.fileno())


def _range(answer: HttpAnswer, begin: int) -> tuple[int, int | None]:
    """Where the answer goes on, and the size of the whole file, None where nobody says it."""
    if answer.status != _PARTIAL:
        length = answer.header("Content-Length")
        return 0, int(length) if length.isdecimal() else None
    match = _CONTENT_RANGE.fullmatch(answer.header("Content-Range").strip())
    if match is None or int(match[1]) != begin:
        raise WrongFile("the platform answers with another part of a file than was asked for", action=_AGAIN)
    return begin, int(match[3])


def _begin(part: Path) -> tuple[int, str]:
    """How much is here, and by what the server knows whether it is of the same file; 0 where nothing says that."""
    try:
        validator = json.loads(_state_of(part).read_text("utf-8"))["validator"]
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""
    return (_size(part), validator) if isinstance(validator, str) and validator else (0, "")


def _keep_state(part: Path, answer: HttpAnswer) -> None:
    """Keeps the strong validator of what comes: an entity tag, else the time of its last change."""
    tag = answer.header("ETag")
    validator = tag if tag.startswith('"') else answer.header("Last-Modified")
    write_bytes(_state_of(part), json.dumps({"validator": validator}).encode())


def _check(file: RemoteFile, part: Path) -> None:
    """Raises ``InputRefused`` unless the part is all of the file, by size and every digest that the platform says."""
    if file.size is not None and _size(part) != file.size:
        raise WrongFile("a file does not have the size that the platform states", action=_AGAIN)
    if any(file_digest(part, algorithm) != digest.lower() for algorithm, digest in file.digests.items()):
        raise WrongFile("a file does not have the digest that the platform states", action=_AGAIN)


def _page() -> InputRefused:
    return InputRefused(
        "the platform sends a page in place of a file, as to somebody who is not logged in",
        action="see docs/fetching.md for the permissions that downloads need",
    )


def _drop(part: Path) -> None:
    for path in (part, _state_of(part)):
        path.unlink(missing_ok=True)


def _state_of(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(PART) + STATE)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
