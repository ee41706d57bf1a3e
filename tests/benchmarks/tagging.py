"""Prints how well requests are told from other talk in a folder of marked sets, and how well wordings are grouped.

    python -m tests.benchmarks.tagging FOLDER       or: make bench-tag EVAL=FOLDER

``FOLDER/requests`` holds ``NAME.jsonl`` with lines of ``{"id", "text", "label", "doc"}``; ``feature`` is a request. A
``text_asr`` beside ``text`` is the same as a recogniser writes it. ``calibration.toml`` and the weights of cues were
chosen on ``changelog_spoken`` and ``frminer_chat``, so their figures here flatter; a set of another name does not know
of them. ``FOLDER/spans`` holds the sets of ``bench-detect``, talk in which hardly anybody asks for a feature and which
nothing here was chosen on: how often a request is tagged there says what a false alarm costs.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from pipeline.embeddings import SentenceEncoder, load_encoder
from pipeline.embeddings.hashed import HashedTfidf
from pipeline.tag.classifier import load_classifier
from pipeline.tag.colloquial_cues import COLLOQUIAL_CUES
from pipeline.tag.cues import Label, Weight, find_cues
from pipeline.tag.expectation_cues import EXPECTATION_CUES
from pipeline.tag.grouping import Wording, group
from pipeline.tag.grouping.asks import plain_words
from pipeline.tag.grouping.group import THRESHOLD
from pipeline.tag.judge import foremost, judge
from pipeline.tag.request_cues import REQUEST_CUES
from pipeline.tag.sentences import split_sentences
from tests.benchmarks.detection_sets import read_set
from tests.benchmarks.threshold_folds import Marked, by_fold, every_score

BY_HAND = {
    "sentences by hand": Path(__file__).parents[1] / "tag" / "talk.txt",
    "other kinds of talk": Path(__file__).parents[1] / "tag" / "registers.txt",
}
WORDINGS = Path(__file__).parents[1] / "tag" / "grouping" / "wordings.txt"
GOALS = {"changelog_spoken": ">= 0.68", "frminer_chat": ">= 0.52"}
CHOSEN_ON = frozenset(GOALS)
"""Sets whose visible half the calibration was read off."""
QUIET = ("earnings21", "gum_interview_court", "uner_ewt", "wnut17", "btc")
"""Sets of ``FOLDER/spans`` that nobody looked at for tagging."""
HALVES = 100
FOLDS = 5
# What one would write first: the phrases of wishes, and nothing else.
BASELINE = re.compile(
    r"\b(?:it would|it'd|would) be (?:really )?(?:nice|great|cool|awesome|helpful|useful)\b|\bi wish\b|"
    r"\bfeature request\b|"
    r"\b(?:would|'d) (?:love|like) to (?:have|see|be able)\b|\byou should add\b|\bplease add\b|\bcan you add\b|"
    r"\bis there (?:a|any) way\b|\bwe need\b"
)


class Item(NamedTuple):
    """One text of a set, and whether it asks for a feature."""

    text: str
    is_request: bool
    document: str = ""


class Score(NamedTuple):
    """Precision, recall and F1."""

    precision: float
    recall: float
    f1: float

    def __str__(self) -> str:
        return f"P {self.precision:.2f} R {self.recall:.2f} F1 {self.f1:.3f}"


def score(wanted: NDArray[np.bool_], found: NDArray[np.bool_]) -> Score:
    """How well what was found is what was wanted."""
    both = int((wanted & found).sum())
    precision, recall = both / max(1, int(found.sum())), both / max(1, int(wanted.sum()))
    return Score(precision, recall, 2 * both / max(1, int(found.sum() + wanted.sum())))


def read_sets(folder: Path) -> Iterator[tuple[str, list[Item]]]:
    """Every set by name, and once more as a recogniser writes it where it says so."""
    for path in sorted((folder / "requests").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
        for key in ("text", "text_asr"):
            if all(key in row for row in rows):
                name = path.stem if key == "text" else f"{path.stem}, as heard"
                yield name, [Item(row[key], row["label"] == "feature", row["doc"]) for row in rows]


def request_scores(texts: Sequence[str], encoder: SentenceEncoder) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """For each text whether it is tagged as a request, and how sure that is (under the threshold too)."""
    judged = judge(texts, classifier=load_classifier(), encoder=encoder)
    found = np.array([foremost(verdicts).label is Label.REQUEST for verdicts in judged])
    sure = [
        max((verdict.score for verdict in verdicts if verdict.label is Label.REQUEST), default=0.0)
        for verdicts in judged
    ]
    return found, np.array(sure)


def by_rules(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a text has a cue of a request, without the classifier; those that are mostly talk do not count."""
    cues = [cue for cue in (*REQUEST_CUES, *EXPECTATION_CUES, *COLLOQUIAL_CUES) if cue.weight is not Weight.WEAK]
    sentences = ([sentence.tokens for sentence in split_sentences(text)] for text in texts)
    return np.array([any(any(find_cues(tokens, cues)) for tokens in sentence) for sentence in sentences])


