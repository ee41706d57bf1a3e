"""Trains the classifier of requests on sentences that this folder makes up, and writes weights.npz beside this file.

    python models/requests/train.py          ten minutes of one core, no network; all-minilm-l6-v2 must be pulled
    python models/requests/train.py --only request --keep 0.5      one regression, averaged with the one that is there

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
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np
from generate import Generator, Sample
from numpy.typing import NDArray
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.embeddings import SentenceEncoder, load_encoder
from pipeline.tag.classifier import VECTOR_MODEL, CueCandidate, Regression, read_regressions, window
from pipeline.tag.cues import TAGS, CuePhrase, Label, find_cues
from pipeline.tag.expectation_cues import EXPECTATION
from pipeline.tag.features import features, kinds_of, read_words
from pipeline.tag.judge import CUES
from pipeline.tag.tokens import tokenize

HERE = Path(__file__).parent
RUNS, CHECK_SEED = (7, 17, 27), 8
"""The seeds of the runs whose mean is kept: a single run varies by 0.05 in F1 on real talk."""
EACH, LEAST = 24, 1_500
"""Sentences of each frame, and of each label at least."""
TALK, TALK_OF_A_RUN, TALK_STEP = 20_000, 12_000, 4_000
"""Sentences of general talk, drawn from the language model inside pocketsphinx: they ask nothing of a product."""
OPENINGS = tuple(
    opening.strip()
    for opening in """
    i want | we need | it would be | can you | you should | there is | i would like | how do you | you can |
    they could | is there | i wish | they need | i am looking | why does | we have to | what if | do you | if you
    | the | it should be | there should be | they have plans to | he is planning on | that would help | could help
    | they must | it has to | there is no | it does not | we do not have | it is not | you can not | i can not |
    the other | every other | right now we | currently we have | at the moment they | they want | people want |
    the company wants | i would expect | it will not | does not have | has no | nothing to | it only | only works
    | if it was | if there were | it would be easier | we would love | i would love to see | please | let me |
    so we had to | we ended up | what i would | when will you | it takes | every time | any chance | any news on |
    could you | would you be | we were hoping | i miss | it is sad that | one more thing | what would |
    the thing that | for us the | because there is | a better way | looking for a | how can i | is it possible |
    why is there | would be nice
    """.replace("\n    ", " ").split("|")
)
"""What a third of the talk begins with, so that each family of cues is met where nobody asks anything of a product."""
FRAMES, EXPECTATIONS, REGISTERS = "frames.txt", "expectation_frames.txt", "register_frames.txt"
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

    with tempfile.TemporaryDirectory() as folder:
        _, pairs = talk.tables(Path(folder))
        return [Sample("none", " ".join(words)) for words in talk.sentences(TALK, pairs, OPENINGS, RUNS[0])]


def taught(regression: str) -> tuple[Label, list[CuePhrase], tuple[str, ...]]:
    """What a regression tells, the cues that it learns from and the files of frames: expectations learn from all."""
    if regression == EXPECTATION:
        return Label.REQUEST, [cue for cue in CUES if cue.label is Label.REQUEST], (FRAMES, EXPECTATIONS, REGISTERS)
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


def train_vector(found: Sequence[Example], encoder: SentenceEncoder, seed: int) -> tuple[NDArray[np.float32], float]:
    """The weights of the sentence vector, and the bias."""
    rng = random.Random(seed)
    kept = [one for one in found if rng.random() < one.weight]
    vectors = encoder.encode([window(one.candidate) for one in kept])
    model = LogisticRegression(C=VECTOR_C, max_iter=500)
    model.fit(vectors, [one.right for one in kept])
    return model.coef_[0].astype(np.float16), float(model.intercept_[0])


def train(name: str, talk: Sequence[Sample], words: dict[str, str], encoder: SentenceEncoder) -> Regression:
    """The mean of the runs for a regression; prints how it does on sentences that it has not seen."""
    label, cues, frames = taught(name)
    runs = []
    for number, seed in enumerate(RUNS):
        background = talk[number * TALK_STEP : number * TALK_STEP + TALK_OF_A_RUN]
        samples = [*Generator(seed, *frames).samples(EACH, LEAST), *background]
        found = list(examples(samples, label, cues, seed))
        runs.append(Regression(*train_features(found, words), *train_vector(found, encoder, seed)))
    trained = mean(runs, [1 / len(runs)] * len(runs))
    check = list(examples(list(Generator(CHECK_SEED, *frames).samples(4, 200)), label, cues, CHECK_SEED))
    first = [trained.bias + sum(trained.weights.get(one, 0.0) for one in names) for names in _features(check, words)]
    second = encoder.encode([window(one.candidate) for one in check]) @ trained.vector + trained.vector_bias
    right = np.array([one.right for one in check])
    shares = [np.mean((np.array(odds) > 0) == right) for odds in (first, second, (np.array(first) + second) / 2)]
    print(
        f"{name:11} of {len(check)} cues not seen: features {shares[0]:.3f}, vectors {shares[1]:.3f}, both "
        f"{shares[2]:.3f}; {time.process_time():.0f} s",
        flush=True,
    )
    return trained


def mean(regressions: Sequence[Regression], shares: Sequence[float]) -> Regression:
    """The regressions as one, each with its share; what they say of a cue is the mean of what each says."""
    names = sorted({name for one in regressions for name in one.weights})
    weights = {
        name: sum(share * one.weights.get(name, 0.0) for one, share in zip(regressions, shares, strict=True))
        for name in names
    }

    def together(values: Sequence[float]) -> float:
        return sum(share * value for value, share in zip(values, shares, strict=True))

    return Regression(
        {name: value for name, value in weights.items() if abs(value) >= LEAST_WEIGHT},
        together([one.bias for one in regressions]),
        np.average([one.vector for one in regressions], axis=0, weights=shares).astype(np.float32),
        together([one.vector_bias for one in regressions]),
    )


def main() -> None:
    """Make the sentences, train both regressions of each label and write them."""
    parser = argparse.ArgumentParser(description="Trains the classifier of requests.")
    parser.add_argument("--out", type=Path, default=HERE / "weights.npz")
    parser.add_argument("--only", nargs="+", choices=(*TAGS, EXPECTATION), default=(*TAGS, EXPECTATION))
    parser.add_argument("--keep", type=float, default=0.0, help="the share of the weights that are there, 0 to 1")
    asked = parser.parse_args()
    encoder = load_encoder()
    if encoder.name != VECTOR_MODEL:
        raise SystemExit("all-minilm-l6-v2 is not here: offrecord models pull all-minilm-l6-v2")
    words = read_words((HERE / "words.txt").read_text("utf-8"))
    known = read_regressions(HERE / "weights.npz")
    talk = general_talk()
    for name in asked.only:
        known[name] = mean([train(name, talk, words, encoder), known[name]], [1 - asked.keep, asked.keep])
    np.savez_compressed(asked.out, **dict(chain.from_iterable(_stored(name, one) for name, one in known.items())))


def _stored(name: str, regression: Regression) -> Iterator[tuple[str, object]]:
    yield f"{name}.features", "\n".join(regression.weights)
    yield f"{name}.weights", np.array(list(regression.weights.values()), np.float16)
    yield f"{name}.bias", regression.bias
    yield f"{name}.vector", regression.vector.astype(np.float16)
    yield f"{name}.vector_bias", regression.vector_bias


if __name__ == "__main__":
    main()
