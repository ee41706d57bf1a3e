"""Trains the name model on talk that this folder makes up, and writes it as a spaCy pipeline.

    python models/names/train.py          ten minutes on one free core, no network; writes pipeline/ beside this file

Needs this project installed (`make setup`), and beside it what requirements-train.txt names. The draws
come from fixed seeds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import made
import numpy as np
import spacy
import talk
import words
from sentences import UNKNOWN, Maker, Word
from spacy.language import Language
from spacy.strings import get_string_id
from spacy.tokens import Doc
from thinc.api import Adam, fix_random_seed

from pipeline.detect.ner.inference import LABELS
from pipeline.detect.ner.spacy_component import FEATURES, NAMES

HERE = Path(__file__).parent
MARKS = ["O", *(f"{start}-{label}" for label in LABELS for start in "BI")]
SEED = 7
DRAWN = 60_000
BATCH_WORDS = 3000


def blank(known: dict[str, int]) -> Language:
    """The pipeline with the words' features and an untrained model."""
    nlp = spacy.blank("en")
    table = nlp.add_pipe(FEATURES)
    hashes = np.array([get_string_id(word) for word in known], np.uint64)
    table.fill(hashes, np.array(list(known.values()), np.uint16))
    nlp.add_pipe(NAMES)
    return nlp


def example(nlp: Language, passage: Sequence[Word]) -> tuple[Doc, np.ndarray]:
    """A passage as a doc with its words' features, and the mark of each token; -1 where it is unknown."""
    doc = nlp.make_doc(" ".join(word.text for word in passage))
    starts = np.cumsum([0, *(len(word.text) + 1 for word in passage)])
    marks = np.full(len(doc), -1)
    for token in doc:
        index = int(np.searchsorted(starts, token.idx, side="right")) - 1
        mark = passage[index].mark
        if token.is_punct or (token.lower_ in ("'s", "'") and token.idx > starts[index]):
            mark = "O"
        elif mark.startswith("B-") and token.idx > starts[index]:
            mark = "I-" + mark[2:]
        marks[token.i] = -1 if mark == UNKNOWN else MARKS.index(mark)
    return nlp.get_pipe(FEATURES)(doc), marks


def batches(nlp: Language, maker: Maker, count: int) -> tuple[list[Doc], np.ndarray]:
    """Docs of at least so many tokens together, and the marks of all their tokens."""
    docs: list[Doc] = []
    truth: list[np.ndarray] = []
    size = 0
    while size < count:
        doc, marks = example(nlp, maker.passage())
        if len(doc):
            docs.append(doc)
            truth.append(marks)
            size += len(doc)
    return docs, np.concatenate(truth)


def train(nlp: Language, maker: Maker, minutes: float, log_every: int = 100) -> None:
    """Steps of one batch each until the time is up; the learning rate falls to a tenth."""
    model = nlp.get_pipe(NAMES).model
    docs, _ = batches(nlp, maker, 2000)
    model.initialize(X=docs[:50], Y=[model.ops.alloc2f(len(doc), len(MARKS)) for doc in docs[:50]])
    optimizer = Adam(0.002, L2=1e-6, grad_clip=1.0)
    began, step, losses = time.process_time(), 0, []
    while (done := (time.process_time() - began) / (60 * minutes)) < 1.0:
        optimizer.learn_rate = 0.002 * (1.0 - 0.95 * done)
        docs, truth = batches(nlp, maker, BATCH_WORDS)
        chances, back = model.begin_update(docs)
        flat = np.vstack(chances)
        gradient = flat.copy()
        seen = truth >= 0
        gradient[np.arange(len(truth))[seen], truth[seen]] -= 1.0
        gradient[~seen] = 0.0
        gradient /= len(docs)
        losses.append(float(-np.log(flat[np.arange(len(truth))[seen], truth[seen]] + 1e-9).mean()))
        back(np.split(gradient, np.cumsum([len(doc) for doc in docs])[:-1]))
        model.finish_update(optimizer)
        step += 1
        if step % log_every == 0:
            print(f"step {step}, {done:.0%}: loss {np.mean(losses[-log_every:]):.4f}", flush=True)


def main() -> None:
    """Make the talk, train, write the pipeline."""
    parser = argparse.ArgumentParser(description="Trains the name model.")
    parser.add_argument("--minutes", type=float, default=7.0, help="processor time for training")
    parser.add_argument("--work", type=Path, help="folder for what is made on the way; kept between runs")
    parser.add_argument("--out", type=Path, default=HERE / "pipeline")
    asked = parser.parse_args()
    fix_random_seed(SEED)
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        work = asked.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        single, pairs = talk.tables(work)
        known = words.lists()
        used = words.uses(single, pairs, known)
        print("words ready", time.process_time(), flush=True)
        drawn = list(talk.sentences(DRAWN, pairs, made.word_lists()["openings"], SEED))
        del pairs
    print("talk ready", time.process_time(), flush=True)
    nlp = blank(words.features(single, used, known))
    maker = Maker(known, used, drawn, SEED)
    print("maker ready", time.process_time(), flush=True)
    train(nlp, maker, asked.minutes)
    nlp.to_disk(asked.out)
    blank({}).vocab.to_disk(asked.out / "vocab")  # without the words of the made-up talk


if __name__ == "__main__":
    main()
