"""Structured logs, one JSON line an event, with allow-listed fields: ids, counts and durations, never text or names."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from pathlib import Path
from typing import IO, Any

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


def _only_allowed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drops every field that is not allow-listed, and every value that is not a plain word or number."""
    kept = {key: value for key, value in event.items() if key in FIELDS and isinstance(value, str | int | float | bool)}
    return kept


def configure(path: Path | None = None) -> None:
    """Sends the log to ``path`` (appended, 0600) or, without one, to standard error."""
    stream: IO[str] = sys.stderr
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        stream = path.open("a", encoding="utf-8", buffering=1)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )


def get() -> structlog.typing.FilteringBoundLogger:
    """The logger; call ``configure`` first."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return logger
