"""Fits the scores of ``scoring/second_model`` on a folder of marked sets, and prints them with how well they hold.

    python -m tests.benchmarks.name_scores FOLDER

Cross-validation is over documents: nothing of a document is in both halves of a fold. The first of five groups of
documents takes no part in anything but the last line.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from pipeline.detect.ner.recognizer import guesses
from pipeline.detect.ner.union import entity_evidence, second_model
from pipeline.detect.text.tokens import read
from tests.benchmarks.detection_sets import MARKED_AS, SCORED, Item, read_set

# Tweets, and single sentences with rare names, are little like talk: they count for less.
WEIGHTS = {
    "changelog_silver_person": 1.0,
    "earnings21": 1.0,
    "earnings21_realasr_google": 1.0,
    "gum_interview_court": 1.0,
    "uner_ewt": 1.0,
    "wnut17": 0.5,
    "btc": 0.3,
}
GROUPS, KEPT_APART = 5, 0
STRENGTHS = (1.0, 3.0, 10.0, 30.0)  # of the pull towards odds of 1
_STEPS = 30
_LEAST = 15  # times that a key is seen; a rarer one has no factor


class Example(NamedTuple):
    """One guess of the second model: its evidence, whether it is right, its weight and its group of documents."""

    keys: tuple[str, ...]
    right: bool
    weight: float
    group: int


def examples(name: str, items: Sequence[Item]) -> Iterator[Example]:
    """The guesses in a set of which it is known whether they are right."""
    texts = [read(item.text) for item in items]
    marked = {span["label"] for item in items for span in item.spans}
    found = second_model("en-core-web-sm")(texts)
    for item, text, own, entities in zip(items, texts, guesses(texts), found, strict=True):
        for match, keys in (pair for entity in entities for pair in entity_evidence(text, entity, own)):
            labels = {s["label"] for s in item.spans if match.start_char < s["end"] and s["start"] < match.end_char}
            is_wrong = not labels and bool(MARKED_AS.get(match.label, marked) & marked)
            if labels & SCORED or (is_wrong and (match.label == "PERSON" or len(marked) > 1)):
                group = zlib.crc32(item.doc.encode()) % GROUPS
                yield Example(keys, bool(labels), WEIGHTS[name], group)


def design(rows: Sequence[Example], keys: Sequence[str]) -> np.ndarray:
    """A column for each key, and one of ones."""
    places = {key: column for column, key in enumerate(keys)}
    matrix = np.zeros((len(rows), len(keys) + 1))
    matrix[:, -1] = 1.0
    for row, example in enumerate(rows):
        matrix[row, [places[key] for key in example.keys if key in places]] = 1.0
    return matrix


def fit(rows: Sequence[Example], keys: Sequence[str], strength: float) -> np.ndarray:
    """The logarithms of the odds by logistic regression, pulled towards 0."""
    matrix, right = design(rows, keys), np.array([row.right for row in rows], float)
    weights = np.array([row.weight for row in rows])
    pull = np.append(np.full(len(keys), strength), 1e-6)
    odds = np.zeros(len(pull))
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-matrix @ odds))
        slope = matrix.T @ (weights * (share - right)) + pull * odds
        bend = (matrix * (weights * share * (1 - share))[:, None]).T @ matrix + np.diag(pull)
        odds -= np.linalg.solve(bend, slope)
    return odds


def loss(rows: Sequence[Example], keys: Sequence[str], odds: np.ndarray) -> float:
    """The mean logarithmic loss: 0 for an oracle, 0.69 for a coin."""
    share = 1 / (1 + np.exp(-design(rows, keys) @ odds))
    return float(-np.mean(np.log(np.where([row.right for row in rows], share, 1 - share))))


def spread(rows: Sequence[Example], keys: Sequence[str], strength: float) -> list[float]:
    """The loss on each group of documents of a fit on the others."""
    return [
        loss(
            [row for row in rows if row.group == group],
            keys,
            fit([row for row in rows if row.group != group], keys, strength),
        )
        for group in sorted({row.group for row in rows})
    ]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Fit on the sets in FOLDER and print the factors."""
    paths = {name: folder / "spans" / f"{name}.jsonl" for name in WEIGHTS}
    rows = [row for name, path in paths.items() if path.exists() for row in examples(name, read_set(path))]
    used = [row for row in rows if row.group != KEPT_APART]
    apart = [row for row in rows if row.group == KEPT_APART]
    counts = Counter(key for row in used for key in row.keys)
    keys = sorted(key for key, count in counts.items() if count >= _LEAST)
    losses = {strength: spread(used, keys, strength) for strength in STRENGTHS}
    for strength, of_groups in losses.items():
        click.echo(f"strength {strength:4}: mean loss {np.mean(of_groups):.4f}, by group {np.round(of_groups, 4)}")
    odds = fit(used, keys, min(losses, key=lambda strength: float(np.mean(losses[strength]))))
    for key, value in zip([*keys, "all"], np.exp(odds), strict=True):
        click.echo(f'    "{key}": {value:.2f},')
    share = 1 / (1 + np.exp(-design(apart, keys) @ odds))
    right = np.array([row.right for row in apart])
    click.echo(f"kept apart: {len(apart)} guesses, loss {loss(apart, keys, odds):.4f}")
    for least, most in ((0.0, 0.3), (0.3, 0.5), (0.5, 0.8), (0.8, 1.0)):
        within = (least <= share) & (share < most)
        click.echo(
            f"  {least}-{most}: {within.sum()}, mean score {share[within].mean():.2f}, right {right[within].mean():.2f}"
        )


if __name__ == "__main__":
    main()
