"""The recognisers, one module each; the one that the settings ask for is imported when it is wanted.

A new one is a module here with an ``ENGINE``, and its name in ``pipeline/settings/__init__.py``.
"""

from __future__ import annotations

from importlib import import_module

from pipeline.records import Context
from pipeline.settings import SpeechSettings
from pipeline.speech.engines.engine import Engine
from pipeline.speech.vocabulary import Keyword, vocabulary


def engine(name: str) -> Engine:
    """The engine of this name."""
    module = import_module(f"{__name__}.{name}")
    loaded: Engine = module.ENGINE
    return loaded


def hears_all_names(settings: SpeechSettings) -> bool:
    """Whether one of the engines is told every name, and may so think of it."""
    return any(engine(name).knows_names for name in (settings.engine, settings.second_engine) if name)


def hints(context: Context, settings: SpeechSettings) -> list[Keyword]:
    """What the engines are told, people and companies first; a transcript depends on nothing else of the context."""
    known = vocabulary(context)
    return known if hears_all_names(settings) else engine(settings.engine).hints(known)
