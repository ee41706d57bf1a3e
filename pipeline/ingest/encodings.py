"""Text from files whose encoding nobody states, and the forms in which names are compared."""

from __future__ import annotations

import codecs
import re
import unicodedata

from pipeline.errors import InputRefused
from pipeline.lexicon import without_directions

_LONGEST_NAME = 500
_PRONOUNS = re.compile(r"(?:she|he|they|ze|xe|sie|er|elle|il|iel|ella|él|ela|ele|any)(?:\s*/\s*\w{1,9}){1,3}", re.I)
"""What people write behind their name that is no earlier name; one word alone may be a name, as "Ella" is."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(data: bytes, what: str) -> str:
    """UTF-8 or UTF-16 with line feeds as line ends; raises ``InputRefused`` calling the file ``what``.

    UTF-16 is known by its mark, or without one by the zero that every other byte of Western text is.
    """
    unmarked = "utf-16-le" if data[1:2] == b"\0" and data[:1] != b"\0" else "utf-8-sig"
    encoding = "utf-16" if data.startswith(_UTF16) else unmarked
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InputRefused(f"{what}: not UTF-8 text", action="save it as UTF-8") from None
    if "\0" in text:
        raise InputRefused(f"{what}: not text", action="save it as UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def folded(name: str) -> str:
    """A name for comparing: compatibility form, case folded, single spaces, without marks of writing direction."""
    return " ".join(unicodedata.normalize("NFKC", without_directions(name)).casefold().split())


def squashed(name: str) -> str:
    """A name as file names keep it: folded, without spaces and symbols."""
    return "".join(char for char in folded(name) if char.isalnum())


def renamed(name: str) -> tuple[str, str | None]:
    """``New Name (Old Name)`` as new and old name; the old one is None where there is none."""
    match = re.fullmatch(r"(.*\S)\s*\(([^()]*)\)", name.strip()) if len(name) <= _LONGEST_NAME else None
    if match and _PRONOUNS.fullmatch(match[2].strip()):
        return match[1], None
    if match and match[2].strip():
        return match[1], match[2].strip()
    return name.strip(), None
