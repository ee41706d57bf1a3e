"""How long each kind of material of a session is kept, and what was removed because that was over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pipeline.records import Audience, Session
from pipeline.settings.retention import RetentionSettings
from pipeline.store import Workspace

REMOVED = "retention"
"""The kind of ledger entry that is the receipt of a removal; its key is the session or party, a slash and the kind."""


class RetainedKind(StrEnum):
    """What is kept for a time of its own."""

    ORIGINAL = "original"
    TRANSCRIPT = "transcript"
    INTERNAL = "internal"
    PUBLIC = "public"
    EVIDENCE = "evidence"


_LAST = datetime(9999, 1, 1, tzinfo=UTC)
RENDITIONS = {RetainedKind.INTERNAL: Audience.INTERNAL, RetainedKind.PUBLIC: Audience.PUBLIC}
OF_SESSIONS = tuple(kind for kind in RetainedKind if kind is not RetainedKind.EVIDENCE)


def days_of(kind: RetainedKind, settings: RetentionSettings) -> int:
    """For how many days after its session a kind is kept; 0 for without an end."""
    days: int = getattr(settings, f"{kind}_days")
    return days


def is_over(kind: RetainedKind, started_at: datetime, settings: RetentionSettings, *, now: datetime) -> bool:
    """Whether what began then is kept no longer; compared so that no date is too late to be counted on from."""
    days = days_of(kind, settings)
    return bool(days) and now - started_at >= timedelta(days=days)


def retention_ends(session: Session, settings: RetentionSettings) -> Iterator[datetime]:
    """When each kind of material of a session is kept no longer."""
    for kind in OF_SESSIONS:
        days = days_of(kind, settings)
        if days and days <= (_LAST - session.started_at).days:
            yield session.started_at + timedelta(days=days)


def may_be_published(audience: Audience, started_at: datetime, settings: RetentionSettings, *, now: datetime) -> bool:
    """Whether a rendition for an audience may still be published; no hold makes that longer."""
    kind = next(kind for kind, each in RENDITIONS.items() if each is audience)
    return not is_over(kind, started_at, settings, now=now)


def receipt_key(subject: str, kind: RetainedKind) -> str:
    """The ledger's key of a receipt."""
    return f"{subject}/{kind}"


def is_removed(workspace: Workspace, session_id: str, *kinds: RetainedKind) -> bool:
    """Whether any of these kinds of a session was removed."""
    return any(workspace.ledger.has(REMOVED, receipt_key(session_id, kind)) for kind in kinds)


def cannot_be_made(workspace: Workspace, session_id: str) -> bool:
    """Whether nothing can be made of a session any more, because what it is made from was removed."""
    return is_removed(workspace, session_id, RetainedKind.ORIGINAL, RetainedKind.TRANSCRIPT)
