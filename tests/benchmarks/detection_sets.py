"""Sets of marked texts, and how much of what is marked some findings cover."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.detect.text.tokens import Match

CHARACTERS = 400_000  # of a set; beyond that every n-th document is taken
SCORED = frozenset(
    ["PERSON", "ORG", "PRODUCT", "EMAIL", "PHONE", "URL", "IP", "CREDIT_CARD", "SSN", "IBAN", "SECRET", "SPELLED"]
)  # others may be found or not
MARKED_AS = {
    "PERSON": {"PERSON"},
    "COMPANY": {"ORG"},
    "PRODUCT": {"PRODUCT"},
    "EMAIL": {"EMAIL", "URL"},
    "URL": {"URL"},
    "HOST": {"URL"},
    "PHONE": {"PHONE"},
    "CARD": {"CREDIT_CARD"},
    "ACCOUNT": {"SSN", "IBAN"},
    "IP": {"IP"},
}  # a finding that touches nothing is wrong only in a set that marks its kind
Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Item:
    """One text with its marked spans; ``doc`` is the session or document it is from."""

    key: str
    doc: str
    text: str
    spans: tuple[dict[str, Any], ...]


@dataclass
class Score:
    """Counts over marked spans and over findings."""

    marked: int = 0
    covered: int = 0
    names: set[str] = field(default_factory=set)
    covered_names: set[str] = field(default_factory=set)
    right: int = 0
    wrong: int = 0
    words: int = 0

    @property
    def recall(self) -> float:
        """The share of marked spans that are wholly covered."""
        return self.covered / self.marked if self.marked else 0.0

    @property
    def recall_of_names(self) -> float:
        """The share of different names that are wholly covered at least once."""
        return len(self.covered_names) / len(self.names) if self.names else 0.0

    @property
    def precision(self) -> float:
        """The share of findings that touch what is marked and scored; those that touch only the rest do not count."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def false_in_1000(self) -> float:
        """Findings that touch nothing marked, for each 1,000 words."""
        return 1000 * self.wrong / self.words if self.words else 0.0


Marked = tuple[Sequence[Item], Sequence[Sequence[Match]]]


def guesses(scored: Iterable[Marked]) -> Iterator[tuple[Match, bool]]:
    """The findings in sets of which it is known whether they are right, and whether they are."""
    for items, found in scored:
        marked = {span["label"] for item in items for span in item.spans}
        for item, matches in zip(items, found, strict=True):
            for match in matches:
                labels = {s["label"] for s in item.spans if match.start_char < s["end"] and match.end_char > s["start"]}
                if labels & SCORED or (not labels and MARKED_AS.get(match.label, marked) & marked):
                    yield match, bool(labels)


def read_set(path: Path) -> list[Item]:
    """The items of a set; of a large one every n-th document, so that it holds about ``CHARACTERS``."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    items = [Item(str(row["id"]), str(row.get("doc", row["id"])), row["text"], tuple(row["spans"])) for row in rows]
    step = max(1, round(sum(len(item.text) for item in items) / CHARACTERS))
    docs = list(dict.fromkeys(item.doc for item in items))
    taken = set(docs[::step])
    return [item for item in items if item.doc in taken]


def score(items: Sequence[Item], found: Sequence[Spans], labels: Iterable[str], only: str = "") -> Score:
    """How well the findings cover the spans with these labels; ``only`` is ``known``, ``heard`` (0.6) or both."""
    wanted, total = set(labels), Score()
    for item, spans in zip(items, found, strict=True):
        total.words += len(item.text.split())
        covered = {char for start, end in spans for char in range(start, end)}
        for span in item.spans:
            if span["label"] in wanted and _counts(span, only):
                letters = [c for c in range(span["start"], span["end"]) if not item.text[c].isspace()]
                whole = all(char in covered for char in letters)
                name = str(span.get("ref") or item.text[span["start"] : span["end"]]).lower()
                total.marked += 1
                total.covered += whole
                total.names.add(name)
                total.covered_names |= {name} if whole else set()
        for start, end in spans:
            touched = [span for span in item.spans if start < span["end"] and end > span["start"]]
            total.right += any(span["label"] in SCORED for span in touched)
            total.wrong += not touched
    return total


def _counts(span: dict[str, Any], only: str) -> bool:
    heard = "heard" not in only or span.get("sim", 0.0) >= 0.6
    return heard and ("known" not in only or bool(span.get("known")))
