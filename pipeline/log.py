"""Structured logs, one JSON line an event, with allow-listed fields: ids, counts and durations, never text or names."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "run_id",
        "session_id",
        "stage",
        "status",
        "audience",
        "verdict",
        "count",
        "attempt",
        "seconds",
        "bytes",
        "code",
        "error",
        "cached",
    }
)


def only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops every field that is not allow-listed, and every value that is not a plain word or number."""
    return {key: value for key, value in event.items() if key in FIELDS and isinstance(value, str | int | float)}


class _Lines:
    """Appends each line to a file of its own opening, so that several processes may write to it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def msg(self, message: str) -> None:
        """Appends one line."""
        with self._path.open("a", encoding="utf-8") as out:
            out.write(f"{message}\n")

    log = debug = info = warning = error = critical = exception = msg


def configure(path: Path | None = None) -> None:
    """Sends the log to ``path`` (appended, 0600) or, without one, to standard error."""
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=(lambda: _Lines(path)) if path else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get() -> structlog.typing.FilteringBoundLogger:
    """The logger; call ``configure`` first."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
