"""Whether the recogniser that the settings ask for is there, before a night begins with it."""

from __future__ import annotations

from pipeline.settings import SpeechSettings
from pipeline.speech import models


def preflight(settings: SpeechSettings) -> None:
    """Raises ``ConfigurationError`` that names the command to run where a model is missing or not whole."""
    models.verified(models.find("g2p"))
    if settings.engine == "whisper":
        from pipeline.speech.whisper import locate

        locate(settings.model)
