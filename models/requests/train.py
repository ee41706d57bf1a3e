"""Trains the classifier of requests on sentences that this folder makes up, and writes weights.npz beside this file.

    python models/requests/train.py          five minutes of one core, no network; all-minilm-l6-v2 must be pulled

Needs this project installed (`make setup`), and beside it what requirements-train.txt names. The draws come from fixed
seeds. What is left by hand afterwards is calibration.toml: `make bench-tag EVAL=FOLDER` prints what it should say.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from generate import Generator, Sample
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.embeddings import SentenceEncoder, load_encoder
from pipeline.tag.classifier import VECTOR_MODEL, CueCandidate, window
from pipeline.tag.cues import TAGS, CuePhrase, Label, find_cues
from pipeline.tag.expectation_cues import EXPECTATION
from pipeline.tag.features import features, kinds_of, read_words
from pipeline.tag.judge import CUES
from pipeline.tag.tokens import tokenize

HERE = Path(__file__).parent
SEED, CHECK_SEED = 7, 8
EACH, LEAST = 40, 2_500
"""Sentences of each frame, and of each label at least."""
TALK = 20_000
"""Sentences of general talk, drawn from the language model inside pocketsphinx: they ask nothing of a product."""
FRAMES, EXPECTATIONS = "frames.txt", "expectation_frames.txt"
IN_CONTEXT = 0.4
"""The share of sentences that stand between pieces of others, as a recogniser without signs leaves them."""
FEATURE_C, VECTOR_C = 0.02, 0.2
RAREST, LEAST_WEIGHT = 4, 0.01


class Example(NamedTuple):
    """A cue in a made-up sentence, whether it is what it sounds like, and what it counts."""

    candidate: CueCandidate
    right: bool
    weight: float


def general_talk() -> list[Sample]:
    """Talk about everything, as the recipe of the name model draws it."""
    sys.path.append(str(HERE.parent / "names"))
    import talk

    openings = ["i want", "we need", "it would be", "can you", "you should", "there is", "i would like", "how do you",
                "you can", "they could", "is there", "i wish", "they need", "i am looking", "why does", "we have to",
                "what if", "do you", "if you", "the"]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        _, pairs = talk.tables(Path(folder))
        return [Sample("none", " ".join(words)) for words in talk.sentences(TALK, pairs, openings, SEED)]


def taught(regression: str) -> tuple[Label, list[CuePhrase], tuple[str, ...]]:
    """What a regression tells, the cues that it learns from and the files of frames: expectations learn from all."""
    if regression == EXPECTATION:
        return Label.REQUEST, [cue for cue in CUES if cue.label is Label.REQUEST], (FRAMES, EXPECTATIONS)
    return Label(regression), [cue for cue in CUES if cue.regression == regression], (FRAMES,)


def examples(samples: Sequence[Sample], label: Label, cues: Sequence[CuePhrase], seed: int) -> Iterator[Example]:
    """The cues of a label in all sentences, those of other labels among them."""
    rng = random.Random(seed)
    others = [sample.text.split() for sample in samples if sample.label != label]
    for sample in samples:
        before, after = _context(rng, others), _context(rng, others)
        text = f"{sample.text} ?" if _asks(sample.text) and rng.random() < 0.5 else sample.text
        tokens = tokenize(" ".join([*before, text, *after]))
        first = len(tokenize(" ".join(before)))
        last = first + len(tokenize(text))
        matches = [match for match in find_cues(tokens, cues) if first <= match.start < last]
        for match in matches:
            yield Example(CueCandidate(tuple(tokens), match, 0), sample.label == label, 1.0 / len(matches))


def _context(rng: random.Random, others: Sequence[list[str]]) -> list[str]:
    if rng.random() > IN_CONTEXT / 2:
        return []
    words, length = rng.choice(others), rng.randint(1, 7)
    return words[-length:]


def _asks(text: str) -> bool:
    return text.split()[0] in {
        "is",
        "are",
        "can",
        "could",
        "would",
        "will",
        "does",
        "do",
        "did",
        "how",
        "why",
        "what",
        "any",
    }


def train_features(found: Sequence[Example], words: dict[str, str]) -> tuple[dict[str, float], float]:
    """The weights of the features that say something, and the bias."""
    counted = CountVectorizer(analyzer=lambda names: names, binary=True, min_df=RAREST)
    rows = counted.fit_transform(_features(found, words))
    model = LogisticRegression(C=FEATURE_C, max_iter=500)
    model.fit(rows, [one.right for one in found], sample_weight=[one.weight for one in found])
    weights = dict(zip(counted.get_feature_names_out().tolist(), model.coef_[0].tolist(), strict=True))
    return {name: value for name, value in weights.items() if abs(value) >= LEAST_WEIGHT}, float(model.intercept_[0])


def _features(found: Sequence[Example], words: dict[str, str]) -> list[list[str]]:
    return [features(kinds_of(one.candidate.tokens, words), one.candidate.match) for one in found]


def train_vector(found: Sequence[Example], encoder: SentenceEncoder) -> tuple[NDArray[np.float32], float]:
    """The weights of the sentence vector, and the bias."""
    rng = random.Random(SEED)
    kept = [one for one in found if rng.random() < one.weight]
    vectors = encoder.encode([window(one.candidate) for one in kept])
    model = LogisticRegression(C=VECTOR_C, max_iter=500)
    model.fit(vectors, [one.right for one in kept])
    return model.coef_[0].astype(np.float16), float(model.intercept_[0])


def main() -> None:
    """Make the sentences, train both regressions of each label, write them, print how they do on sentences not seen."""
    parser = argparse.ArgumentParser(description="Trains the classifier of requests.")
    parser.add_argument("--out", type=Path, default=HERE / "weights.npz")
    asked = parser.parse_args()
    encoder = load_encoder()
    if encoder.name != VECTOR_MODEL:
        raise SystemExit("all-minilm-l6-v2 is not here: offrecord models pull all-minilm-l6-v2")
    words = read_words((HERE / "words.txt").read_text("utf-8"))
    background = general_talk()
    stored: dict[str, object] = {}
    for name in (*TAGS, EXPECTATION):
        label, cues, frames = taught(name)
        samples = [*Generator(SEED, *frames).samples(EACH, LEAST), *background]
        fresh = list(Generator(CHECK_SEED, *frames).samples(4, 200))
        found = list(examples(samples, label, cues, SEED))
        weights, bias = train_features(found, words)
        vector, vector_bias = train_vector(found, encoder)
        stored |= {
            f"{name}.features": "\n".join(weights),
            f"{name}.weights": np.array(list(weights.values()), np.float16),
        }
        stored |= {f"{name}.bias": bias, f"{name}.vector": vector, f"{name}.vector_bias": vector_bias}
        check = list(examples(fresh, label, cues, CHECK_SEED))
        first = [bias + sum(weights.get(name, 0.0) for name in names) for names in _features(check, words)]
        second = encoder.encode([window(one.candidate) for one in check]) @ vector.astype(np.float32) + vector_bias
        right = np.array([one.right for one in check])
        shares = [np.mean((np.array(odds) > 0) == right) for odds in (first, second, (np.array(first) + second) / 2)]
        print(
            f"{name:11} {len(found):6} cues, {sum(one.right for one in found):6} right; of {len(check)} not seen: "
            f"features {shares[0]:.3f}, vectors {shares[1]:.3f}, both {shares[2]:.3f}; {time.process_time():.0f} s",
            flush=True,
        )
    np.savez_compressed(asked.out, **stored)


if __name__ == "__main__":
    main()
