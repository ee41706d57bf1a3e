"""What kind of word each word is: how rare, in which lists of names, and whether it is used like a name.

The lists: names of the US census of 1990 (package ``names``), names, cities and countries of Faker's many locales,
listed companies (package ``pytickersymbols``). How a word is used is learnt from the pairs of the language model: which
words stand before and behind it, first names and family names against ordinary words.
"""

from __future__ import annotations

import importlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import names
import numpy as np
from faker.config import AVAILABLE_LOCALES
from pytickersymbols import PyTickerSymbols

HERE = Path(__file__).parent
COMMON = Path(__file__).parents[2] / "pipeline" / "lexicon" / "data" / "common_words.txt"
_NAME = re.compile(r"[^\W\d_]+(?:['’ -][^\W\d_]+)*")
_FORMS = re.compile(
    r"[,.]|\b(?:inc|corp|corporation|company|co|plc|ltd|limited|ag|se|sa|nv|n v|s a|kgaa|group|holdings?|the|spa|ab|"
    r"asa|oyj|incorporated|class [abc]|cl [abc]|sgps|tbk|reg|adr|&? ?co kg|vz|st)\b",
    re.IGNORECASE,
)
USES = ("ordinary", "first", "last", "place")


class Lists(NamedTuple):
    """Names in small letters, the commonest first where that is known; companies as they are written.

    ``famous`` are organisations that everybody knows by a name that is nothing else.
    """

    first: list[str]
    first_abroad: list[str]
    last: list[str]
    last_abroad: list[str]
    places: list[str]
    companies: list[str]
    common: frozenset[str]
    famous: frozenset[str]


def bare(text: str) -> str:
    """Without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def lists() -> Lists:
    """All lists."""
    folder = files(names)

    def census(file: str) -> list[tuple[float, str]]:
        rows = (line.split() for line in (folder / file).read_text("utf-8").splitlines() if line.strip())
        return [(float(row[1]), row[0].lower()) for row in rows]

    given = sorted([*census("dist.male.first"), *census("dist.female.first")], reverse=True)
    first = list(dict.fromkeys(name for _, name in given))
    last = [name for _, name in census("dist.all.last")]
    abroad = {kind: sorted(set(_faker("person", (kind,)))) for kind in ("first_name", "last_name")}
    places = sorted({*_faker("address", ("cit", "countr", "state")), *lines_of("places.txt")})
    here = {kind: set(group) for kind, group in (("first_name", first), ("last_name", last))}
    famous, unsure = firms()
    companies = {_company(stock["name"]) for stock in PyTickerSymbols().get_all_stocks()} | {*famous, *unsure}
    return Lists(
        first,
        [name for name in abroad["first_name"] if name not in here["first_name"]],
        last,
        [name for name in abroad["last_name"] if name not in here["last_name"]],
        places,
        sorted(name for name in companies if len(name) > 1),
        frozenset(COMMON.read_text("utf-8").split()),
        frozenset(name.lower() for name in famous),
    )


def lines_of(file: str) -> list[str]:
    """The lines of a file of this folder, remarks left out."""
    lines = (line.strip() for line in (HERE / file).read_text("utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def firms() -> tuple[list[str], list[str]]:
    """The well-known organisations: those whose name is nothing else, and those whose name is also another word."""
    lines = lines_of("companies.txt")
    sure = [line for line in lines if not line.endswith("?")]
    return sure, [line.removesuffix("?").strip() for line in lines if line.endswith("?")]


def _company(name: str) -> str:
    return " ".join(_FORMS.sub(" ", name).split())


def _faker(provider: str, starts: tuple[str, ...]) -> Iterator[str]:
    """The Latin names in all locales' lists whose attribute starts so, in small letters."""
    for locale in sorted(AVAILABLE_LOCALES):
        try:
            found = importlib.import_module(f"faker.providers.{provider}.{locale}").Provider
        except ImportError:
            continue
        for attribute in sorted(vars(found)):
            if attribute.startswith(starts) and not attribute.endswith(
                ("suffixes", "formats", "prefixes", "abbr", "suffix")
            ):
                for name in _flat(getattr(found, attribute)):
                    plain = bare(name).lower()
                    if plain.isascii() and _NAME.fullmatch(plain) and 1 < len(plain) < 24:
                        yield plain


def _flat(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, set, dict)):
        for one in sorted(value) if isinstance(value, set) else value:
            yield from _flat(one)


