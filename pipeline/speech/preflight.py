"""Whether the recogniser that the settings ask for is there, before a night begins with it."""

from __future__ import annotations

from pipeline.settings import SpeechSettings
from pipeline.speech import models


def preflight(settings: SpeechSettings) -> str:
    """What tells the recogniser that the settings ask for, and its model, from any other.

    Raises ``ConfigurationError`` that names the command to run where a model is missing or not whole.
    """
    models.bundled_file("g2p", "g2p.npz")
    from pipeline.speech.engines.sphinx import engine_version

    if settings.engine == "whisper":
        from pipeline.speech.engines.whisper import locate

        return f"{locate(settings.model).version}, {engine_version()}"
    return f"{settings.engine}, {engine_version()}"
