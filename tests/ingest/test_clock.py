"""When a session started is a time at which it can have been recorded, or the folder is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.errors import InputRefused
from pipeline.ingest import clock
from pipeline.ingest.chat import ChatMessage
from pipeline.ingest.draft import SessionDraft
from pipeline.ingest.session_toml import parse


def draft(text: str) -> SessionDraft:
    return SessionDraft(platform="folder", facts=parse(text), people=(), mixed=())


@pytest.mark.parametrize(
    "said",
    [
        "9999-12-31T23:59:59-12:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31T23:59:59Z",
        "2199-01-01T00:00:00Z",
        "9999-12-31T23:59:59",
        "0001-01-01T00:00:00",
    ],
)
@pytest.mark.parametrize("zone", ["", "timezone = 'Pacific/Kiritimati'\n", "timezone = 'Pacific/Honolulu'\n"])
def test_a_time_that_cannot_be_is_refused(said: str, zone: str) -> None:
    with pytest.raises(InputRefused):
        clock.started_at(draft(f"started_at = {said}\n{zone}"))


def test_what_was_recorded_today_is_taken() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for at in (now, now - timedelta(days=3000), now + timedelta(hours=14)):
        assert clock.started_at(replace(draft(""), started_at=at)) == at


def test_a_chat_of_the_recorders_clock_without_its_zone_is_refused_with_what_to_say() -> None:
    said = draft("started_at = 2026-11-18T15:00:00Z\n")
    chat = [ChatMessage(16 * 3600.0 + 60.0, "Priya Raman", "Hello", wall=True, direct=False)]
    with pytest.raises(InputRefused, match="zone of that clock is not known") as refusal:
        clock.chat_times(chat, clock.local_start(said), 1800.0)
    assert "say timezone" in refusal.value.action and "Z of started_at is none" in refusal.value.action
    zoned = draft("started_at = 2026-11-18T15:00:00Z\ntimezone = 'Europe/Berlin'\n")
    assert clock.chat_times(chat, clock.local_start(zoned), 1800.0) == [60.0]
