"""The name model as a component of a spaCy pipeline: the chance of each word to be in a name, and the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import spacy
from spacy.attrs import IDS
from spacy.language import Language
from spacy.tokens import Doc, Span
from thinc.api import Model, NumpyOps

from pipeline.detect.ner import word_features as kinds
from pipeline.detect.ner.inference import Layers, Line
from pipeline.errors import ConfigurationError

FACTORY = "offrecord_names"
LABELS = ("PERSON", "ORG", "PRODUCT", "GPE")
OUTSIDE = 0
BATCH = 64  # texts that the model sees together
_FEW = 100  # words of which it costs least to look at all
_OPS = NumpyOps(use_blis=False)  # numpy multiplies large matrices three times as fast as BLIS does
CONFIG: dict[str, Any] = {
    "model": {
        "@architectures": "spacy.Tagger.v2",
        "nO": 1 + 2 * len(LABELS),
        "normalize": True,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 96,
                "attrs": ["NORM", "TAG", "LEMMA", "PREFIX", "SUFFIX", "SHAPE"],
                "rows": [5000, 1500, 700, 300, 2500, 300],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 96,
                "window_size": 1,
                "maxout_pieces": 3,
                "depth": 4,
            },
        },
    },
    "floor": 0.5,
}


class Found(NamedTuple):
    """A name over the tokens ``[start, end)`` of a doc; ``chance`` is the model's own, not yet calibrated."""

    start: int
    end: int
    label: str
    chance: float


class Words(NamedTuple):
    """A text by the numbers of its words' forms, and which of them can be a name alone."""

    forms: np.ndarray
    nameable: np.ndarray


class Names:
    """Finds runs of words that are more likely than ``floor`` to be part of a name, as the doc's entities."""

    def __init__(self, model: Model[list[Doc], list[Any]], floor: float) -> None:
        self.model = model
        self.floor = floor
        self._read: Layers | None = None
        for layer in model.walk():
            layer.ops = _OPS

    @property
    def layers(self) -> Layers:
        """The model as it finds names: made anew as long as it may still be trained."""
        return self._read or Layers(self.model)

    def __call__(self, doc: Doc) -> Doc:
        """The same doc with its names as entities."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """The same docs with their names as entities, so many at a time."""
        stream = iter(docs)
        while batch := list(islice(stream, batch_size)):
            for doc, found in zip(batch, self.find(batch), strict=True):
                doc.set_ents([Span(doc, one.start, one.end, label=one.label) for one in found])
                if len(doc):
                    kinds.Kinds.clear(doc)
                yield doc

    def find(self, docs: Sequence[Doc]) -> list[list[Found]]:
        """The names of each doc; their words' kinds are set."""
        layers = self.layers
        if layers.forms.full:
            layers.forms.forget()
        if not any(map(len, docs)):
            return [[] for _ in docs]
        forms = self.forms(layers, docs)
        ends = np.cumsum([len(doc) for doc in docs])
        return self.find_in(layers, [Words(some, np.ones(len(some), bool)) for some in np.split(forms, ends[:-1])])

    def forms(self, layers: Layers, docs: Sequence[Doc]) -> np.ndarray:
        """The numbers of the forms of all words, whose kinds are set."""
        columns = [IDS[column] for column in layers.forms.columns]
        return layers.forms.numbers(np.concatenate([doc.to_array(columns).reshape(-1, len(columns)) for doc in docs]))

    def find_in(self, layers: Layers, texts: Sequence[Words]) -> list[list[Found]]:
        """The names in each text that hold a word which can be a name alone."""
        line = Line(layers, [text.forms for text in texts])
        unseen, wanted = line.inside.copy(), line.inside.copy()
        if len(wanted) > _FEW:
            wanted[line.inside] = np.concatenate([text.nameable for text in texts])
        chances = np.zeros((len(wanted), len(layers.bias)), np.float32)
        chances[:, OUTSIDE] = 1.0
        while (places := np.flatnonzero(wanted & unseen)).size:
            chances[places] = line.chances(places)
            unseen[places] = False
            named = 1.0 - chances[:, OUTSIDE] >= self.floor
            wanted[:-1] |= named[1:]
            wanted[1:] |= named[:-1]
        return self._runs(chances, line.starts)

    def _runs(self, chances: np.ndarray, starts: np.ndarray) -> list[list[Found]]:
        """The names of each text by the chances of the words in a line, and by where each text starts in it."""
        found: list[list[Found]] = [[] for _ in starts]
        inside = np.flatnonzero(1.0 - chances[:, OUTSIDE] >= self.floor)
        if not len(inside):
            return found
        begin, within = chances[inside, 1::2], chances[inside, 2::2]
        first = begin.sum(axis=1) > within.sum(axis=1)
        first[1:] |= np.diff(inside) > 1
        first[0] = True
        runs = np.flatnonzero(first)
        labels = np.add.reduceat(begin + within, runs).argmax(axis=1)
        surest = np.maximum.reduceat(1.0 - chances[inside, OUTSIDE], runs)
        texts = np.searchsorted(starts, inside[runs], side="right") - 1
        begins = inside[runs] - starts[texts]
        ends = begins + np.diff(runs, append=len(inside))
        for text, start, end, label, chance in zip(texts, begins, ends, labels, surest, strict=True):
            found[text].append(Found(int(start), int(end), LABELS[label], float(chance)))
        return found

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the weights into a new folder."""
        Path(path).mkdir(exist_ok=True)
        self.model.to_disk(Path(path) / "model")

    def from_disk(self, path: str | Path, **_: Any) -> Names:
        """Reads the weights from a folder."""
        self.model.from_disk(Path(path) / "model")
        self._read = Layers(self.model)
        return self


def load(name: str | Path) -> Language:
    """An installed spaCy pipeline, or one in a folder; raises ``ConfigurationError`` when it is missing."""
    try:
        return spacy.load(name)
    except OSError as error:
        raise ConfigurationError(
            "the spaCy model of detect.spacy_model is not installed", action="install it, or leave the setting empty"
        ) from error


def parts(nlp: Language) -> tuple[kinds.Kinds, Names]:
    """The two components of the project's own pipeline."""
    return cast(kinds.Kinds, nlp.get_pipe(kinds.FACTORY)), cast(Names, nlp.get_pipe(FACTORY))


@Language.factory(FACTORY, default_config=CONFIG)
def make_names(nlp: Language, name: str, model: Model[list[Doc], list[Any]], floor: float) -> Names:
    """The component with an untrained model."""
    return Names(model, floor)
