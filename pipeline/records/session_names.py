"""What people call a session: its day, time, platform, host and length; its title may be a secret and is not in it."""

from __future__ import annotations

from pipeline.records.session import Session


def session_name(session: Session) -> str:
    """A session as people know it, as ``2026-11-18 15:00 UTC, zoom, Lumen Labs, 47 min``."""
    started = session.started_at.strftime("%Y-%m-%d %H:%M UTC")
    length = f"{max(1, round(session.duration_s / 60))} min"
    return ", ".join(filter(None, (started, session.platform, session.host, length)))
