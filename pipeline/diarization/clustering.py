"""Which windows of speech are of one voice: agglomerative clustering with average linkage, on cosine distance.

Nearest-neighbour chains (Murtagh, "A survey of recent advances in hierarchical clustering algorithms", 1983) take
time and memory that grow with the square of the number of windows, so that at most ``MOST`` of them are linked; every
other one goes to the voice that it is nearest to.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.diarization.checkpoint import Array

Labels = npt.NDArray[np.int64]
MOST = 4000


def cluster(vectors: Array, *, farthest: float) -> Labels:
    """A number for each row of ``vectors``, which have length 1: the same for the same voice, 0 for the most rows.

    ``farthest`` is how far apart two clusters may be on average to be one: 0 is the same direction, 1 a right angle.
    """
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(MOST, len(vectors))).round().astype(np.int64))
    if not len(chosen):
        return np.zeros(0, np.int64)
    labels = _by_size(_linked(vectors[chosen], farthest))
    if len(chosen) < len(vectors):
        labels = _by_size(np.argmax(vectors @ centres(vectors[chosen], labels).T, axis=1))
    return labels


def centres(vectors: Array, labels: Labels) -> Array:
    """The mean direction of each cluster, a row of length 1 each, in order of their numbers."""
    sums = np.stack([vectors[labels == number].sum(axis=0) for number in range(int(labels.max(initial=-1)) + 1)])
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9), np.float32)


def _linked(vectors: Array, farthest: float) -> Labels:
    distances = 1.0 - vectors @ vectors.T
    np.fill_diagonal(distances, np.inf)
    sizes, cluster_of = np.ones(len(vectors)), np.arange(len(vectors))
    chain: list[int] = []
    active = np.ones(len(vectors), bool)
    while active.any():
        if not chain:
            chain.append(int(np.argmax(active)))
        last = chain[-1]
        nearest = int(np.argmin(distances[last]))
        if len(chain) > 1 and distances[last, chain[-2]] <= distances[last, nearest]:
            nearest = chain[-2]
        if distances[last, nearest] > farthest:
            # Nothing of the chain is nearer to anything else: with average linkage it never will be.
            active[last] = False
            distances[last, :] = distances[:, last] = np.inf
            chain.pop()
        elif len(chain) > 1 and nearest == chain[-2]:
            chain = chain[:-2]
            _merge(distances, sizes, nearest, last)
            cluster_of[cluster_of == last] = nearest
            active[last] = False
        else:
            chain.append(nearest)
    return np.unique(cluster_of, return_inverse=True)[1].astype(np.int64)


def _merge(distances: Array, sizes: npt.NDArray[np.float64], kept: int, gone: int) -> None:
    """Makes two clusters one, under the number ``kept``; distances to it are the means over all pairs."""
    weighted = sizes[kept] * distances[kept] + sizes[gone] * distances[gone]
    sizes[kept] += sizes[gone]
    distances[kept] = distances[:, kept] = weighted / sizes[kept]
    distances[gone] = distances[:, gone] = np.inf
    distances[kept, kept] = np.inf


def _by_size(labels: Labels) -> Labels:
    """The same clusters numbered by how many rows they have, the largest first."""
    numbers, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -counts))
    rank = np.empty(len(numbers), np.int64)
    rank[order] = np.arange(len(numbers))
    return rank[inverse]