def uses(
    single: dict[str, float], pairs: dict[str, tuple[list[str], np.ndarray]], known: Lists
) -> dict[str, np.ndarray]:
    """For each word of the language model how likely it is used as each of ``USES``."""
    words = [word for word in single if word.replace("'", "").isalpha()]
    place = {word: index for index, word in enumerate(words)}
    around = sorted(single, key=lambda word: -single[word])[:220]
    column = {word: index for index, word in enumerate(around)}
    before = np.zeros((len(words), len(around)), np.float32)
    behind = np.zeros((len(words), len(around)), np.float32)
    for word, (following, logs) in pairs.items():
        chances = 10**logs
        if word in place:
            for other, chance in zip(following, chances, strict=True):
                if other in column:
                    behind[place[word], column[other]] += chance
        if word in column:
            for other, chance in zip(following, chances, strict=True):
                if other in place:
                    before[place[other], column[word]] += 10 ** (single[word] - single[other]) * chance
    table = np.sqrt(np.hstack([before, behind]))  # roots: a rare word's many zeros shall not give it away
    table = np.hstack([table / 0.05, np.ones((len(words), 1), np.float32)])
    return dict(zip(words, _softmax(table @ _learn(table, _examples(place, known))), strict=True))


def _examples(place: dict[str, int], known: Lists) -> list[np.ndarray]:
    """The rows of words that are surely ordinary, first names, family names, places."""
    tops = {name for name in known.places if name.isalpha()}
    firsts, names_too = set(known.first[:900]), set(known.first[:900]) | set(known.last[:300]) | tops
    first = [name for name in known.first[:900] if name not in known.common and name not in tops]
    either = set(known.first) | tops | known.common
    last = [name for name in known.last[:3000] if name not in either]
    ordinary = [
        word for word in place if word in known.common or (word.endswith(("ing", "ed", "ly")) and len(word) > 5)
    ]
    ordinary = [word for word in ordinary if word not in names_too]
    where = [word for word in sorted(tops) if word not in known.common and word not in firsts]
    return [np.array([place[word] for word in group if word in place]) for group in (ordinary, first, last, where)]


def _learn(table: np.ndarray, examples: list[np.ndarray]) -> np.ndarray:
    """Softmax regression by plain gradient steps, each kind weighing the same."""
    rows = np.concatenate(examples)
    truth = np.repeat(np.arange(len(examples)), [len(group) for group in examples])
    weight = 1.0 / np.array([len(group) for group in examples])[truth]
    seen, wanted = table[rows], np.eye(len(examples), dtype=np.float32)[truth]
    found = np.zeros((table.shape[1], len(examples)), np.float32)
    for _ in range(150):
        gradient = seen.T @ ((_softmax(seen @ found) - wanted) * weight[:, None]) + 1e-4 * found
        found -= 0.05 * gradient
    return found


def _softmax(values: np.ndarray) -> np.ndarray:
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def features(single: dict[str, float], used: dict[str, np.ndarray], known: Lists) -> dict[str, int]:
    """The features of each word as the bits that ``pipeline.detect.ner.word_features`` reads."""
    first = {name: 4 if rank < 250 else 3 if rank < 1200 else 2 for rank, name in enumerate(known.first)}
    first |= dict.fromkeys(_single(known.first_abroad), 1)
    last = {name: 4 if rank < 1000 else 3 if rank < 12000 else 2 for rank, name in enumerate(known.last)}
    last |= {name: 1 for name in _single(known.last_abroad) if name not in last}
    where = set(_single(known.places))
    listed = _distinctive(known)
    famous = {name for name in known.famous if " " not in name}
    top = set(sorted(single, key=lambda word: -single[word])[:15000])
    found = {}
    for word in sorted({*single, *first, *last, *where, *listed, *famous}):
        rarity = 0 if word not in single else min(7, max(1, int((single[word] + 7.5) * 1.6)))
        use = _use(used[word]) if word in used and single[word] > -7.4 else 0
        itself = int((word in top and (use in (1, 2) or word in known.common)) or rarity == 7)
        found[word] = (
            rarity | first.get(word, 0) << 3 | last.get(word, 0) << 6 | use << 9
            | int(word in where) << 12 | int(word in listed) << 13 | itself << 14
            | int(word in famous) << 15
        )  # fmt: skip
    return found


def _distinctive(known: Lists) -> set[str]:
    """Words of listed companies' names that say which company it is: in few names, or a whole name alone."""
    counts = Counter(word.lower() for name in known.companies for word in set(name.split()))
    alone = {name.lower() for name in known.companies if " " not in name}
    return {
        word
        for word, count in counts.items()
        if len(word) > 2 and (word in alone or (count < 3 and word not in known.common))
    }


def _use(chances: np.ndarray) -> int:
    """1 and 2 for ordinary, surely and likely; 3 to 7 for first name, family name and place in the same way."""
    likeliest = int(chances.argmax())
    return min(7, 1 + 2 * likeliest + int(chances[likeliest] <= 0.75))


def _single(group: Iterable[str]) -> list[str]:
    return [name for name in group if " " not in name]
