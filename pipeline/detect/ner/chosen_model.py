"""Which second pipeline of names the settings ask for, and whether it is here; spaCy is not needed to say so."""

from __future__ import annotations

from typing import NamedTuple

from pipeline import models
from pipeline.settings import DetectSettings


class ChosenModel(NamedTuple):
    """The second pipeline as this machine has it: ``pulled`` is of models.toml; no name where there is none."""

    name: str
    pulled: bool


def chosen(settings: DetectSettings) -> ChosenModel:
    """What the settings ask for, and nothing where that is a pipeline of models.toml that was never pulled."""
    name = settings.spacy_model
    model = models.entries().get(name)
    if model is None:
        return ChosenModel(name, pulled=False)
    here = models.folder(model).is_dir()
    return ChosenModel(name if here else "", pulled=here)


def version(settings: DetectSettings) -> str:
    """What tells the second pipeline from any other, empty where there is none: what was found rests on it."""
    model = chosen(settings)
    files = models.find(model.name).files if model.pulled else {}
    return f"{model.name} {files['ner/model'].sha256[:12]}" if "ner/model" in files else model.name
