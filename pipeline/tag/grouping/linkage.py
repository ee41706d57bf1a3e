"""Groups that grow by average linkage: a forest of indices with the sum of the vectors of each tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class Linkage:
    """At first every vector is a group of its own."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._parents = list(range(len(vectors)))
        self._sizes = [1] * len(vectors)
        self._sums = vectors.astype(np.float64)
        self._barred: defaultdict[int, set[int]] = defaultdict(set)

    def root(self, index: int) -> int:
        """The index that stands for the group of a vector."""
        while self._parents[index] != index:
            self._parents[index] = self._parents[self._parents[index]]
            index = self._parents[index]
        return index

    def roots(self) -> list[int]:
        """The indices that stand for the groups, in order."""
        return [index for index, parent in enumerate(self._parents) if index == parent]

    def means(self, roots: Sequence[int]) -> NDArray[np.float32]:
        """The mean vector of each group: the dot product of two is the mean cosine over all pairs between them."""
        sizes = np.array([self._sizes[root] for root in roots], np.float64)
        return np.asarray(self._sums[list(roots)] / sizes[:, None], np.float32)

    def part(self, first: int, second: int) -> None:
        """Keeps two groups apart for good."""
        first, second = self.root(first), self.root(second)
        if first != second:
            self._barred[first].add(second)
            self._barred[second].add(first)

    def join(self, first: int, second: int) -> None:
        """Makes one group of two, unless they are kept apart."""
        first, second = sorted((self.root(first), self.root(second)))
        if first == second or second in self._barred[first]:
            return
        self._parents[second] = first
        self._sizes[first] += self._sizes[second]
        self._sums[first] += self._sums[second]
        for barred in self._barred.pop(second, set()):
            self._barred[barred].discard(second)
            self._barred[barred].add(first)
            self._barred[first].add(barred)

    def join_if_near(self, first: int, second: int, threshold: float) -> None:
        """Makes one group of two whose mean cosine, over all pairs between them, is at least the threshold."""
        first, second = self.root(first), self.root(second)
        mean = float(self._sums[first] @ self._sums[second]) / (self._sizes[first] * self._sizes[second])
        if mean >= threshold:
            self.join(first, second)
