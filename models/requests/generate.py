"""Makes up sentences as people say them in office hours: frames filled from vocabulary.txt."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pipeline.lexicon.plain import word_set

HERE = Path(__file__).parent
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)(?::(\w+))?\}")
_HEADING = re.compile(r"\[([a-z ]+)\]")
_DEEPEST = 4
_IRREGULAR = """
    keep:kept tell:told send:sent give:gave let:let put:put set:set do:did be:was have:had has:had make:made get:got
    see:saw run:ran find:found write:wrote understand:understood speak:spoke catch:caught read:read fall:fell
    know:knew go:went come:came say:said think:thought hide:hid split:split build:built leave:left lose:lost
    begin:began shrink:shrank take:took choose:chose overwrite:overwrote undo:undid cut:cut hear:heard meet:met
    spend:spent buy:bought pay:paid mean:meant lend:lent become:became sit:sat teach:taught
"""
_PAST = dict(pair.split(":") for pair in _IRREGULAR.split())
_DOUBLED = word_set(
    """stop skip drop drag plan log tag flag map ship wrap stub swap snap crop zip pin debug submit get set let put run
    cut split"""
)


class Sample(NamedTuple):
    """One sentence, with the label of its section."""

    label: str
    text: str


def read_sections(path: Path) -> dict[str, list[str]]:
    """The lines of a file by the heading above them."""
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        heading = _HEADING.fullmatch(line)
        if heading:
            lines = sections.setdefault(heading[1], [])
        elif line.strip() and not line.startswith("# "):
            lines.append(line.rstrip())
    return sections


class Generator:
    """Fills frames; all its draws come from one seed."""

    def __init__(self, seed: int, *files: str) -> None:
        self.random = random.Random(seed)
        self.vocabulary = read_sections(HERE / "vocabulary.txt")
        self.frames = {heading: lines for file in files for heading, lines in read_sections(HERE / file).items()}

    def samples(self, each: int, least: int) -> Iterator[Sample]:
        """So many sentences of every frame, and of every label at least ``least``."""
        frames = Counter[str]()
        for heading, lines in self.frames.items():
            frames[heading.split()[0]] += len(lines)
        for heading, lines in self.frames.items():
            label = heading.split()[0]
            for frame in lines:
                for _ in range(max(each, least // frames[label])):
                    yield Sample(label, self.filled(frame))

    def filled(self, frame: str, depth: int = 0) -> str:
        """One sentence of a frame."""
        while choice := _CHOICE.search(frame):
            frame = frame[: choice.start()] + self.random.choice(choice[1].split("|")) + frame[choice.end() :]

        def entry(slot: re.Match[str]) -> str:
            text = self.filled(self.random.choice(self.vocabulary[slot[1]]), depth + 1) if depth < _DEEPEST else "it"
            return inflect(text, slot[2])

        return " ".join(_SLOT.sub(entry, frame).split())


def inflect(phrase: str, form: str | None) -> str:
    """A verb phrase in the past or with -ing, or a noun phrase without its article."""
    if form is None:
        return phrase
    if form == "bare":
        return re.sub(r"^(?:a|an|the|some) ", "", phrase)
    verb, *rest = phrase.split(" ")
    if verb == "not":
        return " ".join(["didn't", *rest]) if form == "past" else f"not {inflect(' '.join(rest), form)}"
    return " ".join([_past(verb) if form == "past" else _gerund(verb), *rest])


def _past(verb: str) -> str:
    if verb in _PAST:
        return _PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}{verb[-1]}ed" if verb in _DOUBLED else f"{verb}ed"


def _gerund(verb: str) -> str:
    verb = {"has": "have"}.get(verb, verb)
    if verb.endswith("e") and verb not in ("be", "see"):
        return f"{verb[:-1]}ing"
    return f"{verb}{verb[-1]}ing" if verb in _DOUBLED else f"{verb}ing"
