"""Trains the grapheme-to-phoneme model from the pronouncing dictionary inside pocketsphinx's package, and measures it.

    python models/g2p/train.py            about four minutes on one core; writes g2p.npz beside this file

Letters and phones are aligned by expectation maximisation into graphones (one or two letters with up to two phones),
over which an interpolated Kneser-Ney model of order 6 is counted and pruned. One word in twenty is kept out by the
checksum of its spelling and used only to measure; nothing here is random.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from pipeline.speech.pronunciation.g2p import G2PModel

Entry = tuple[str, tuple[str, ...]]
Graphone = tuple[str, tuple[str, ...]]
SHAPES = ((1, 1), (1, 0), (2, 1), (1, 2))
ORDER = 6
DISCOUNT = 0.8
LEAST = {4: 2, 5: 2, 6: 3}
START, END = 0, 1
MEASURED = 1500


def entries(dictionary: Path) -> list[Entry]:
    """Every spelling of letters and apostrophes with each of its pronunciations."""
    out = []
    for line in dictionary.read_text("utf-8").splitlines():
        word, *phones = line.split()
        word = word.split("(")[0]
        if word.replace("'", "").isalpha() and word.isascii() and phones:
            out.append((word, tuple(phones)))
    return out


def held_out(word: str) -> bool:
    """Whether a word is kept for measuring."""
    return zlib.crc32(word.encode()) % 20 == 0


def moves(entry: Entry, row: int, column: int) -> Iterator[tuple[int, int, Graphone]]:
    """The graphones that may come next at this place of letters and phones."""
    word, phones = entry
    for letters, sounds in SHAPES:
        if row + letters <= len(word) and column + sounds <= len(phones):
            yield row + letters, column + sounds, (word[row : row + letters], phones[column : column + sounds])


def expected(entry: Entry, chance: dict[Graphone, float]) -> dict[Graphone, float]:
    """How often each graphone is expected in one entry."""
    word, phones = entry
    rows, columns = len(word) + 1, len(phones) + 1
    forward = [[0.0] * columns for _ in range(rows)]
    forward[0][0] = 1.0
    edges = []
    for row in range(rows):
        for column in range(columns):
            if forward[row][column] > 0.0:
                for to_row, to_column, graphone in moves(entry, row, column):
                    p = chance.get(graphone, 1e-9)
                    forward[to_row][to_column] += forward[row][column] * p
                    edges.append((row, column, to_row, to_column, graphone, p))
    total = forward[-1][-1]
    if total <= 0.0:
        return {}
    backward = [[0.0] * columns for _ in range(rows)]
    backward[-1][-1] = 1.0
    counts: dict[Graphone, float] = defaultdict(float)
    for row, column, to_row, to_column, graphone, p in reversed(edges):
        backward[row][column] += p * backward[to_row][to_column]
        counts[graphone] += forward[row][column] * p * backward[to_row][to_column] / total
    return counts


def graphone_chances(sample: Sequence[Entry], rounds: int) -> dict[Graphone, float]:
    """The probability of each graphone by expectation maximisation; at first one letter to one phone is favoured."""
    chance: dict[Graphone, float] = {}
    for entry in sample:
        for row in range(len(entry[0])):
            for column in range(len(entry[1]) + 1):
                for _, _, graphone in moves(entry, row, column):
                    chance[graphone] = 1e-3 if len(graphone[0]) == len(graphone[1]) else 1e-4
    for _ in range(rounds):
        counts: dict[Graphone, float] = defaultdict(float)
        for entry in sample:
            for graphone, count in expected(entry, chance).items():
                counts[graphone] += count
        total = sum(counts.values())
        chance = {graphone: count / total for graphone, count in counts.items() if count > 1e-3}
    return chance


def best_path(entry: Entry, chance: dict[Graphone, float]) -> list[Graphone]:
    """The likeliest graphones of one entry; empty when there are none."""
    word, phones = entry
    best: dict[tuple[int, int], tuple[float, tuple[int, int] | None, Graphone | None]] = {(0, 0): (0.0, None, None)}
    for row in range(len(word) + 1):
        for column in range(len(phones) + 1):
            if (row, column) not in best:
                continue
            here = best[row, column][0]
            for to_row, to_column, graphone in moves(entry, row, column):
                p = chance.get(graphone)
                if p is None:
                    continue
                score = here + math.log(p)
                if score > best.get((to_row, to_column), (-math.inf, None, None))[0]:
                    best[to_row, to_column] = (score, (row, column), graphone)
    place: tuple[int, int] | None = (len(word), len(phones))
    path = []
    while place in best and best[place][2] is not None:
        path.append(best[place][2])
        place = best[place][1]
    return path[::-1] if place == (0, 0) else []


def counts_by_order(sequences: Sequence[Sequence[int]]) -> list[dict[tuple[int, ...], int]]:
    """Pruned counts of n-grams, orders 1 to ``ORDER``; below the highest, of how many symbols come before."""
    raw: list[Counter[tuple[int, ...]]] = [Counter() for _ in range(ORDER + 1)]
    for sequence in sequences:
        padded = [START] * (ORDER - 1) + list(sequence) + [END]
        for at in range(ORDER - 1, len(padded)):
            raw[ORDER][tuple(padded[at - ORDER + 1 : at + 1])] += 1
    kept: list[dict[tuple[int, ...], int]] = [{} for _ in range(ORDER + 1)]
    kept[ORDER] = dict(raw[ORDER])
    for order in range(ORDER - 1, 0, -1):
        lower: Counter[tuple[int, ...]] = Counter()
        for gram, count in kept[order + 1].items():
            lower[gram[1:]] += count if gram[0] == START else 1
        kept[order] = dict(lower)
    for order, least in LEAST.items():
        kept[order] = {gram: count for gram, count in kept[order].items() if count >= least}
    return kept


def estimate(
    kept: Sequence[dict[tuple[int, ...], int]],
) -> tuple[dict[tuple[int, ...], float], dict[tuple[int, ...], float]]:
    """Interpolated probability of each n-gram, and the weight that each context gives to the next lower order."""
    chance: dict[tuple[int, ...], float] = {}
    back: dict[tuple[int, ...], float] = {}
    whole = sum(kept[1].values())
    for gram, count in kept[1].items():
        chance[gram] = count / whole
    for order in range(2, ORDER + 1):
        totals: Counter[tuple[int, ...]] = Counter()
        kinds: Counter[tuple[int, ...]] = Counter()
        for gram, count in kept[order].items():
            totals[gram[:-1]] += count
            kinds[gram[:-1]] += 1
        for context, total in totals.items():
            back[context] = DISCOUNT * kinds[context] / total
        for gram, count in kept[order].items():
            chance[gram] = (count - DISCOUNT) / totals[gram[:-1]] + back[gram[:-1]] * lower_chance(
                gram[1:], chance, back
            )
    return chance, back


def lower_chance(
    gram: tuple[int, ...], chance: dict[tuple[int, ...], float], back: dict[tuple[int, ...], float]
) -> float:
    """The probability of an n-gram of a lower order, backing off where it was pruned."""
    weight = 1.0
    while gram not in chance and len(gram) > 1:
        weight *= back.get(gram[:-1], 1.0)
        gram = gram[1:]
    return weight * chance.get(gram, 1e-9)


def write(
    path: Path, graphones: Sequence[Graphone], chance: dict[tuple[int, ...], float], back: dict[tuple[int, ...], float]
) -> None:
    """Per order: sorted keys of context and symbol, minus log probabilities and back-off weights in steps of 1/16."""
    arrays: dict[str, np.ndarray] = {}
    places: dict[tuple[int, ...], int] = {(): 0}
    for order in range(1, ORDER + 1):
        grams = [gram for gram in set(chance) | set(back) if len(gram) == order and gram[:-1] in places]
        rows = sorted((places[gram[:-1]] * len(graphones) + gram[-1], gram) for gram in grams)
        places.update((gram, place) for place, (_, gram) in enumerate(rows))
        arrays[f"keys{order}"] = np.diff([key for key, _ in rows], prepend=0).astype(np.uint64)
        arrays[f"cost{order}"] = np.array([quantised(chance.get(gram, 0.0)) for _, gram in rows], np.uint8)
        arrays[f"back{order}"] = np.array([quantised(back.get(gram, 1.0)) for _, gram in rows], np.uint8)
        if order < ORDER:
            places = {gram: place for gram, place in places.items() if len(gram) == order}
    text = json.dumps([[letters, " ".join(phones)] for letters, phones in graphones], separators=(",", ":"))
    arrays["graphones"] = np.frombuffer(text.encode(), np.uint8)
    np.savez_compressed(path, **arrays)


def quantised(p: float) -> int:
    """A probability as sixteenths of a nat, 255 for none."""
    return 255 if p <= 0.0 else min(254, round(-math.log(min(1.0, p)) * 16))


def measure(model: G2PModel, words: dict[str, set[tuple[str, ...]]]) -> dict[str, float]:
    """Share of held-out words whose best, and best three, pronunciations are wrong, and of wrong phones in the best."""
    wrong = wrong3 = errors = phones = 0
    for word, truths in sorted(words.items()):
        guesses = [guess.phones for guess in model.pronounce(word, most=3)] or [()]
        wrong += guesses[0] not in truths
        wrong3 += not truths & set(guesses)
        distance, length = min((edits(guesses[0], truth), len(truth)) for truth in truths)
        errors += distance
        phones += length
    return {
        "words": len(words),
        "word_error": wrong / len(words),
        "word_error_of_3": wrong3 / len(words),
        "phone_error": errors / phones,
    }


def edits(one: Sequence[str], other: Sequence[str]) -> int:
    """The Levenshtein distance of two phone sequences."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def main() -> None:
    """Trains, writes and measures."""
    spec = importlib.util.find_spec("pocketsphinx")
    bundled = Path(spec.origin).parent / "model" / "en-us" / "cmudict-en-us.dict" if spec and spec.origin else Path()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dictionary", type=Path, default=bundled)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("g2p.npz"))
    options = parser.parse_args()
    known = entries(options.dictionary)
    training = [entry for entry in known if not held_out(entry[0])]
    chance = graphone_chances(training[::4], rounds=5)
    paths = [path for path in (best_path(entry, chance) for entry in training) if path]
    used = Counter(graphone for path in paths for graphone in path)
    graphones: list[Graphone] = [
        ("<", ()),
        (">", ()),
        *sorted(graphone for graphone, count in used.items() if count >= 3),
    ]
    number = {graphone: index for index, graphone in enumerate(graphones)}
    sequences = [
        [number[graphone] for graphone in path] for path in paths if all(graphone in number for graphone in path)
    ]
    write(options.out, graphones, *estimate(counts_by_order(sequences)))
    tests: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for word, phones in known:
        if held_out(word):
            tests[word].add(phones)
    measured = {word: tests[word] for word in sorted(tests)[:: max(1, len(tests) // MEASURED)]}
    figures = measure(G2PModel.load(options.out), measured)
    print(
        json.dumps(
            {"trained_on": len(sequences), "graphones": len(graphones), "bytes": options.out.stat().st_size, **figures}
        )
    )


if __name__ == "__main__":
    main()
