"""What holds a session until a person listened to it and decided."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConsentCueKind(StrEnum):
    """What somebody said that bears on consent. The values are stored: they never change."""

    STOP_RECORDING = "stop recording"
    MINOR = "minor"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentCue:
    """A place where that was said: a track and seconds of the session, or a line of the chat, from 0."""

    kind: ConsentCueKind
    track_id: str | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    chat_line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHold:
    """Something of a session that a person decides before anything of it is published.

    ``pending`` where it waits for a review; else consent is in question, and it is held. ``is_question`` where what is
    closed already is asked about, and so stops nothing.
    """

    hold_id: str
    reason: str
    action: str
    pending: bool
    is_question: bool = False
