"""Guesses how a word that is in no dictionary is said, with the small graphone model of models/g2p."""

from __future__ import annotations

import functools
import json
import math
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

_START, _END = 0, 1
_STEP = 1 / 16
_BEAM = 24
_FLOOR = 20.0


@dataclass(frozen=True, slots=True)
class GuessedPronunciation:
    """One pronunciation as phones of the dictionary's set, and its share of what the model believes, 0 to 1."""

    phones: tuple[str, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class _Order:
    keys: npt.NDArray[np.int64]
    cost: npt.NDArray[np.float64]
    back: npt.NDArray[np.float64]


class G2PModel:
    """A joint n-gram model over graphones; see models/g2p/README.md."""

    def __init__(self, graphones: list[tuple[str, tuple[str, ...]]], orders: list[_Order]) -> None:
        self._graphones = graphones
        self._orders = orders
        self._by_letters: dict[str, list[int]] = defaultdict(list)
        for number, (letters, _) in enumerate(graphones):
            self._by_letters[letters].append(number)
        self._costs = functools.lru_cache(maxsize=20000)(self._costs_after)

    @classmethod
    def load(cls, path: Path) -> G2PModel:
        """The model in a file that models/g2p/train.py wrote; ``OSError`` or ``ValueError`` if it cannot be read."""
        with np.load(path, allow_pickle=False) as stored:
            table = json.loads(stored["graphones"].tobytes())
            orders: list[_Order] = []
            while (name := f"keys{len(orders) + 1}") in stored:
                order = name.removeprefix("keys")
                keys = np.cumsum(stored[name].astype(np.int64))
                orders.append(_Order(keys, stored[f"cost{order}"] * _STEP, stored[f"back{order}"] * _STEP))
        return cls([(letters, tuple(phones.split())) for letters, phones in table], orders)

    def pronounce(self, word: str, *, most: int = 3) -> list[GuessedPronunciation]:
        """The likeliest pronunciations of a word of a to z and apostrophes, best first; empty if it has other signs."""
        beams: list[dict[tuple[tuple[int, ...], tuple[str, ...]], float]] = [{} for _ in range(len(word) + 1)]
        beams[0][(_START,) * (len(self._orders) - 1), ()] = 0.0
        for at in range(len(word)):
            for (history, phones), cost in sorted(beams[at].items(), key=lambda item: item[1])[:_BEAM]:
                for size in (1, 2):
                    self._extend(beams, word[at : at + size], at + size, history, phones, cost)
        return self._best(beams[-1], most) if word else []

    def _extend(
        self,
        beams: list[dict[tuple[tuple[int, ...], tuple[str, ...]], float]],
        letters: str,
        to: int,
        history: tuple[int, ...],
        phones: tuple[str, ...],
        cost: float,
    ) -> None:
        options = self._by_letters.get(letters)
        if to >= len(beams) or not options:
            return
        for number, added in zip(options, self._costs(history, letters), strict=True):
            key = ((*history[1:], number), phones + self._graphones[number][1])
            beams[to][key] = min(cost + added, beams[to].get(key, math.inf))

    def _best(
        self, last: dict[tuple[tuple[int, ...], tuple[str, ...]], float], most: int
    ) -> list[GuessedPronunciation]:
        totals: dict[tuple[str, ...], float] = defaultdict(float)
        for (history, phones), cost in last.items():
            if phones:
                totals[phones] += math.exp(-(cost + self._costs(history, self._graphones[_END][0])[0]))
        whole = sum(totals.values())
        ranked = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:most]
        return [GuessedPronunciation(phones, chance / whole) for phones, chance in ranked if whole > 0.0]

    def _costs_after(self, history: tuple[int, ...], letters: str) -> list[float]:
        """Minus log probability of each graphone of these letters after a history."""
        options = np.array(self._by_letters[letters], np.int64)
        costs = np.full(len(options), np.nan)
        spent = 0.0
        for start in range(len(history) + 1):
            context = history[start:]
            place = self._place(context)
            if place is None:
                continue
            order = self._orders[len(context)]
            wanted = place * len(self._graphones) + options
            rows = np.minimum(np.searchsorted(order.keys, wanted), len(order.keys) - 1)
            hit = (order.keys[rows] == wanted) & np.isnan(costs) & (order.cost[rows] < 255 * _STEP)
            costs[hit] = spent + order.cost[rows[hit]]
            if context:
                spent += self._orders[len(context) - 1].back[self._row(context)]
        return list(np.where(np.isnan(costs), spent + _FLOOR, costs))

    def _place(self, context: tuple[int, ...]) -> int | None:
        row = self._row(context) if context else 0
        return row if row >= 0 else None

    def _row(self, gram: tuple[int, ...]) -> int:
        """The row of an n-gram in its order's arrays, -1 if it is not there."""
        place = 0
        for depth, number in enumerate(gram):
            keys = self._orders[depth].keys
            key = place * len(self._graphones) + number
            place = int(np.searchsorted(keys, key))
            if place >= len(keys) or keys[place] != key:
                return -1
        return place
