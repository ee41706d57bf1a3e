"""How names and words are said: by the dictionary, letter by letter, by known parts, by the model, by plain rules."""

from __future__ import annotations

import functools
import itertools
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import models
from pipeline.errors import ConfigurationError
from pipeline.lexicon.orthographies import readings
from pipeline.speech.pronunciation.g2p import G2PModel
from pipeline.speech.pronunciation.verbalize import as_written_abroad, spelled, spoken_words
from pipeline.speech.sphinx_files import DICTIONARY, sphinx_file

Phones = tuple[str, ...]
_VOWELS = frozenset("aeiouy")
_MOST_OF_A_WORD = 6
_LEAST_PROBABILITY = 0.08
_SHORTEST_PART = 3
_SHORTEST_COMPOUND = 7
_STRIDE = 16
_LETTERS_WITHOUT_PARTS = str.maketrans("łŁøØđĐßı", "lLoOdDsi")


class Pronouncer:
    """Gives phones of the dictionary's set for any word, several where several are plausible."""

    def __init__(self, dictionary: Path, grapher: G2PModel) -> None:
        lines = sorted(dictionary.read_bytes().splitlines())
        # One text with a line here and there to find the way: as lines of their own they take four times the memory.
        self._text = b"\n" + b"\n".join(lines) + b"\n"
        self._heads = lines[::_STRIDE]
        places = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
        self._places = [places[0], *places[:-1:_STRIDE], places[-1], places[-1]]
        self._grapher = grapher
        self.word = functools.lru_cache(maxsize=50000)(self._word)

    def known(self, word: str) -> list[Phones]:
        """What the dictionary has for a lower-case word, its usual pronunciation first; empty if nothing."""
        key = word.encode("ascii", "ignore")
        if not key or len(key) != len(word):
            return []
        ways = [self._line(key + b" ")]
        for variant in itertools.count(2):
            ways.append(self._line(b"%s(%d) " % (key, variant)))
            if ways[-1] is None:
                break
        return [phones for phones in ways if phones]

    def _line(self, start: bytes) -> Phones | None:
        near = bisect_left(self._heads, start)
        place = self._text.find(b"\n" + start, self._places[near], self._places[near + 2] + 1)
        if place < 0:
            return None
        line = self._text[place + 1 + len(start) : self._text.index(b"\n", place + 1)]
        return tuple(line.decode("ascii").split())

    def _word(self, word: str, name: bool = False) -> tuple[Phones, ...]:
        """Pronunciations of one word as written, likeliest first; with ``name``, readings of other languages too."""
        plain = _unaccented(word)
        low = plain.lower().rstrip("'")
        ways = self.known(low) or self._possessive(low)
        if plain.isupper() and 2 <= len(plain) <= 5 and (not ways or not _VOWELS & set(low)):
            ways = [spelled(plain), *ways]
        elif not ways and not _VOWELS & set(low):
            ways = [spelled(plain)]
        if not ways:
            guesses = self._grapher.pronounce("".join(c for c in low if c.isascii() and (c.isalpha() or c == "'")))
            likely = [guess.phones for guess in guesses if guess.probability >= _LEAST_PROBABILITY]
            ways = self._compound(low) + likely[:1] + self._foreign(word) + likely[1:]
            ways += as_written_abroad(low)
        elif name:
            ways = [*ways, *self._foreign(word), *as_written_abroad(low)[:1]]
        return tuple(dict.fromkeys(phones for phones in ways if phones))[:_MOST_OF_A_WORD]

    def _foreign(self, word: str) -> list[Phones]:
        """How a name of another language sounds to an English ear, where its spelling tells which."""
        ways = (
            [*self.known(way)[:1], *(guess.phones for guess in self._grapher.pronounce(way, most=1))]
            for way in readings(word)
        )
        return [way[0] for way in ways if way]

    def _possessive(self, word: str) -> list[Phones]:
        if not word.endswith("'s"):
            return []
        return [(*phones, "S" if phones[-1] in {"P", "T", "K", "F", "TH"} else "Z") for phones in self.known(word[:-2])]

    def _compound(self, word: str) -> list[Phones]:
        """A word made of two known words, as Bright-water, cut where the parts are most alike in length."""
        if len(word) < _SHORTEST_COMPOUND:
            return []
        cuts = sorted(range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1), key=lambda at: abs(2 * at - len(word)))
        for at in cuts:
            first, second = self.known(word[:at]), self.known(word[at:])
            if first and second:
                return [first[0] + second[0]]
        return []

    def phrase(self, text: str, *, name: bool = False, most: int = 6) -> list[Phones]:
        """Pronunciations of a whole text, at most ``most``; empty if nothing in it can be said."""
        choices = [self.word(word, name) for word in spoken_words(text)]
        choices = [choice for choice in choices if choice]
        if not choices:
            return []
        combined = itertools.islice(_by_rank(choices), most)
        return list(dict.fromkeys(tuple(itertools.chain.from_iterable(parts)) for parts in combined))


def _by_rank(choices: Sequence[Sequence[Phones]]) -> Iterable[tuple[Phones, ...]]:
    """Every combination of the choices, the likeliest first; a long text takes only the first one or two of each."""
    if len(choices) > 4:
        choices = [choice[:2] for choice in choices[:8]] + [choice[:1] for choice in choices[8:]]
    ranks = itertools.product(*(range(len(choice)) for choice in choices))
    for rank in sorted(ranks, key=lambda rank: (sum(rank), rank)):
        yield tuple(choice[index] for choice, index in zip(choices, rank, strict=True))


def _unaccented(word: str) -> str:
    folded = word.translate(_LETTERS_WITHOUT_PARTS)
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


@functools.cache
def bundled() -> Pronouncer:
    """The pronouncer of the dictionary in pocketsphinx's package and the model in models/g2p, read once a process."""
    path = models.bundled_file("g2p", "g2p.npz")
    try:
        return Pronouncer(sphinx_file(DICTIONARY), G2PModel.load(path))
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            "the pronunciation model cannot be read", action="run `offrecord models verify`"
        ) from error
