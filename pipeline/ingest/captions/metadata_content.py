"""The cues of Microsoft Teams' ``metadataContent``: JSON objects, each with its speaker, words and absolute times."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from pipeline.ingest.captions.model import Caption

SIGN = '"spokenText"'


def caption_of(start_s: float, end_s: float, text: str) -> Caption | None:
    """The caption of a cue; None where its text is no such object."""
    spoken = _object(text)
    if spoken is None:
        return None
    name = str(spoken.get("speakerName") or "").strip()
    return Caption(start_s, end_s, name or None, str(spoken["spokenText"]).strip())


def origin(start_s: float, text: str) -> datetime | None:
    """The aware moment from which a cue's times count; None where it does not say."""
    try:
        begins = datetime.fromisoformat(str((_object(text) or {}).get("startDateTime")))
        return begins - timedelta(seconds=start_s) if begins.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _object(text: str) -> dict[str, Any] | None:
    if SIGN not in text:
        return None
    try:
        spoken = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return spoken if isinstance(spoken, dict) and "spokenText" in spoken else None
