"""What a file of captions says, before anybody knows who the speakers are."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caption:
    """One caption as written, in seconds; ``end_s`` is None and ``wall`` true where only a wall clock's start is known.

    ``speaker`` is who the file itself says is speaking, by a tag or a header; names within ``text`` are not read yet.
    """

    start_s: float
    end_s: float | None
    speaker: str | None
    text: str
    wall: bool = False


@dataclass(frozen=True, slots=True)
class CaptionFile:
    """The captions of one file; ``dropped`` counts the lines that its format's rules leave out of every caption."""

    captions: tuple[Caption, ...] = ()
    dropped: int = 0

    @property
    def says_something(self) -> bool:
        """Whether anything stands in it, understood or not."""
        return bool(self.captions or self.dropped)


_CLOCK = r"\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?"
_HEADER = re.compile(
    rf"\W*{_CLOCK}\s*(?:[-=~–—→>]+|to|,|;|\s)\s*{_CLOCK}.*"  # two times: a timing with another arrow
    rf"|\W*{_CLOCK}(?:\s*[AaPp]\.?\s?[Mm]\.?)?\W*"  # a time alone
    r"|.{1,200}?[\s\]\)\t]\[?\(?\d{1,2}:\d{2}:\d{2}(?:\s*[AaPp]\.?\s?[Mm]\.?)?[\]\)]?\s*"  # a name, then a time
    r"|\[.{1,200}\]\s*\[?\d{1,2}:\d{2}\]?(?:\s*[AaPp]\.?\s?[Mm]\.?)?\s*"  # a name in brackets, then a time
    r"|[\[\(]?\d{1,2}:\d{2}:\d{2}[\]\)]?\s+(?:From\s+)?\S[^:]{0,100}:.*",  # a time, a name and a colon
    re.DOTALL,
)


def looks_like_header(line: str) -> bool:
    """Whether a line of text is like one that says who speaks from when on.

    Where such a line stands within somebody's caption, what follows it may be anybody's: taking an ordinary line for
    a header only leaves its speaker unknown.
    """
    return "-->" in line or (len(line) <= 400 and _HEADER.fullmatch(line.strip()) is not None)
