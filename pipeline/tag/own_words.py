"""The words of a chat message that are its writer's own: without what they reply to, react to, quote or repeat."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from pipeline.lexicon.chat_forms import MARKS, QUOTED, REPLY

LINK = "[link]"
_URL = re.compile(r"(?:\b[a-z][a-z0-9+.-]{1,20}://|\bwww\.|\bmailto:)[^\s<>\"“”]+", re.IGNORECASE)
_LABEL = re.compile(r"\[[^\[\]]*\]")
_REPEATED = 8
"""So many words in a row that another wrote before are theirs: "it would be great if you could" begins anybody's."""
_WHOLE = 5
"""From so many words on a line that another wrote before is theirs; "dark mode please" is said by many."""


class OwnWords:
    """Reads the messages of a chat in their order and knows what was written before, and by whom."""

    def __init__(self) -> None:
        self._writers: dict[tuple[str, ...], set[str]] = {}

    def of(self, writer: str, text: str) -> tuple[str, ...]:
        """The lines of a message that are its writer's own, links in them replaced; none where nothing is."""
        lines = [line for line in _unquoted(text).split("\n") if not self._is_anothers(writer, line)]
        for line in lines:
            for run in _runs(line):
                self._writers.setdefault(run, set()).add(writer)
        linked = (" ".join(_URL.sub(LINK, line).split()) for line in lines)
        return tuple(line for line in linked if any(char.isalpha() for char in _LABEL.sub("", line)))

    def _is_anothers(self, writer: str, line: str) -> bool:
        return any(self._writers.get(run, set()) - {writer} for run in _runs(line))


def _unquoted(text: str) -> str:
    """A message without its quotes.

    A reply says first what it answers, cut off and with quotation marks of its own in it: up to the last mark of that
    line, or of the line where the quote ends, nothing is the writer's. Where it never ends nobody knows whose it is.
    """
    first, _, rest = text.lstrip().partition("\n")
    if _is_reply(first):
        while _is_open(first) and rest:
            line, _, rest = rest.partition("\n")
            first = f"{first}\n{line}"
        if rest.strip():
            text = rest
        else:
            last = max(first.rfind(mark) for mark in MARKS)
            text = "" if _is_open(first) else first[last + 1 :]
    return QUOTED.sub(lambda match: match[0] if match[1] is not None else "", text)


def _is_reply(first: str) -> bool:
    """Whether the first line of a message says what it answers, before the quote or, as in Japanese, behind it."""
    end = max(first.rfind(mark) for mark in MARKS) + 1
    return end > 0 and bool(REPLY.match(first) or (first[0] in MARKS and REPLY.search(first, end)))


def _is_open(text: str) -> bool:
    """Whether a quote that begins in a text does not end there."""
    return sum(text.count(mark) for mark in MARKS) % 2 == 1


def _runs(line: str) -> Iterator[tuple[str, ...]]:
    """What a line is known by: all of its words, and each run of eight."""
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", line).casefold())
    if len(words) >= _WHOLE:
        yield tuple(words)
    for at in range(len(words) - _REPEATED + 1):
        yield tuple(words[at : at + _REPEATED])
