"""The name model in plain numpy gives what thinc gives, and the component each doc what it has alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from pipeline.detect.ner.inference import LABELS, NameSpan
from pipeline.detect.ner.recognizer import model_folder
from pipeline.detect.ner.spacy_component import FEATURES, NAMES, NamePipeline, load
from tests.detect.samples import ODD, PLAIN, texts

NLP = load(model_folder())
PIPELINE = NamePipeline(NLP)


def docs_of(texts: list[str]) -> list[Doc]:
    return [PIPELINE.features(NLP.make_doc(text)) for text in texts]


def by_thinc(docs: list[Doc], model: Any) -> list[np.ndarray]:
    return [np.asarray(probabilities) for probabilities in model.predict(docs)]


def runs(probabilities: np.ndarray, floor: float) -> Iterator[NameSpan]:
    """The names among words, one word after the other."""
    named, start = 1.0 - probabilities[:, 0], None
    begins = probabilities[:, 1::2].sum(axis=1) > probabilities[:, 2::2].sum(axis=1)
    for index in range(len(named) + 1):
        inside = index < len(named) and named[index] >= floor
        if start is not None and (not inside or begins[index]):
            labels = (probabilities[start:index, 1::2] + probabilities[start:index, 2::2]).sum(axis=0)
            yield NameSpan(start, index, LABELS[int(labels.argmax())], float(named[start:index].max()))
            start = None
        if inside and start is None:
            start = index


def same(spans: list[NameSpan], wanted: list[NameSpan]) -> bool:
    return [span[:3] for span in spans] == [span[:3] for span in wanted] and np.allclose(
        [span.probability for span in spans], [span.probability for span in wanted], atol=1e-5
    )


@pytest.mark.parametrize("batch", [texts(200, 1), ["maria"], [" ".join(texts(900, 2))], ["", "maria lopez", ""]])
def test_names_are_those_of_the_model_as_thinc_runs_it(batch: list[str]) -> None:
    docs = docs_of(batch)
    filled = [doc for doc in docs if len(doc)]
    wanted = dict(zip(map(id, filled), by_thinc(filled, PIPELINE.names.model), strict=True))
    for doc, spans in zip(docs, PIPELINE.names.find(docs), strict=True):
        assert same(spans, list(runs(wanted[id(doc)], PIPELINE.names.floor)) if len(doc) else [])


@pytest.mark.parametrize(("width", "depth", "window", "pieces"), [(32, 1, 1, 2), (16, 3, 2, 3), (24, 2, 1, 4)])
def test_a_model_of_any_size_is_run_as_thinc_runs_it(
    width: int, depth: int, window: int, pieces: int, tmp_path: Path
) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe(FEATURES)
    encode = {"width": width, "depth": depth, "window_size": window, "maxout_pieces": pieces}
    names: Any = nlp.add_pipe(
        NAMES,
        config={"floor": 0.9, "model": {"tok2vec": {"embed": {"width": width}, "encode": encode}}},
    )
    docs = [doc for doc in docs_of(texts(80, 3)) if len(doc)]
    names.model.initialize(X=docs[:5], Y=[names.model.ops.alloc2f(len(doc), 9) for doc in docs[:5]])
    draw = np.random.default_rng(5)
    softmax = names.model.get_ref("softmax")
    softmax.set_param("W", draw.standard_normal(softmax.get_param("W").shape).astype("f") / 4)
    nlp.to_disk(tmp_path)
    read_again: Any = spacy.load(tmp_path).get_pipe(NAMES)
    wanted = [list(runs(probabilities, 0.9)) for probabilities in by_thinc(docs, names.model)]
    assert any(wanted)
    for spans in (names.find(docs), read_again.find(docs)):
        assert all(map(same, spans, wanted))


def test_the_component_gives_each_doc_the_names_it_has_alone() -> None:
    batch = [text for text in texts(150, 4) if text]
    together = [[(e.start, e.end, e.label_) for e in doc.ents] for doc in NLP.pipe(batch, batch_size=7)]
    assert together == [[(e.start, e.end, e.label_) for e in NLP(text).ents] for text in batch]


def test_a_words_attributes_are_those_of_a_doc() -> None:
    words = [*ODD, *PLAIN, "acl", "ORG", "GPE", "xcomp", "a" * 99, "a" * 100, "a" * 101]
    columns = ["NORM", "TAG", "LEMMA", "PREFIX", "SUFFIX", "SHAPE", "LOWER"]
    doc = PIPELINE.features(Doc(NLP.vocab, words=words))
    features, attributes = PIPELINE.features.attributes(words, columns)
    assert (attributes == doc.to_array([*columns])).all()
    assert (features == PIPELINE.features.of(doc.to_array(["LOWER"]).reshape(-1))).all()
