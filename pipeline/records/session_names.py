"""What people call a session: its day, time, platform, host and length; its title may be a secret and is not in it."""

from __future__ import annotations

from pipeline.records.session import UNKNOWN_PLATFORM, Session


def session_name(session: Session) -> str:
    """As ``2026-11-18 15:00 UTC, zoom, Lumen Labs, 47 min``; a platform that nobody knows is left out."""
    started = session.started_at.strftime("%Y-%m-%d %H:%M UTC")
    length = f"{max(1, round(session.duration_s / 60))} min"
    return ", ".join(filter(None, (started, known_platform(session), session.host, length)))


def known_platform(session: Session) -> str:
    """The platform of a session; empty where nobody knows it."""
    return "" if session.platform == UNKNOWN_PLATFORM else session.platform
