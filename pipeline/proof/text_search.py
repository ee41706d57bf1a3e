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

from pipeline.lexicon.plain import latin
from pipeline.media import Probe
from pipeline.proof.byte_search import ByteSearch
from pipeline.records import Check, PlannedTerm, ProofVerdict

NAME = "search for terms"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
SHORTEST = 6
# The labels that renditions use themselves are no leak of a term that happens to be called alike.
_BREAK = "\x00"
_STYLES = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
_CLOCK = re.compile(r"^(?:\[[\d:]+\]|(?:\d+\n)?[\d:.,]+ --> [\d:.,]+$)", re.MULTILINE)
_LABELS = (r"\[redacted\]", r"\b(?:staff|speaker) \d+\b", r"\bspeaker:")


def media_free_of(path: Path, terms: Sequence[PlannedTerm], probe: Probe) -> Check:
    """Whether no term stands in the bytes of the file, nor as a token in its tags."""
    needles = {needle for term in terms for needle in _needles(term.text)}
    found = ByteSearch(needles).places(path)
    words = WordSearch(terms)
    tags = [value for _, value in (*probe.tags, *(tag for stream in probe.streams for tag in stream.tags))]
    found += sum(map(words.count, tags))
    return _check(found, 1, len(terms))


def texts_free_of(paths: Iterable[Path], terms: Sequence[PlannedTerm]) -> Check:
    """Whether no term can be read in any of the text files, whose JSON Lines are searched value by value."""
    found = files = 0
    words = WordSearch(terms)
    for path in paths:
        files += 1
        found += sum(map(words.count, stretches_of(path, terms)))
    return _check(found, files, len(terms))


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
        wanted = {_plain(_without_unseen(term.text)) for term in terms} - {""}
        self._by_word: defaultdict[str, list[str]] = defaultdict(list)
        self._by_start: defaultdict[str, list[str]] = defaultdict(list)
        for words in wanted:
            self._by_word[words.partition(" ")[0]].append(words)
            if len(words) >= SHORTEST:
                self._by_start[words[:SHORTEST]].append(words)

    def count(self, text: str) -> int:
        """How many terms stand in the text, with and without what is not seen in it."""
        return len(self._in(_plain(text)) | self._in(_plain(_without_unseen(text))))

    def _in(self, line: str) -> set[str]:
        found, padded = set(), f"{line} "
        at = 0
        for word in line.split(" "):
            found |= {words for words in self._by_word.get(word, ()) if padded.startswith(f"{words} ", at)}
            at += len(word) + 1
        for at in range(len(line) - SHORTEST + 1):
            starts = self._by_start.get(line[at : at + SHORTEST], ())
            found |= {words for words in starts if line.startswith(words, at)}
        return found


def _check(found: int, files: int, terms: int) -> Check:
    if found:
        return Check(name=NAME, verdict=ProofVerdict.LEAK, detail=f"{found} places hold a planned term")
    return Check(name=NAME, verdict=ProofVerdict.PROVED, detail=f"{terms} terms, {files} files")


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
    turns = [json.loads(line) for line in text.splitlines()]
    voices: defaultdict[str, list[str]] = defaultdict(list)
    for turn in turns:
        if turn["participant_id"]:
            voices[turn["participant_id"]].append(turn["text"])
    whole = [" ".join(texts) for _, texts in sorted(voices.items())]
    return [*whole, *(f"{turn['speaker']}\n{turn['text']}" for turn in turns)]
