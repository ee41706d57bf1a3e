"""The recognisers, one module each; the one that the settings ask for is imported when it is wanted.

A new one is a module here with an ``ENGINE``, and its name in ``pipeline/settings/__init__.py``.
"""

from __future__ import annotations

from importlib import import_module

from pipeline import models
from pipeline.records import Context
from pipeline.settings import SpeechSettings
from pipeline.speech.engines.engine import Engine
from pipeline.speech.vocabulary import Keyword, vocabulary


def engine(name: str) -> Engine:
    """The engine of this name."""
    module = import_module(f"{__name__}.{name}")
    loaded: Engine = module.ENGINE
    return loaded


def hints(context: Context, settings: SpeechSettings) -> list[Keyword]:
    """What the engines may be told, people and companies first; a transcript depends on nothing else of the context."""
    known = vocabulary(context)
    hinted = {keyword for chosen in _engines(settings) for keyword in chosen.hints(known)}
    return [keyword for keyword in known if keyword in hinted]


def told(context: Context, settings: SpeechSettings) -> frozenset[str]:
    """The texts of the known names that one of the engines surely was told, and may so think of."""
    known = vocabulary(context)
    return frozenset(keyword.text for chosen in _engines(settings) for keyword in chosen.told(known, settings))


def sure_probability(settings: SpeechSettings) -> float | None:
    """From which probability words of the engine that sound like no name hide none; None where nobody measured it."""
    return engine(settings.engine).sure_probability


def preflight(settings: SpeechSettings) -> str:
    """What tells the recognisers that the settings ask for, and their models, from any others.

    Raises ``ConfigurationError`` that names the command to run where a model is missing or not whole.
    """
    models.bundled_file("g2p", "g2p.npz")
    # Words are aligned to the sound, and the sound is searched, by the bundled recogniser whichever is chosen.
    names = dict.fromkeys((settings.engine, "sphinx"))
    return ", ".join(engine(name).version(settings) for name in names)


def _engines(settings: SpeechSettings) -> list[Engine]:
    return [engine(name) for name in (settings.engine, settings.second_engine) if name]
