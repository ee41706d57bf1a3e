"""Patterns of term lists: regular expressions that cannot hang a night; the only importer of regex."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import regex

from pipeline.errors import ConfigurationError

LIMIT_S = 2.0
"""Processor seconds for one pattern on one text; a turn of talk takes a good one some microseconds."""


def check(pattern: str, where: str) -> None:
    """Raises ``ConfigurationError``, naming only where it stands, when a pattern is broken or fits an empty text."""
    try:
        empty = _compiled(pattern).search("", timeout=LIMIT_S) is not None
    except (regex.error, TimeoutError, OverflowError) as error:
        raise ConfigurationError(
            f"{where} is not a valid regular expression", action="correct it; see docs/detection.md"
        ) from error
    if empty:
        raise ConfigurationError(f"{where} fits even an empty text", action="let it need at least one character")


def places(pattern: str, text: str, where: str) -> Iterator[tuple[int, int]]:
    """Every place that a pattern fits, whatever the case; raises ``ConfigurationError`` when it takes too long."""
    try:
        for match in _compiled(pattern).finditer(text, timeout=LIMIT_S):
            if match.end() > match.start():
                yield match.span()
    except TimeoutError as error:
        raise ConfigurationError(
            f"{where} takes too long on some text",
            action="write it without nested repeats; until then nothing that it guards is published",
        ) from error


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    return regex.compile(pattern, regex.IGNORECASE)
