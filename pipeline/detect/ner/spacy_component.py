"""The only door to spaCy and thinc: the two components of the name model, loading, tokens and token patterns.

``offrecord_kinds`` writes the features of words into a doc and ``offrecord_names`` marks the names in it, so that the
bundled pipeline also runs in plain spaCy. Detection takes the weights out of it and runs them without docs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np
import spacy
from spacy.attrs import IDS, LEMMA, LOWER, NORM, ORTH, SHAPE, TAG
from spacy.lang.lex_attrs import LEX_ATTRS
from spacy.language import Language
from spacy.matcher import Matcher
from spacy.strings import get_string_id
from spacy.tokens import Doc, Span
from thinc.api import Model, NumpyOps
from thinc.types import Ints2d

from pipeline.detect.ner.embedding_cache import Embedding, Maxout
from pipeline.detect.ner.inference import LABELS, NameSpan, Network, TextForms, find_names
from pipeline.detect.ner.word_features import COLUMNS, WordFeatures
from pipeline.errors import ConfigurationError

FEATURES, NAMES = "offrecord_kinds", "offrecord_names"
"""The names of the two components, which the bundled pipeline is stored under."""
BATCH = 64  # texts that the model sees together
_OF_NO_NAMES = ("tagger", "parser", "attribute_ruler", "lemmatizer", "senter")
_LONG = 100  # letters of a word whose shape spaCy does not spell
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
                "attrs": [*COLUMNS, "PREFIX", "SUFFIX", "SHAPE"],
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


TokenPattern = list[dict[str, Any]]
"""One mapping of token attributes to values for each token, as spaCy's ``Matcher`` takes them."""


class SpacyToken(NamedTuple):
    """A token as spaCy cuts it, and its first character in the text."""

    text: str
    start_char: int

    @property
    def end_char(self) -> int:
        """Where it ends."""
        return self.start_char + len(self.text)


class Entity(NamedTuple):
    """A name that a spaCy pipeline found: its label and its characters ``[start_char, end_char)``."""

    label: str
    start_char: int
    end_char: int


