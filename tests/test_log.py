"""The log takes ids, counts and durations, and nothing else."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline import log


def test_a_field_that_is_not_allowed_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "log" / "offrecord.jsonl"
    log.configure(path)
    log.get().info("done", session_id="2026-11-18-aaaaaaaa", text="Priya Raman", path="/inbox/Halcyon", seconds=1.5)
    log.configure()
    line = json.loads(path.read_text("utf-8"))
    assert line.keys() == {"event", "level", "timestamp", "session_id", "seconds"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))
def test_only_allowed_fields_with_plain_values_are_left(event: dict[str, object]) -> None:
    kept = log.only_allowed(None, "info", dict(event))
    assert kept.keys() <= log.FIELDS
    assert all(isinstance(value, str | int | float) for value in kept.values())
