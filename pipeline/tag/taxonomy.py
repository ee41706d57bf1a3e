"""Which part of the product a sentence is about: the team's own areas, each with phrases and examples."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.embeddings import SentenceEncoder
from pipeline.errors import ConfigurationError
from pipeline.files.invalid import problem_of
from pipeline.files.toml import BrokenToml, read_toml
from pipeline.tag.tokens import joined, tokenize

FILE_NAME = "taxonomy.toml"
OTHER = "other"
"""The area of what belongs to none."""
_ALIKE = {"minilm": 0.45, "tfidf": 0.35}
"""The cosine from which an example decides: two requests of one area lie at 0.3 to 0.7, of two at 0.0 to 0.4."""
_Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^*]+\*?$")]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\r\n]+$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Area(_Section):
    name: _Name
    phrases: tuple[_Phrase, ...] = ()
    examples: tuple[str, ...] = ()


class _File(_Section):
    area: tuple[_Area, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class _Matcher:
    name: str
    phrases: Mapping[str, str]
    """The phrases without a star, by how they are spoken."""
    pattern: re.Pattern[str] | None
    examples: tuple[str, ...]


class Taxonomy:
    """The areas of one file, in its order; the first has the say where two fit as well."""

    def __init__(self, content: _File) -> None:
        self.content = content.model_dump_json()
        """What results that rest on it are kept under."""
        self._areas = [
            _Matcher(area.name, _whole(area.phrases), _pattern(area.phrases), area.examples) for area in content.area
        ]
        self._vectors: dict[str, list[NDArray[np.float32]]] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every area there is, in the order of the file, and the one for all else."""
        return (*(area.name for area in self._areas), OTHER)

    def areas(self, sentences: Sequence[str], encoder: SentenceEncoder) -> list[str]:
        """The area of each sentence: the one with the most words in its phrases, else that of the nearest example."""
        areas = [self._by_phrase(joined(tokenize(sentence))) for sentence in sentences]
        unknown = [index for index, area in enumerate(areas) if area is None]
        vectors = encoder.encode([sentences[index] for index in unknown])
        for index, vector in zip(unknown, vectors, strict=True):
            areas[index] = self._by_example(vector, encoder)
        return [area or OTHER for area in areas]

    def topic(self, sentence: str, area: str) -> str:
        """The longest phrase of an area that a sentence has, as the team wrote it; empty where it has none.

        Phrases with a star are left out: what stands for the star is the speaker's own.
        """
        text = f" {joined(tokenize(sentence))} "
        phrases = next((each.phrases for each in self._areas if each.name == area), {})
        spoken = max((words for words in phrases if f" {words} " in text), key=len, default="")
        return phrases.get(spoken, "")

    def _by_phrase(self, text: str) -> str | None:
        words = {
            area.name: sum(len(match.split()) for match in area.pattern.findall(text))
            for area in self._areas
            if area.pattern
        }
        best = max(words, key=lambda name: words[name], default=None)
        return best if best is not None and words[best] else None

    def _by_example(self, vector: NDArray[np.float32], encoder: SentenceEncoder) -> str | None:
        if encoder.name not in self._vectors:
            self._vectors[encoder.name] = [encoder.encode(area.examples) for area in self._areas]
        nearest = [
            float((examples @ vector).max()) if len(examples) else 0.0 for examples in self._vectors[encoder.name]
        ]
        best = int(np.argmax(nearest))
        return self._areas[best].name if nearest[best] >= _ALIKE[encoder.name] else None


def read_taxonomy(path: Path | None = None) -> Taxonomy:
    """The taxonomy of a file, or the shipped one; raises ``ConfigurationError`` naming the key that is wrong."""
    where = path.name if path else FILE_NAME
    try:
        content = path.read_text("utf-8") if path else (files("pipeline.tag") / "data" / FILE_NAME).read_text("utf-8")
        read = _File.model_validate(read_toml(content))
    except (OSError, BrokenToml, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{where} is not a readable TOML file", action="correct it") from error
    except ValidationError as error:
        problem = problem_of(error, _File)
        raise ConfigurationError(f"{where}: {problem}", action="see docs/product-managers.md") from None
    names = [area.name for area in read.area]
    if len(set(names)) < len(names) or OTHER in names:
        raise ConfigurationError(
            f"{where}: two areas have one name, or one is called {OTHER}", action="give each a name of its own"
        )
    return Taxonomy(read)


def _pattern(phrases: Sequence[str]) -> re.Pattern[str] | None:
    if not phrases:
        return None
    written = sorted((_written(phrase) for phrase in phrases), key=len, reverse=True)
    return re.compile(rf"(?<!\S)(?:{'|'.join(written)})(?!\S)")


def _whole(phrases: Sequence[str]) -> dict[str, str]:
    return {joined(tokenize(phrase)): phrase for phrase in phrases if not phrase.endswith("*")}


def _written(phrase: str) -> str:
    words = joined(tokenize(phrase.removesuffix("*")))
    return re.escape(words) + (r"\S*" if phrase.endswith("*") else "")
