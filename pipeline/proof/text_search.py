"""Proof (iv): the bytes and the text of every file, searched for every planned term.

Media files are searched as bytes, in UTF-8 and both UTF-16 orders, whatever the case. A term whose bytes in an encoding
are fewer than six is not searched for that way, because so few bytes come up by chance in compressed sound; it is
looked for as a whole token in text files and in the tags that a probe shows. Text files are searched after normalising
(case, accents, punctuation, spacing, what is not seen, what only looks Latin): each stretch between speakers and
labels, and all that one participant said. However many terms there are, everything is read once.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.lexicon.counted import counted
from pipeline.lexicon.plain import latin
from pipeline.media import Probe
from pipeline.records import Check, PlannedTerm, ProofVerdict, ReadTerm

NAME = "search for terms"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
SHORTEST = 6
PIECE = 1 << 20
# So many bytes of each needle decide whether a place is looked at more closely.
_START = SHORTEST
# Their number, multiplied and cut to this many bits, is a row in a table of those that occur in any needle: of a piece
# of 1 MB of compressed sound, 1000 needles leave about 1000 places to look at.
_BITS = 20
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
# The labels that renditions use themselves are no leak of a term that happens to be called alike.
_BREAK = "\x00"
_STYLES = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
_CLOCK = re.compile(r"^(?:\[[\d:]+\]|(?:\d+\n)?[\d:.,]+ --> [\d:.,]+$)", re.MULTILINE)
_LABELS = (r"\[redacted\]", r"\b(?:staff|speaker) \d+\b", r"\bspeaker:")


def media_free_of(path: Path, terms: Sequence[PlannedTerm], probe: Probe) -> Check:
    """Whether no term stands in the bytes of the file, nor as a token in its tags."""
    needles = {needle for term in terms for needle in _needles(term.text)}
    places = ByteSearch(needles).places(path)
    words = WordSearch(terms)
    tags = [value for _, value in (*probe.tags, *(tag for stream in probe.streams for tag in stream.tags))]
    places += sum(map(words.count, tags))
    return _check(places, 1, len(terms))


def texts_free_of(paths: Sequence[Path], terms: Sequence[PlannedTerm]) -> Check:
    """Whether no term can be read in any of the text files, whose JSON Lines are searched value by value."""
    return text_check(terms_read(paths, terms), files=len(paths), terms=len(terms))


def terms_read(paths: Iterable[Path], terms: Sequence[PlannedTerm]) -> list[ReadTerm]:
    """Every term that can be read in the text files, once for each stretch of text that holds it."""
    words = WordSearch(terms)
    stretches = (stretch for path in paths for stretch in stretches_of(path, terms))
    return [
        ReadTerm(term=words.terms[term], text=term) for stretch in stretches for term in sorted(words.find(stretch))
    ]


def text_check(read: Sequence[ReadTerm], *, files: int, terms: int) -> Check:
    """The verdict on what was read in some files."""
    return _check(len(read), files, terms)


def stretches_of(path: Path, terms: Sequence[PlannedTerm]) -> Iterator[str]:
    """What can be read in a text file, cut at labels, which must not make a term by standing beside one another."""
    replacements = sorted({term.replacement for term in terms if term.replacement}, key=len, reverse=True)
    # In a group of their own their common start decides, however many they are.
    ours = [f"(?:{'|'.join(map(re.escape, replacements))})"] if replacements else []
    labels = re.compile("|".join((*ours, *_LABELS)))
    for text in _texts(path):
        yield from labels.sub(_BREAK, text).split(_BREAK)


class WordSearch:
    """The terms as they are compared: found as whole words, or, from six characters on, anywhere."""

    def __init__(self, terms: Sequence[PlannedTerm]) -> None:
        plain = {_plain(_without_unseen(term.text)): term.text for term in terms}
        self.terms = {words: text for words, text in plain.items() if words}
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)
        for words in self.terms:
            self._by_word[words.partition(" ")[0]].append(words)
            if len(words) >= SHORTEST:
                self._by_start[words[:SHORTEST]].append(words)

    def count(self, text: str) -> int:
        """How many terms stand in the text."""
        return len(self.find(text))

    def find(self, text: str) -> set[str]:
        """The terms that stand in the text, as they are compared, with and without what is not seen in it."""
        return self._in(_plain(text)) | self._in(_plain(_without_unseen(text)))

    def _in(self, line: str) -> set[str]:
        terms, padded = set[str](), f"{line} "
        at = 0
        for word in line.split(" "):
            terms |= {words for words in self._by_word.get(word, ()) if padded.startswith(f"{words} ", at)}
            at += len(word) + 1
        for at in range(len(line) - SHORTEST + 1):
            starts = self._by_start.get(line[at : at + SHORTEST], ())
            terms |= {words for words in starts if line.startswith(words, at)}
        return terms


class ByteSearch:
    """Needles of at least six bytes, lower-cased as ``bytes.lower`` does it."""

    def __init__(self, needles: Iterable[bytes]) -> None:
        self._by_start: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for needle in needles:
            self._by_start[needle[:_START]].append(needle)
        self._longest = max((len(needle) for needles in self._by_start.values() for needle in needles), default=0)
        self._table = np.zeros(1 << _BITS, np.bool_)
        for start in self._by_start:
            self._table[_rows(np.frombuffer(start, np.uint8))] = True

    def places(self, path: Path) -> int:
        """How many pieces of the file hold any needle."""
        return sum(map(self._holds_any, self._pieces(path))) if self._by_start else 0

    def _pieces(self, path: Path) -> Iterator[bytes]:
        """The file in pieces that overlap by the longest needle."""
        tail = b""
        with path.open("rb") as file:
            while data := file.read(PIECE):
                yield (tail + data).lower()
                tail = (tail + data)[-self._longest :]

    def _holds_any(self, data: bytes) -> bool:
        if len(data) < _START:
            return False
        for at in np.flatnonzero(self._table[_rows(np.frombuffer(data, np.uint8))]).tolist():
            if any(data.startswith(needle, at) for needle in self._by_start.get(data[at : at + _START], ())):
                return True
        return False


def _rows(data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The row of the table for the six bytes from each place on."""
    count = len(data) - _START + 1
    numbers = np.zeros(count, np.uint64)
    for at in range(_START):
        numbers |= data[at : at + count].astype(np.uint64) << np.uint64(8 * at)
    return (numbers * _FACTOR) >> np.uint64(64 - _BITS)


