"""Names of people, organisations, products and places, known ones and ones that nobody ever had."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

from words import Lists, firms, lines_of

HERE = Path(__file__).parent


def word_lists() -> dict[str, list[str]]:
    """The lists of lists.toml."""
    stored: dict[str, str] = tomllib.loads((HERE / "lists.toml").read_text("utf-8"))
    return {
        name: [one for piece in text.replace("\n", " ").split("|") if (one := piece.strip())]
        if "|" in text
        else text.split()
        for name, text in stored.items()
    }


class Names:
    """Makes names; its draws come from the ``random`` it is given, ``rare`` are ordinary words that are seldom said."""

    def __init__(self, known: Lists, rare: list[str], draws: random.Random) -> None:
        self.random, self.known, self.rare = draws, known, rare
        self.words = word_lists()
        self.near = lines_of("places.txt")
        self.famous, self.unsure = firms()
        self.firms = [*self.famous, *self.unsure]
        self.common = sorted(known.common)

    def first(self) -> str:
        """A given name."""
        draw = self.random.random()
        if draw < 0.5:
            return self.known.first[int(len(self.known.first) * self.random.random() ** 2.5)].capitalize()
        if draw < 0.86:
            return self.random.choice(self.known.first_abroad).title()
        return self.novel(self.random.choice((1, 2, 2, 2, 3))).capitalize()

    def last(self) -> str:
        """A family name."""
        draw = self.random.random()
        if draw < 0.5:
            return self.known.last[int(len(self.known.last) * self.random.random() ** 3)].title()
        if draw < 0.72:
            return self.random.choice(self.known.last_abroad).title()
        if draw < 0.82:
            return self.random.choice(self.common).capitalize()
        prefix = (
            self.random.choice(("van ", "de ", "al ", "el ", "Mc", "O'", "Mac", "von ", "Di ")) if draw < 0.88 else ""
        )
        return prefix + self.novel(self.random.choice((1, 2, 2, 3))).capitalize()

    def full(self) -> str:
        """A full name, now and then with a middle name or a family name heard wrong."""
        parts = [self.first(), self.last()]
        draw = self.random.random()
        if draw < 0.04:
            parts.insert(1, self.random.choice("ABCDEFGHJKLMPRST"))
        elif draw < 0.08:
            parts.insert(1, self.last())
        elif draw < 0.2:
            parts[1] = self.misheard()
        return " ".join(parts)

    def misheard(self) -> str:
        """What a recogniser writes for a name that it never heard: one to three ordinary words."""
        return " ".join(
            self.random.choice(self.words["small"] if place and self.random.random() < 0.5 else self.ordinary())
            for place in range(self.random.choice((1, 1, 1, 2, 2, 3)))
        )

    def ordinary(self) -> list[str]:
        """Words that are no names: common ones, or rare ones."""
        return self.common if self.random.random() < 0.6 else self.rare

    def person(self) -> str:
        """A person as people are named: mostly by the given name."""
        draw = self.random.random()
        name = self.first() if draw < 0.58 else self.full() if draw < 0.94 else self.last()
        return self.garbled(name) if self.random.random() < 0.06 else name

    def novel(self, syllables: int) -> str:
        """A word that is none, of so many syllables."""
        codas = [*self.words["codas"], *[""] * 12]
        return (
            "".join(
                self.random.choice(self.words["onsets"]) * (self.random.random() < 0.85)
                + self.random.choice(self.words["vowels"])
                + self.random.choice(codas)
                for _ in range(syllables)
            )
            or "zo"
        )

    def garbled(self, name: str) -> str:
        """As a recogniser may hear it: another vowel, a letter less or more, cut in two."""
        letters = list(name)
        for _ in range(self.random.choice((1, 1, 2))):
            at = self.random.randrange(len(letters))
            draw = self.random.random()
            if draw < 0.4 and letters[at] in "aeiouy":
                letters[at] = self.random.choice("aeiou")
            elif draw < 0.6:
                letters[at] = ""
            elif draw < 0.8:
                letters[at] = letters[at] + self.random.choice("aeionrst")
            elif len(name) > 5 and " " not in name:
                letters[at] = letters[at] + " "
        return " ".join("".join(letters).split()) or name

    def company(self) -> str:
        """An organisation: a known one, or one made of names, new words, letters and trades."""
        name = self.organisation()
        draw = self.random.random()
        if draw < 0.03:
            return self.garbled(name)
        if draw < 0.06:
            return " ".join([name.split()[0], self.random.choice(self.ordinary())])
        return self.misheard() if draw < 0.07 else name

    def organisation(self) -> str:
        """An organisation as it is said."""
        draw = self.random.random()
        if draw < 0.26:
            name = self.random.choice(self.famous if self.random.random() < 0.8 else self.unsure)
            return f"{name} {self.random.choice(self.words['segments'])}" if self.random.random() < 0.08 else name
        if draw < 0.4:
            return self.random.choice(self.known.companies)
        if draw < 0.49:
            return self.letters()
        if draw < 0.6:
            return self.institution()
        stem = self.random.choice(
            (
                self.last,
                self.last,
                lambda: self.novel(2).capitalize(),
                lambda: self.novel(3).capitalize(),
                lambda: self.random.choice(self.common).capitalize(),
            )
        )()
        if draw < 0.76:
            return (
                stem
                if draw < 0.71
                else self.novel(2).capitalize()
                + self.random.choice(
                    ("ify", "ix", "ly", "tech", "soft", "gen", "ware", "corp", "base", "hub", "lytics", "co")
                )
            )
        if draw < 0.9:
            return f"{stem} {self.random.choice(self.words['trades'])}"
        if draw < 0.95:
            return f"{stem} {self.random.choice(self.words['trades'])} {self.random.choice(self.words['trades'])}"
        return f"{stem} and {self.last() if draw < 0.98 else 'Company'}"

    def letters(self) -> str:
        """An organisation of letters, together or one by one, now and then with its trade: "K B W Securities"."""
        length = self.random.choice((2, 3, 3, 3, 4))
        drawn = "".join(self.random.choice("AABCCDEFGHIJKLMMNPPRSSTUVWX") for _ in range(length))
        name = drawn if self.random.random() < 0.7 else " ".join(drawn)
        if self.random.random() < 0.08:
            name = f"{drawn[0]} and {drawn[1]}"
        return f"{name} {self.random.choice(self.words['trades'])}" if self.random.random() < 0.15 else name

    def institution(self) -> str:
        """A public body, a court, an association, a division of a company."""
        topic, other = self.random.choice(self.words["topics"]), self.random.choice(self.words["topics"])
        head = self.random.choice(self.words["heads"])
        where = self.random.choice(self.near if self.random.random() < 0.7 else self.known.places)
        draw = self.random.random()
        if draw < 0.2:
            name = f"{where} {topic} {head}"
        elif draw < 0.5:
            name = f"{self.random.choice(self.words['reaches'])} {topic} {head}"
        elif draw < 0.6:
            name = f"{where} {head}"
        elif draw < 0.75:
            name = f"{topic} {head}"
        elif draw < 0.9:
            name = f"{self.random.choice(self.words['offices'])} of {topic}" + (f" and {other}" if draw < 0.8 else "")
        else:
            name = f"{self.random.choice(self.words['offices'])} of {where}"
        return name.title().replace(" Of ", " of ").replace(" And ", " and ").replace("Us ", "US ")

    def product(self) -> str:
        """A product."""
        draw = self.random.random()
        stem = (
            self.random.choice(self.words["products"])
            if draw < 0.45
            else self.novel(self.random.choice((2, 3))).capitalize()
        )
        return (
            f"{stem} {self.random.choice(('X', 'Pro', 'S', '2', '3', 'five', 'Cloud', 'One', 'Max', 'Go'))}"
            if self.random.random() < 0.25
            else stem
        )

    def place(self) -> str:
        """A country, a state or a city."""
        if self.random.random() < 0.8:
            name = self.random.choice(self.near)
            return name.upper() if name in ("us", "usa", "uk") else name.title()
        return self.random.choice(self.known.places).title()
