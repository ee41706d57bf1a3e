"""What else was written about a session: notes, chapters, polls, and summaries of the platform's own AI, as lines.

They are searched for names, which are then looked for in all that was said; nothing of them is ever put out. Nobody
knows whose words they repeat.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from pipeline.errors import InputRefused
from pipeline.ingest.file_kinds import kind_of
from pipeline.ingest.listing import Listing

KIND = "notes"
"""The kind of sealed file that they are."""
_KINDS = frozenset({"summaries", "chapters", "notes", "polls"})
_TEXTS = (".txt", ".md", ".json", ".docx", ".csv")
_MOST_LINES, _LONGEST_LINE = 5_000, 2_000
"""More than anybody notes of one session: what goes beyond it is not read, and the file counts as not understood."""
_DEEPEST = 8
_MARKUP = re.compile(r"<[^<>]*>|https?://\S+|[#*_`|]+")
_WORD = re.compile(r"[^\W\d_]{3}")


def read_notes(listing: Listing, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The lines of each of these files that is one of notes and can be read; what it is its name says."""
    lines = {name: _lines(listing, name) for name in sorted(names) if kind_of(name) in _KINDS}
    read = {name: tuple(dict.fromkeys(own)) for name, own in lines.items() if own}
    while sum(map(len, read.values())) > _MOST_LINES:
        read.pop(max(read, key=lambda name: (len(read[name]), name)))
    return read


def _lines(listing: Listing, name: str) -> list[str]:
    if not name.lower().endswith(_TEXTS):
        return []
    try:
        text = listing.text(name, "notes")
    except InputRefused:
        return []
    texts = _strings(text) if name.lower().endswith(".json") else [text]
    lines = (" ".join(_MARKUP.sub(" ", line).split()) for written in texts for line in written.splitlines())
    kept = [line for line in lines if _WORD.search(line)]
    return kept if all(len(line) <= _LONGEST_LINE for line in kept) else []


def _strings(text: str) -> list[str]:
    """Every text within a JSON file; none where it is not one."""
    try:
        return list(_values(json.loads(text), 0))
    except (ValueError, RecursionError):
        return []


def _values(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < _DEEPEST and isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _values(inner, depth + 1)