class FeatureComponent(WordFeatures):
    """A pipeline component: writes a word's features into NORM, TAG and LEMMA."""

    def __call__(self, doc: Doc) -> Doc:
        """The same doc with its words' features."""
        hashes = doc.to_array([LOWER]).reshape(-1)
        return doc.from_array([NORM, TAG, LEMMA], cast(Ints2d, self.columns(hashes, self.of(hashes))))

    def attributes(self, words: Sequence[str], columns: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The features of each word, and what a doc with them would have in these columns, without making one."""
        hashes = np.array([get_string_id(word.lower()) for word in words], np.uint64)
        features = self.of(hashes)
        values = dict(zip(COLUMNS, self.columns(hashes, features).T, strict=True))
        for column in columns:
            if column not in values:
                attribute = _shape if column == "SHAPE" else LEX_ATTRS[IDS[column]]
                values[column] = np.array([get_string_id(cast(str, attribute(word))) for word in words], np.uint64)
        return features, np.stack([values[column] for column in columns], axis=1)

    def of_words(self, words: Sequence[str]) -> list[int]:
        """The features of each word, whatever its case."""
        return [int(bits) for bits in self.of(np.array([get_string_id(word.lower()) for word in words], np.uint64))]

    @staticmethod
    def clear(doc: Doc) -> None:
        """Puts words where their features were, for whoever reads the doc next."""
        words = doc.to_array([ORTH, LOWER])
        values = np.stack([words[:, 1], np.zeros(len(doc), np.uint64), words[:, 0]], axis=1)
        doc.from_array([NORM, TAG, LEMMA], cast(Ints2d, values))


class NameComponent:
    """A pipeline component: runs of words that are more likely than ``floor`` to be part of a name, as entities."""

    def __init__(self, model: Model[list[Doc], list[Any]], floor: float) -> None:
        self.model = model
        self.floor = floor
        self._read: Network | None = None
        for layer in model.walk():
            layer.ops = _OPS

    @property
    def network(self) -> Network:
        """The model as it finds names: made anew as long as it may still be trained."""
        return self._read or _network(self.model)

    def __call__(self, doc: Doc) -> Doc:
        """The same doc with its names as entities."""
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], *, batch_size: int = BATCH) -> Iterator[Doc]:
        """The same docs with their names as entities, so many at a time."""
        stream = iter(docs)
        while batch := list(islice(stream, batch_size)):
            for doc, names in zip(batch, self.find(batch), strict=True):
                doc.set_ents([Span(doc, name.start, name.end, label=name.label) for name in names])
                if len(doc):
                    FeatureComponent.clear(doc)
                yield doc

    def find(self, docs: Sequence[Doc]) -> list[list[NameSpan]]:
        """The names of each doc; their words' features are set."""
        network = self.network
        if network.cache.full:
            network.cache.clear()
        if not any(map(len, docs)):
            return [[] for _ in docs]
        columns = [IDS[column] for column in network.cache.columns]
        forms = network.cache.numbers(np.concatenate([doc.to_array(columns).reshape(-1, len(columns)) for doc in docs]))
        texts = np.split(forms, np.cumsum([len(doc) for doc in docs])[:-1])
        return find_names(network, [TextForms(text, np.ones(len(text), bool)) for text in texts], self.floor)

    def to_disk(self, path: str | Path, **_: Any) -> None:
        """Writes the weights into a new folder."""
        Path(path).mkdir(exist_ok=True)
        self.model.to_disk(Path(path) / "model")

    def from_disk(self, path: str | Path, **_: Any) -> NameComponent:
        """Reads the weights from a folder."""
        self.model.from_disk(Path(path) / "model")
        self._read = _network(self.model)
        return self


class NamePipeline:
    """The project's own pipeline: its tokeniser and its two components."""

    def __init__(self, nlp: Language) -> None:
        tokenizer: Any = nlp.tokenizer
        self._tokenizer = tokenizer
        self.features = cast(FeatureComponent, nlp.get_pipe(FEATURES))
        self.names = cast(NameComponent, nlp.get_pipe(NAMES))
        self.exceptions: Mapping[str, Any] = tokenizer.rules
        """Words that the tokeniser cuts by a rule of their own, as "don't"."""

    def tokens(self, text: str) -> list[SpacyToken]:
        """The tokens of a text."""
        return [SpacyToken(token.text, token.idx) for token in self._tokenizer(text)]


class TokenMatcher:
    """Finds spaCy's token patterns, by group and key, in texts that a blank English pipeline cuts."""

    def __init__(self, groups: Mapping[str, Mapping[str, Sequence[TokenPattern]]]) -> None:
        self._nlp = spacy.blank("en")
        self._matchers = {group: Matcher(self._nlp.vocab) for group in groups}
        for group, patterns in groups.items():
            for key, alternatives in patterns.items():
                self._matchers[group].add(key, [*alternatives])

    def matches(self, group: str, text: str) -> Iterator[tuple[str, list[SpacyToken]]]:
        """The key of each pattern of a group that fits, and the tokens it fits."""
        doc = self._nlp.tokenizer(text)
        for key, start, end in self._matchers[group](doc):
            yield self._nlp.vocab.strings[key], [SpacyToken(token.text, token.idx) for token in doc[start:end]]


def load(name: str | Path, exclude: Sequence[str] = ()) -> Language:
    """An installed spaCy pipeline, or one in a folder; raises ``ConfigurationError`` when it is missing."""
    try:
        return spacy.load(name, exclude=[*exclude])
    except OSError as error:
        raise ConfigurationError(
            "the spaCy model of detect.spacy_model is not installed", action="install it, or leave the setting empty"
        ) from error


def load_names(folder: Path) -> Language:
    """A pipeline in a folder, without its components that say nothing of names; raises ``ConfigurationError``."""
    return load(folder, exclude=_OF_NO_NAMES)


def entities(nlp: Language, texts: Sequence[str]) -> Iterator[list[Entity]]:
    """The entities that a pipeline finds in each text."""
    for doc in nlp.pipe(texts):
        yield [Entity(entity.label_, entity.start_char, entity.end_char) for entity in doc.ents]


def _shape(word: str) -> str:
    """The shape of a word as spaCy gives it, at once for most words of talk."""
    if word.isascii() and word.isalpha() and word.islower() and len(word) < _LONG:
        return "x" * min(len(word), 4)
    return str(LEX_ATTRS[SHAPE](word))


def _network(model: Model[Any, Any]) -> Network:
    embed, encode = (model.get_ref("tok2vec").get_ref(name) for name in ("embed", "encode"))
    softmax, nodes = model.get_ref("softmax"), list(embed.walk())
    columns = next(node.attrs["columns"] for node in nodes if node.name == "extract_features")
    tables = [node for node in nodes if node.name == "ints-getitem>>hashembed"]

    def lookup(attributes: np.ndarray) -> np.ndarray:
        return np.hstack([table.predict(attributes) for table in tables])

    return Network(
        Embedding(tuple(columns), lookup, _maxouts(embed)[0]),
        windows=_maxouts(encode),
        side=next(node.attrs["window_size"] for node in encode.walk() if node.name == "expand_window"),
        weights=np.ascontiguousarray(_parameter(softmax, "W").T),
        bias=_parameter(softmax, "b"),
    )


def _maxouts(model: Model[Any, Any]) -> list[Maxout]:
    """The maxout layers of a model, from the first to the last."""
    nodes = list(model.walk())
    layers, norms = ([node for node in nodes if node.name == name] for name in ("maxout", "layernorm"))
    return [_maxout(layer, norm) for layer, norm in zip(layers, norms, strict=True)]


def _maxout(layer: Model[Any, Any], norm: Model[Any, Any]) -> Maxout:
    weights = _parameter(layer, "W")  # outputs, pieces, inputs
    return Maxout(
        weights=np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(weights.shape[2], -1)),
        bias=_parameter(layer, "b").T.reshape(-1),
        scale=_parameter(norm, "G"),
        shift=_parameter(norm, "b"),
    )


def _parameter(node: Model[Any, Any], name: str) -> np.ndarray:
    """The weights of one node as they are now."""
    return np.array(node.get_param(name), np.float32)


@Language.factory(FEATURES)
def make_features(nlp: Language, name: str) -> FeatureComponent:
    """The component, empty until it is filled or read."""
    return FeatureComponent()


@Language.factory(NAMES, default_config=CONFIG)
def make_names(nlp: Language, name: str, model: Model[list[Doc], list[Any]], floor: float) -> NameComponent:
    """The component with an untrained model."""
    return NameComponent(model, floor)
