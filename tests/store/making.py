"""A session as the store keeps it; without what tests alone need, as workers of the executors import it too."""

from __future__ import annotations

from datetime import UTC, datetime

from pipeline.records import Purpose, Session


def session(session_id: str = "2026-11-18-aaaaaaaa", digest: str = "a" * 64, title: str = "") -> Session:
    return Session(
        session_id=session_id,
        source_digest=digest,
        platform="folder",
        title=title,
        started_at=datetime(2026, 11, 18, 15, tzinfo=UTC),
        host=None,
        recorder_location=None,
        notice_asserted=False,
        purposes=(Purpose.TRANSCRIBE,),
        duration_s=60.0,
        participants=(),
        tracks=(),
    )
