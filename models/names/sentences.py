"""Sentences with names in them, marked word by word: drawn talk and filled templates, as heard or as written."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from made import Names
from words import USES, Lists, lines_of

UNKNOWN = "?"  # a word of which nobody knows whether it is a name: it teaches nothing
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_PIECE = re.compile(r"\{(\w)\}|([^{}]+)")
LISTS = {
    "r": "roles",
    "k": "knowledge",
    "n": "numbers",
    "t": "shows",
    "a": "streets",
    "b": "business",
    "m": "months",
}  # by the slot that each fills


class Word(NamedTuple):
    """A word and its mark: ``O``, ``UNKNOWN``, or ``B-`` and ``I-`` with a label."""

    text: str
    mark: str = "O"


class Maker:
    """Makes marked sentences; all its draws come from one seed."""

    def __init__(self, known: Lists, used: dict[str, np.ndarray], drawn: Sequence[list[str]], seed: int) -> None:
        self.random = random.Random(seed)
        self.known, self.used = known, used
        self.firsts, self.lasts = set(known.first) | set(known.first_abroad), set(known.last) | set(known.last_abroad)
        self.rare = [word for word in sorted(used) if used[word][0] > 0.8 and word not in known.common]
        self.names = Names(known, self.rare, self.random)
        self.words, self.near = self.names.words, self.names.near
        self.titles, self.single_firms = set(self.words["titles"]), {name.lower() for name in self.names.unsure}
        self.templates = lines_of("templates.txt")
        self.talk = [marked for words in drawn if (marked := self.marked(words))]
        self.firm_talk = [marked for marked in self.talk if any(word.mark == "B-ORG" for word in marked)]

    def marked(self, words: list[str]) -> list[Word]:
        """Drawn talk with the names in it marked, most of them others than were drawn; unsure words as unknown."""
        out: list[Word] = []
        at = 0
        while at < len(words):
            word = words[at].removesuffix("'s")
            tail = words[at][len(word) :]
            pair = " ".join(words[at : at + 2])
            if pair in self.near or pair in self.known.famous or pair in self.single_firms:
                out += self.spread(
                    self.names.place() if pair in self.near else self.names.company(),
                    "GPE" if pair in self.near else "ORG",
                )
                at += 2
                continue
            kind = self.kind(word, out)
            if kind == "PERSON":
                going = bool(out) and out[-1].mark.endswith("PERSON") and words[at - 1] not in ("and",)
                name = (
                    (self.names.last() if going else self.names.first())
                    if self.random.random() < 0.6
                    else word.capitalize()
                )
                found = self.spread(name + tail, "PERSON")
                out += [Word(one.text, "I-PERSON") for one in found] if going else found
            elif kind in ("ORG", "GPE"):
                other = self.names.company() if kind == "ORG" else self.names.place()
                out += self.spread((other if self.random.random() < 0.5 else word.capitalize()) + tail, kind)
            else:
                out.append(Word(words[at], kind))
            at += 1
        return out

    def kind(self, word: str, before: list[Word]) -> str:
        """The mark of one drawn word, its label alone where it is a name."""
        use = self.used.get(word)
        proper = use is not None and use[0] < 0.35
        after_name = bool(before) and before[-1].mark.endswith("PERSON")
        after_title = bool(before) and before[-1].text in self.titles
        if (after_name or after_title) and word in self.lasts and (proper or word not in self.known.common):
            return "PERSON"
        if after_name and word in self.lasts:
            return UNKNOWN
        if word in self.known.famous:
            return "ORG"
        if word in self.single_firms:
            return "ORG" if proper else "O" if use is not None and use[0] > 0.9 else UNKNOWN
        if word in self.near:
            return "GPE" if proper or word not in self.known.common else UNKNOWN
        if use is None or not proper:
            return UNKNOWN if word in self.known.first[:1200] or after_title else "O"
        person = use[USES.index("first")] + use[USES.index("last")]
        if person > 0.7 and (word in self.firsts or word in self.lasts):
            return "PERSON"
        return UNKNOWN if word not in self.known.common else "O"

    def spread(self, name: str, label: str) -> list[Word]:
        """A name word by word."""
        first, *others = name.split()
        return [Word(first, f"B-{label}"), *(Word(other, f"I-{label}") for other in others)]

    def fragment(self) -> list[Word]:
        """Some words of drawn talk."""
        talk = self.random.choice(self.talk)
        length = self.random.randint(2, 9)
        start = self.random.randrange(max(1, len(talk) - length))
        while start > 0 and talk[start].mark.startswith("I-"):
            start -= 1
        return talk[start : start + length]

    def filled(self) -> list[Word]:
        """A template with its choices taken and its slots filled."""
        text = self.random.choice(self.templates)
        while _CHOICE.search(text):
            text = _CHOICE.sub(lambda match: self.random.choice(match[1].split("|")), text)
        out: list[Word] = []
        for slot, plain in _PIECE.findall(text):
            if plain.startswith("'s") and out:
                out[-1] = Word(out[-1].text + "'s", out[-1].mark)
                plain = plain[2:]
            out += self.slot(slot) if slot else [Word(word) for word in plain.split()]
        if self.random.random() < 0.12 and out:
            out.insert(
                self.random.randrange(len(out) + 1) if all(word.mark == "O" for word in out) else 0,
                Word(self.random.choice(("um", "uh", "so", "and", "like", "okay"))),
            )
        return out

    def slot(self, slot: str) -> list[Word]:
        """What fills one slot."""
        names = {"p": self.names.person, "f": self.names.first, "l": self.names.full, "s": self.names.last}
        if slot in names:
            return self.spread(names[slot](), "PERSON")
        if slot in "odg":
            make, label = {
                "o": (self.names.company, "ORG"),
                "d": (self.names.product, "PRODUCT"),
                "g": (self.names.place, "GPE"),
            }[slot]
            return self.spread(make(), label)
        if slot == "x":
            return self.fragment()
        if slot == "w":
            return [Word(self.plain_word())]
        return [Word(word) for word in self.random.choice(self.words[LISTS[slot]]).split()]

    def plain_word(self) -> str:
        """A rare word that is no name, also one that is in no list: "telesynthesis"."""
        draw = self.random.random()
        if draw < 0.75:
            return self.random.choice(self.rare)
        front, back = self.random.choice(self.words["fronts"]), self.random.choice(self.words["backs"])
        if draw < 0.85:
            return front + self.random.choice(self.rare)
        start = front if draw < 0.93 else self.names.novel(1)
        return start + self.random.choice(("", "", self.names.novel(1))) + back

    def passage(self) -> list[Word]:
        """One to three sentences written in one way: small and bare, small with capital names, or with all signs."""
        parts = [
            self.filled() if self.random.random() < 0.55 else self.random.choice(self.drawn())
            for _ in range(self.random.choice((1, 1, 2, 2, 3)))
        ]
        draw = self.random.random()
        if draw < 0.58:
            return [
                Word(re.sub(r"[^\w' &-]", "", word.text).lower() or "a", word.mark) for part in parts for word in part
            ]
        if draw < 0.64:
            return [word for part in parts for word in part]
        if draw < 0.78:
            return [word for part in parts for word in self.cased(part)]
        return [word for part in parts if part for word in self.written(part)]

    def drawn(self) -> list[list[Word]]:
        """Drawn talk, or that with organisations in it."""
        return self.firm_talk if self.firm_talk and self.random.random() < 0.12 else self.talk

    def cased(self, part: list[Word]) -> list[Word]:
        """A sentence as a recogniser writes it that sets capitals where it takes words for names, rightly or not."""
        out = []
        for place, word in enumerate(part):
            text, draw = re.sub(r"[^\w' &-]", "", word.text) or "a", self.random.random()
            if word.mark == "O":
                text = text[:1].upper() + text[1:] if draw < (0.6 if not place else 0.06) or text == "i" else text
            elif draw < 0.12:
                text = text.lower()
            out.append(Word(text, word.mark))
        return out

    def written(self, part: list[Word]) -> list[Word]:
        """A sentence with capitals and signs."""
        out = [
            Word("I" + word.text[1:] if word.text == "i" or word.text.startswith("i'") else word.text, word.mark)
            for word in part
        ]
        out = [Word(word.text + ",", word.mark) if self.random.random() < 0.06 else word for word in out]
        if self.random.random() < 0.85:
            out[0] = Word(out[0].text[:1].upper() + out[0].text[1:], out[0].mark)
        out[-1] = Word(out[-1].text.rstrip(",") + self.random.choice((".", ".", ".", "!", "?", "")), out[-1].mark)
        return out
