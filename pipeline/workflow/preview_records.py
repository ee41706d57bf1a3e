"""What is kept of a preview: the terms it was given under, and the parts that its participant sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTerms:
    """Until when its participant may object, and what the previewed plan hides (an encoded ``RedactionScope``)."""

    until: datetime
    scope: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPart:
    """One part of the proved public rendition, seconds on the session's clock; ``lines`` are its redacted words."""

    start_s: float
    end_s: float
    lines: tuple[str, ...]
    has_picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewMaterial:
    """All that one participant sees: parts with sound, and the lines that they wrote; ``state`` stands for consent."""

    state: str
    parts: tuple[PreviewPart, ...]
    chat: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFile:
    """The sound of one part, or the still beside it, as base 64."""

    content: str
