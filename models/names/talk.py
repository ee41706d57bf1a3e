"""Talk without end: sentences drawn from the language model inside pocketsphinx's package (BSD licence).

The model knows pairs and triples of 72,000 words as people said and wrote them. A next word is drawn among a handful
of the pairs' successors by how likely the triple is, which gives sentences whose every three words belong together.
"""

from __future__ import annotations

import math
import multiprocessing
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pocketsphinx

BASE = 1.0001  # of the logarithms that the library gives
CANDIDATES = 24
LONGEST = 32
OPENED = 0.35
CONFIG, LOGARITHMS = pocketsphinx.Config(), pocketsphinx.LogMath(BASE)  # the model does not keep them alive itself


def language_model() -> pocketsphinx.NGramModel:
    """The bundled model of general English; its ``prob`` takes a word and then what came before it, nearest first."""
    path = pocketsphinx.get_model_path("en-us/en-us.lm.bin")
    return pocketsphinx.NGramModel(CONFIG, LOGARITHMS, path)


def _write_pairs(path: str) -> None:
    language_model().write(path, 1)


def tables(folder: Path) -> tuple[dict[str, float], dict[str, tuple[list[str], np.ndarray]]]:
    """The log10 chance of each word, and of each word's successors.

    The library's writer ends its process once it comes to the triples, so it runs in one of its own.
    """
    path = folder / "pairs.arpa"
    if not path.exists():
        child = multiprocessing.get_context("spawn").Process(target=_write_pairs, args=(str(path),))
        child.start()
        child.join()
    single: dict[str, float] = {}
    pairs: dict[str, tuple[list[str], list[float]]] = defaultdict(lambda: ([], []))
    order = 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("\\"):
                order = int(line[1]) if line[1].isdigit() else 0
                continue
            columns = line.split()
            if order == 1 and len(columns) >= 2:
                single[columns[1]] = float(columns[0])
            elif order == 2 and len(columns) == 4:
                pairs[columns[1]][0].append(columns[2])
                pairs[columns[1]][1].append(float(columns[0]))
    return single, {word: (found, np.array(chances)) for word, (found, chances) in pairs.items()}


def sentences(
    count: int, pairs: dict[str, tuple[list[str], np.ndarray]], openings: Sequence[str], seed: int
) -> Iterator[list[str]]:
    """So many sentences of 3 to 32 words; a third begin with one of the openings."""
    rng = np.random.default_rng(seed)
    model = language_model()
    ready = {word: (found, np.cumsum(10**logs) / (10**logs).sum(), logs) for word, (found, logs) in pairs.items()}

    def following(before: str | None, word: str) -> str | None:
        if word not in ready:
            return None
        found, sums, logs = ready[word]
        drawn = np.minimum(np.searchsorted(sums, rng.random(CANDIDATES)), len(found) - 1)
        if before is None:
            return found[drawn[0]]
        weights = np.array([model.prob([found[index], word, before]) for index in drawn]) * math.log10(BASE)
        weights = 10 ** (weights - logs[drawn] - (weights - logs[drawn]).max())
        return found[drawn[rng.choice(CANDIDATES, p=weights / weights.sum())]]

    made = 0
    while made < count:
        sentence = ["<s>"]
        if rng.random() < OPENED:
            sentence += openings[rng.integers(len(openings))].split()
        while len(sentence) <= LONGEST:
            word = following(sentence[-2] if len(sentence) > 1 else None, sentence[-1])
            if word is None or word == "</s>":
                break
            sentence.append(word)
        if len(sentence) > 3:
            made += 1
            yield sentence[1:]
