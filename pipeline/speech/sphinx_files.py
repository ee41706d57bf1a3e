"""Where the English models lie that pocketsphinx carries in its package."""

from __future__ import annotations

from pathlib import Path

from pocketsphinx import get_model_path

from pipeline.errors import ConfigurationError

ACOUSTIC = "en-us/en-us"
DICTIONARY = "en-us/cmudict-en-us.dict"
LANGUAGE = "en-us/en-us.lm.bin"


def sphinx_file(name: str) -> Path:
    """One of the models above; raises ``ConfigurationError`` where the package lacks it."""
    path = Path(get_model_path(name))
    if not path.exists():
        raise ConfigurationError(
            "the model inside pocketsphinx's package is missing",
            action="install it again: pip install --force-reinstall pocketsphinx",
        )
    return path
