"""Proof (iv): the bytes and the text of every file, searched for every planned term.

Media files are searched as bytes, in UTF-8 and both UTF-16 orders, whatever the case. A term whose bytes in an encoding
are fewer than six is not searched for that way, because so few bytes come up by chance in compressed sound; it is
looked for as a whole token in text files and in the tags that a probe shows. Text files are searched after normalising
(case, accents, punctuation, spacing, what is not seen, what only looks Latin): each stretch between speakers and
labels, and all that one participant said.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pipeline.lexicon.plain import latin
from pipeline.media import Probe
from pipeline.records import Check, PlannedTerm, ProofVerdict

NAME = "search for terms"
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
SHORTEST = 6
PIECE = 1 << 22
# The labels that renditions use themselves are no leak of a term that happens to be called alike.
_BREAK = "\x00"
_STYLES = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
_CLOCK = re.compile(r"^(?:\[[\d:]+\]|(?:\d+\n)?[\d:.,]+ --> [\d:.,]+$)", re.MULTILINE)
_LABELS = re.compile(r"\[redacted\]|\b(?:staff|speaker) \d+\b|\bspeaker:")


def media_free_of(path: Path, terms: Sequence[PlannedTerm], probe: Probe) -> Check:
    """Whether no term stands in the bytes of the file, nor as a token in its tags."""
    needles = {needle for term in terms for needle in _needles(term.text)}
    found = sum(_holds_any(piece.lower(), needles) for piece in _pieces(path, max(map(len, needles), default=1)))
    tags = [value for _, value in (*probe.tags, *(tag for stream in probe.streams for tag in stream.tags))]
    found += sum(_text_holds(tag, terms) for tag in tags)
    return _check(found, 1, len(terms))


def texts_free_of(paths: Iterable[Path], terms: Sequence[PlannedTerm]) -> Check:
    """Whether no term can be read in any of the text files, whose JSON Lines are searched value by value."""
    found = files = 0
    for path in paths:
        files += 1
        found += sum(_text_holds(stretch, terms) for stretch in stretches_of(path, terms))
    return _check(found, files, len(terms))


def stretches_of(path: Path, terms: Sequence[PlannedTerm]) -> Iterator[str]:
    """What can be read in a text file, cut at labels, which must not make a term by standing beside one another."""
    for text in _texts(path):
        yield from _stretches(text, terms)


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


def _pieces(path: Path, longest: int) -> Iterator[bytes]:
    """The file in pieces that overlap by the longest needle."""
    tail = b""
    with path.open("rb") as file:
        while data := file.read(PIECE):
            yield tail + data
            tail = (tail + data)[-longest:]


def _holds_any(data: bytes, needles: Iterable[bytes]) -> bool:
    return any(needle in data for needle in needles)


def _text_holds(text: str, terms: Sequence[PlannedTerm]) -> int:
    """How many terms stand in the text: as whole words, or, from six characters on, anywhere."""
    lines = {f" {_plain(text)} ", f" {_plain(_without_unseen(text))} "}
    found = 0
    for term in terms:
        wanted = _plain(_without_unseen(term.text))
        if wanted:
            found += any(f" {wanted} " in line or (len(wanted) >= SHORTEST and wanted in line) for line in lines)
    return found


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
    if path.suffix == ".jsonl":
        turns = [json.loads(line) for line in text.splitlines()]
        voices = {turn["participant_id"] for turn in turns if turn["participant_id"]}
        whole = [
            " ".join(turn["text"] for turn in turns if turn["participant_id"] == voice) for voice in sorted(voices)
        ]
        return [*whole, *(f"{turn['speaker']}\n{turn['text']}" for turn in turns)]
    return [_CLOCK.sub("", html.unescape(text))]


def _stretches(text: str, terms: Sequence[PlannedTerm]) -> list[str]:
    """The text between labels, which must not make a term by standing beside one another."""
    for label in sorted({term.replacement for term in terms if term.replacement}, key=len, reverse=True):
        text = text.replace(label, _BREAK)
    return _LABELS.sub(_BREAK, text).split(_BREAK)