def _check(places: int, files: int, terms: int) -> Check:
    if places:
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=f"{places} places hold a planned term")
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{counted(terms, 'term')}, {counted(files, 'file')}")


def _needles(text: str) -> Iterator[bytes]:
    """Lower-cased as bytes, as the searched bytes are; letters beyond ASCII in both of their cases."""
    for form in {
        text,
        text.lower(),
        text.upper(),
        unicodedata.normalize("NFKC", text),
        unicodedata.normalize("NFD", text),
    }:
        for encoding in ENCODINGS:
            data = form.encode(encoding).lower()
            if len(data) >= SHORTEST:
                yield data


def _without_unseen(text: str) -> str:
    return "".join(letter for letter in text if unicodedata.category(letter) != "Cf" and letter not in _STYLES)


def _plain(text: str) -> str:
    """Words apart at one space: small letters without accents, and Latin ones for those that look so."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = (letter for letter in folded if not unicodedata.combining(letter))
    return " ".join(map(latin, "".join(letter if letter.isalnum() else " " for letter in bare).split()))


def _texts(path: Path) -> list[str]:
    """What people read in the file: without clock times, entities or the names of keys."""
    text = path.read_text("utf-8")
    if path.suffix != ".jsonl":
        return [_CLOCK.sub("", html.unescape(text))]
    turns = [json.loads(line) for line in text.split("\n") if line]  # what people write may hold other line breaks
    voices: defaultdict[str, list[str]] = defaultdict(list)
    for turn in turns:
        if turn["participant_id"]:
            voices[turn["participant_id"]].append(turn["text"])
    whole = [" ".join(texts) for _, texts in sorted(voices.items())]
    return [*whole, *(f"{turn['speaker']}\n{turn['text']}" for turn in turns)]
