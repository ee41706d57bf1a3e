"""Quotes in the chat of what is left out: a quote carries the consent of whoever is quoted, and goes with it.

Replies and reactions repeat the beginning of the message that they are about, and people paste whole messages and what
somebody said. A quote is known by its text, so that the language and the platform do not matter; by its form alone
only where a reply says what it quotes and nothing that stays reads so.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence

from pipeline.lexicon.chat_forms import QUOTED, REPLY, words_as_read
from pipeline.records import RemovedInterval, Session, TextEdit, TextPlace
from pipeline.records.removed_parts import RemovedParts, is_left_out

REDACTED = "[redacted]"
_CUT = re.compile(r"\s*(?:\.{2,}|…)\s*$")
_SHINGLE = 5
"""So many words in a row that are the same are a quote; of ordinary talk, shorter runs are in anybody's messages."""


class Quotes:
    """What may be quoted: the texts that are left out, and those that stay."""

    def __init__(self, left_out: Iterable[str], staying: Iterable[str]) -> None:
        lines = [line for text in left_out for line in (_plain(text), *map(_plain, text.split("\n")))]
        self._lines = sorted({line for line in lines if line})
        self._staying = sorted({_plain(text) for text in staying})
        self._shingles = {shingle for line in self._lines for shingle in _shingles(line)}

    def add(self, text: str) -> None:
        """One more message that stays."""
        insort(self._staying, _plain(text))

    def is_left_out(self, quote: str) -> bool:
        """Whether a quote repeats what is left out: its beginning, all of it, or five words in a row."""
        text, is_cut = _plain(_CUT.sub("", quote)), _CUT.search(quote) is not None
        if not text:
            return False
        if _begins(self._lines, text) if is_cut else _has(self._lines, text):
            return True
        return any(shingle in self._shingles for shingle in _shingles(text))

    def stays(self, quote: str) -> bool:
        """Whether a quote repeats the beginning of a message that stays."""
        return _begins(self._staying, _plain(_CUT.sub("", quote)))

    def is_whole(self, line: str) -> bool:
        """Whether a line is a whole message that stays."""
        return _has(self._staying, _plain(line))


def quote_edits(
    session: Session, removed: frozenset[str], removed_intervals: Sequence[RemovedInterval]
) -> tuple[TextEdit, ...]:
    """What goes out of the messages that stay, because it repeats what is left out."""
    parts = RemovedParts(removed_intervals)
    gone = [is_left_out(line, removed, parts) for line in session.chat]
    staying = [line.text for line, is_gone in zip(session.chat, gone, strict=True) if not is_gone]
    left_out = list(own_texts(zip((line.text for line in session.chat), gone, strict=True)))
    spoken = [
        cue.text
        for cue in session.captions
        if cue.participant_id in removed or parts.takes(cue.participant_id, cue.start_s, cue.end_s)
    ]
    quotes = Quotes([*left_out, *spoken], staying)
    return tuple(
        TextEdit(
            place=TextPlace(surface="chat", index=index, start_char=start_char, end_char=end_char),
            replacement=REDACTED,
        )
        for index, (line, is_gone) in enumerate(zip(session.chat, gone, strict=True))
        if not is_gone
        for start_char, end_char in quote_places(line.text, quotes)
    )


def own_texts(messages: Iterable[tuple[str, bool]]) -> Iterator[str]:
    """The messages that are left out, without what they quote of messages before them that stay.

    A message is given with whether it is left out. What is quoted is of whoever wrote it first: a "Liked" of somebody
    who said no takes nobody's request along.
    """
    before = Quotes((), ())
    for text, is_gone in messages:
        if is_gone:
            yield _without_quotes(text, before)
        else:
            before.add(text)


def _without_quotes(text: str, before: Quotes) -> str:
    rest = list(text)
    for match in QUOTED.finditer(text):
        group = 1 if match[1] is not None else 2
        if before.stays(match[group]):
            rest[slice(*match.span(group))] = " " * len(match[group])
    return "\n".join(line for line in "".join(rest).split("\n") if not before.is_whole(line))


def quote_places(text: str, quotes: Quotes) -> Iterator[tuple[int, int]]:
    """The quotes of what is left out in a message; and every further line that repeats it without marks, whole."""
    is_reply, rest = REPLY.match(text) is not None, list(text)
    for match in QUOTED.finditer(text):
        group = 1 if match[1] is not None else 2
        unknown = is_reply and not text[: match.start()].strip().count("\n") and not quotes.stays(match[group])
        if quotes.is_left_out(match[group]) or unknown:
            yield match.span(group)
            rest[slice(*match.span(group))] = " " * len(match[group])
    at = 0
    for line in "".join(rest).split("\n"):
        if line.strip() and quotes.is_left_out(line):
            yield at, at + len(line)
        at += len(line) + 1


def _plain(text: str) -> str:
    return " ".join(words_as_read(text))


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = text.split()
    return zip(*(words[at:] for at in range(_SHINGLE)), strict=False)


def _begins(texts: Sequence[str], start: str) -> bool:
    at = bisect_left(texts, start)
    return at < len(texts) and texts[at].startswith(start)


def _has(texts: Sequence[str], text: str) -> bool:
    at = bisect_left(texts, text)
    return at < len(texts) and texts[at] == text
