"""Whether the recogniser that the settings ask for is there, before a night begins with it."""

from __future__ import annotations

from pipeline import models
from pipeline.settings import SpeechSettings
from pipeline.speech.engines import engine


def preflight(settings: SpeechSettings) -> str:
    """What tells the recognisers that the settings ask for, and their models, from any others.

    Raises ``ConfigurationError`` that names the command to run where a model is missing or not whole.
    """
    models.bundled_file("g2p", "g2p.npz")
    # Words are aligned to the sound, and the sound is searched, by the bundled recogniser whichever is chosen.
    names = dict.fromkeys((settings.engine, "sphinx"))
    return ", ".join(engine(name).version(settings) for name in names)