def by_phrases(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a text has one of a few phrases."""
    return np.array([bool(BASELINE.search(text.lower().replace("’", "'"))) for text in texts])


def halves(wanted: NDArray[np.bool_], found: NDArray[np.bool_]) -> str:
    """Mean and spread of F1 over random halves of the texts: how far a half that nobody saw may be off."""
    rng = np.random.default_rng(0)
    parts = [rng.permutation(len(wanted))[: len(wanted) // 2] for _ in range(HALVES)]
    values = [score(wanted[part], found[part]).f1 for part in parts]
    return f"halves {np.mean(values):.2f} ± {np.std(values):.2f}"


def tfidf_regression(items: Sequence[Item]) -> NDArray[np.bool_]:
    """TF-IDF of words and pairs with logistic regression, trained on the set itself.

    Each fold is judged by what the others taught, at the threshold that turns out best: more than anybody would have.
    """
    vectors, wanted = _tfidf([item.text for item in items]), np.array([item.is_request for item in items])
    order = list(range(len(items)))
    random.Random(0).shuffle(order)
    odds = np.zeros(len(items))
    for fold in range(FOLDS):
        held = np.array(order[fold::FOLDS])
        rest = np.setdiff1d(np.arange(len(items)), held)
        odds[held] = vectors[held] @ vectors[rest].T @ _dual_weights(vectors[rest] @ vectors[rest].T, wanted[rest])
    best = max(np.unique(odds), key=lambda limit: score(wanted, odds >= limit).f1)
    return np.asarray(odds >= best)


def _tfidf(texts: Sequence[str]) -> NDArray[np.float64]:
    """Rows of length 1: log counts of words and pairs weighted by rarity in these texts; what is in one text is out."""
    terms = [Counter(_terms(text)) for text in texts]
    documents = Counter(term for counts in terms for term in counts)
    column = {term: place for place, term in enumerate(term for term, count in documents.items() if count > 1)}
    rows = np.zeros((len(texts), len(column)))
    for row, counts in zip(rows, terms, strict=True):
        for term, count in counts.items():
            if term in column:
                row[column[term]] = (1 + math.log(count)) * (1 + math.log((1 + len(texts)) / (1 + documents[term])))
    lengths: NDArray[np.float64] = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return rows / lengths


def _terms(text: str) -> Iterator[str]:
    words = re.findall(r"[\w']{2,}", text.lower())
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))


def _dual_weights(kernel: NDArray[np.float64], wanted: NDArray[np.bool_], c: float = 10.0) -> NDArray[np.float64]:
    """Logistic regression by Newton's method over the products of texts, both classes with the same say."""
    share: NDArray[np.float64] = len(wanted) / 2 / np.where(wanted, max(1, wanted.sum()), max(1, (~wanted).sum()))
    dual: NDArray[np.float64] = np.zeros(len(wanted))
    for _ in range(15):
        chance = 1 / (1 + np.exp(-np.clip(kernel @ dual, -30, 30)))
        slope = np.maximum(chance * (1 - chance), 1e-6)
        target = kernel @ dual + (wanted - chance) / slope
        dual = np.asarray(np.linalg.solve(kernel + np.diag(1 / (c * share * slope)), target), np.float64)
    return dual


def ways() -> dict[str, Callable[[Sequence[str]], NDArray[np.bool_]]]:
    """Every way that needs no training on the set itself, by name."""
    encoder = load_encoder()
    ours: dict[str, SentenceEncoder] = {f"ours ({encoder.name})": encoder}
    if encoder.name != HashedTfidf.name:
        ours["ours, features alone"] = HashedTfidf()
    classified = {name: lambda texts, used=used: request_scores(texts, used)[0] for name, used in ours.items()}
    return {**classified, "rules alone, no classifier": by_rules, "a few phrases": by_phrases}


def measure_sets(folder: Path) -> Iterator[str]:
    """One block of lines for each set: ours, without the sentence model, the rules alone, a few phrases, TF-IDF."""
    for name, items in read_sets(folder):
        wanted = np.array([item.is_request for item in items])
        texts = [item.text for item in items]
        known = name.removesuffix(", as heard")
        seen = (
            f"calibrated on it; goal on the other half {GOALS[known]}" if known in CHOSEN_ON else "nothing chosen on it"
        )
        yield f"{name}: {len(items)} texts, {wanted.sum()} requests; {seen}"
        for way, find in ways().items():
            matches = find(texts)
            yield f"  {way:34} {score(wanted, matches)}   {halves(wanted, matches)}"
        yield f"  {'TF-IDF, trained here, best threshold':34} {score(wanted, tfidf_regression(items))}"


def measure_quiet(folder: Path) -> Iterator[str]:
    """How many requests are tagged for each 1,000 words of talk that nothing was chosen on and that has hardly any."""
    for name in QUIET:
        path = folder / "spans" / f"{name}.jsonl"
        if path.exists():
            texts = [item.text for item in read_set(path)]
            words = sum(len(text.split()) for text in texts)
            rates = (f"{way} {1000 * find(texts).sum() / words:.2f}" for way, find in ways().items())
            yield f"{name}: {words} words, texts tagged as a request for each 1,000: {', '.join(rates)}"


def read_talk(path: Path) -> dict[str, list[Item]]:
    """The sentences written by hand, by group; in front of each is its kind, with a "-" where it asks for nothing."""
    groups: dict[str, list[Item]] = {}
    group = ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("["):
            group = line.strip("[]")
        elif line and not line.startswith("#"):
            kind, text = line.split(": ", 1)
            groups.setdefault(group, []).append(Item(text, not kind.startswith("-")))
    return groups


def measure_talk() -> Iterator[str]:
    """How the sentences that were written by hand are told apart; nothing was changed for those of the last group."""
    for source, path in BY_HAND.items():
        for name, items in read_talk(path).items():
            wanted, texts = np.array([item.is_request for item in items]), [item.text for item in items]
            figures = ", ".join(f"{way} {score(wanted, find(texts))}" for way, find in ways().items())
            yield f"{source}, {name}: {len(items)} of which {wanted.sum()} ask for something: {figures}"


def read_wordings() -> list[list[str]]:
    """The made-up requests, each as it is worded many times."""
    blocks = WORDINGS.read_text("utf-8").split("\n\n")
    lines = ([line for line in block.splitlines() if line and not line.startswith("#")] for block in blocks)
    return [block for block in lines if block]


def pair_score(blocks: Sequence[Sequence[str]], encoder: SentenceEncoder, threshold: float) -> Score:
    """Pairs of wordings that are put together, against those that are the same request."""
    wordings = [Wording(key=f"{b}-{n}", text=text) for b, block in enumerate(blocks) for n, text in enumerate(block)]
    vectors = encoder.encode([plain_words(wording.text) for wording in wordings])
    made = group(wordings, vectors, threshold=threshold)
    pairs = [(one.split("-")[0], other.split("-")[0]) for found in made for one, other in combinations(found.keys, 2)]
    right, possible = sum(one == other for one, other in pairs), sum(len(b) * (len(b) - 1) // 2 for b in blocks)
    precision, recall = right / max(1, len(pairs)), right / max(1, possible)
    return Score(precision, recall, 2 * right / max(1, len(pairs) + possible))


def measure_pairs() -> Iterator[str]:
    """Pair precision, recall and F1 at the threshold in use and beside it, and with one chosen on half of the pairs."""
    blocks = read_wordings()
    count = sum(map(len, blocks))
    yield f"grouping: {len(blocks)} requests in {count} wordings; goal F1 >= 0.85 at precision >= 0.95"
    encoders: list[SentenceEncoder] = list({one.name: one for one in (load_encoder(), HashedTfidf())}.values())
    for encoder in encoders:
        known = Cached(encoder)
        chosen = THRESHOLD[encoder.name]
        for threshold in (chosen - 0.06, chosen - 0.03, chosen, chosen + 0.03, chosen + 0.06):
            mark = "  <- used" if threshold == chosen else ""
            yield f"  {encoder.name:8} {threshold:.2f}  {pair_score(blocks, known, threshold)}{mark}"
        yield f"  {encoder.name:8} threshold from one half, measured on the other: {_split_halves(blocks, known)}"


def _split_halves(blocks: Sequence[Sequence[str]], encoder: SentenceEncoder) -> str:
    limits = np.arange(0.3, 0.7, 0.02)
    rng, values = random.Random(0), []
    for _ in range(10):
        order = list(blocks)
        rng.shuffle(order)
        seen, unseen = order[::2], order[1::2]
        scored = [(pair_score(seen, encoder, float(limit)), float(limit)) for limit in limits]
        limit = max(((one.f1, limit) for one, limit in scored if one.precision >= 0.95), default=(0.0, 1.0))[1]
        values.append(pair_score(unseen, encoder, limit))
    precision, f1 = ([getattr(one, name) for one in values] for name in ("precision", "f1"))
    return f"precision {np.mean(precision):.3f} ± {np.std(precision):.3f}, F1 {np.mean(f1):.3f} ± {np.std(f1):.3f}"


class Cached:
    """An encoder that encodes no text twice."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.name = encoder.name
        self._encode: Callable[[Sequence[str]], NDArray[np.float32]] = encoder.encode
        self._known: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of the texts, those that are new made now."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encode(new), strict=True)) if new else {}
        return np.stack([self._known[text] for text in texts])


def measure_by_fold(folder: Path) -> Iterator[str]:
    """F1 of both marked sets at a threshold that was read off other documents than those it is measured on."""
    sets = {name: items for name, items in read_sets(folder) if name in CHOSEN_ON}
    marked = {
        name: Marked(
            [item.document for item in items],
            np.array([item.is_request for item in items]),
            every_score([item.text for item in items], load_encoder()),
        )
        for name, items in sets.items()
    }
    for name, values in by_fold(marked).items():
        mean = f"F1 {np.mean(values):.3f} ± {np.std(values):.3f}"
        yield f"{name}: one threshold chosen on four fifths of both sets, measured on the other fifth: {mean}"


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(folder: Path) -> None:
    """Measure tagging on the sets in FOLDER and sentences by hand, and grouping on the project's own pairs."""
    for line in chain(
        measure_sets(folder), measure_by_fold(folder), measure_talk(), measure_quiet(folder), measure_pairs()
    ):
        click.echo(line)


if __name__ == "__main__":
    main()
