"""Names for fetched files: what a server says is made plain, so that it leads nowhere else and dates nothing."""

from __future__ import annotations

import re
import unicodedata

_LONGEST, _LONGEST_BYTES = 80, 160
"""A file's name has 255 bytes, of which kind, time and the ends of unfinished files take up to 80."""
_UNSAFE = re.compile(r'[/\\:*?"<>|]')
_DATE = re.compile(r"(\d{4})([-/_.]?)(\d\d)\2(\d\d)")
_UNTITLED = "Meeting"


def plain_title(text: str) -> str:
    """A meeting's title as part of a file's name, at most 80 characters and 160 bytes; a word where nothing is left.

    Control and format characters go, separators of paths become ``_``. Dates in it lose their signs: the ingest takes
    the start of a recording from its name, and somebody who may write a title may not say when it was.
    """
    printable = "".join(char for char in text if char.isspace() or unicodedata.category(char)[0] != "C")
    joined = " ".join(unicodedata.normalize("NFC", printable).split())
    undated = _DATE.sub(r"\1 \3 \4", _UNSAFE.sub("_", joined))
    short = undated.strip(" .-_~")[:_LONGEST].encode()[:_LONGEST_BYTES].decode("utf-8", "ignore")
    return short.strip(" .-_~") or _UNTITLED


def plain_id(text: str) -> str:
    """A platform's id of a file as part of its name; empty where it has other characters than ids have."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text) else ""
