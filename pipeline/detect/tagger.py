"""The name model as a component of a spaCy pipeline: the chance of each word to be in a name, and the names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from thinc.api import Model, NumpyOps

from pipeline.detect import kinds
from pipeline.errors import ConfigurationError

FACTORY = "offrecord_names"
LABELS = ("PERSON", "ORG", "PRODUCT", "GPE")
OUTSIDE = 0
BATCH = 64  # texts that the model sees together
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


class Names:
    """Finds runs of words that are more likely than ``floor`` to be part of a name, as the doc's entities."""

    def __init__(self, model: Model[list[Doc], list[Any]], floor: float) -> None:
        self.model = model
        self.floor = floor
        for layer in model.walk():
            layer.ops = _OPS

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
        found: list[list[Found]] = [[] for _ in docs]
        filled = [index for index, doc in enumerate(docs) if len(doc)]
        for start in range(0, len(filled), BATCH):
            some = filled[start : start + BATCH]
            for index, chances in zip(some, self.model.predict([docs[index] for index in some]), strict=True):
                found[index] = list(self._runs(np.asarray(chances)))
        return found

    def _runs(self, chances: np.ndarray) -> Iterator[Found]:
        """The names in a doc by the chances of its tokens."""
        named = 1.0 - chances[:, OUTSIDE]
        begins = chances[:, 1::2].sum(axis=1) > chances[:, 2::2].sum(axis=1)
        start = None
        for index in range(len(named) + 1):
            inside = index < len(named) and named[index] >= self.floor
            if start is not None and (not inside or begins[index]):
                by_label = (chances[start:index, 1::2] + chances[start:index, 2::2]).sum(axis=0)
                yield Found(start, index, LABELS[int(by_label.argmax())], float(named[start:index].max()))
                start = None
            if inside and start is None:
                start = index

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the weights into a new folder."""
        Path(path).mkdir(exist_ok=True)
        self.model.to_disk(Path(path) / "model")

    def from_disk(self, path: str | Path, **_: Any) -> Names:
        """Reads the weights from a folder."""
        self.model.from_disk(Path(path) / "model")
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
