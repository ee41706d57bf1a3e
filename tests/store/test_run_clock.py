"""A clock that went back or jumped ahead stops a run until a person says that it is right."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import TryAgain
from pipeline.store import Workspace, run_clock
from pipeline.store.run_clock import SKEW, Uptime, jump_of

pytestmark = pytest.mark.usefixtures("each_database")

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
DAY = timedelta(days=1)
LONGEST = timedelta(hours=26)
OFF = timedelta(days=5, hours=2)
DAYS = st.floats(min_value=0, max_value=4000).map(lambda days: timedelta(days=days))


@pytest.fixture
def workspace(tmp_path: Path, new_workspace: Callable[[Path], Workspace]) -> Workspace:
    return new_workspace(tmp_path / "ws")


@given(DAYS)
def test_while_the_machine_is_up_any_time_may_pass(passed: timedelta) -> None:
    up = Uptime("b", 100.0), Uptime("b", 100.0 + passed.total_seconds())
    assert jump_of(NOW, up[0], NOW + passed, up[1]) is None
    assert jump_of(NOW, up[0], NOW + passed + LONGEST + timedelta(seconds=1), up[1]) is not None


@given(DAYS)
def test_after_a_restart_or_without_a_witness_a_long_weekend_may_pass(passed: timedelta) -> None:
    for before, after in ((Uptime("a", 9e6), Uptime("b", 60.0)), (None, Uptime("b", 60.0)), (None, None)):
        assert (jump_of(NOW, before, NOW + passed, after) is None) is (passed <= OFF)


@pytest.mark.parametrize("late", [timedelta(seconds=2), timedelta(minutes=50), timedelta(hours=1, minutes=10)])
def test_a_restart_between_two_nights_stops_nothing_where_the_second_begins_later(late: timedelta) -> None:
    """A schedule begins some seconds or minutes later, and an hour and some where summer time ended meanwhile."""
    assert jump_of(NOW, Uptime("a", 9e6), NOW + DAY + late, Uptime("b", 60.0)) is None


@given(DAYS)
def test_a_clock_that_went_back_is_wrong_whatever_the_machine_says(back: timedelta) -> None:
    for up in (Uptime("a", 9e6), None):
        assert (jump_of(NOW, up, NOW - back, up) is None) is (back <= SKEW)


def test_what_was_made_under_a_clock_far_ahead_does_not_hold() -> None:
    now, later = NOW.timestamp(), (NOW + 400 * DAY).timestamp()
    assert run_clock.holds(now, later, NOW) and run_clock.holds(now, later, NOW + 399 * DAY)
    assert run_clock.holds(now, later, NOW - SKEW), "as far as a clock is set back as a matter of course"
    assert not run_clock.holds(now, now, NOW)
    assert not run_clock.holds(datetime(2050, 1, 1, tzinfo=UTC).timestamp(), math.inf, NOW)


def test_a_jump_stops_until_it_is_accepted(workspace: Workspace) -> None:
    run_clock.note(workspace, now=NOW, accepted=False)
    run_clock.note(workspace, now=NOW + timedelta(hours=20), accepted=False)
    for wrong in (NOW, datetime(2050, 1, 1, tzinfo=UTC)):
        before = workspace.ledger.verify()
        with pytest.raises(TryAgain, match="--accept-clock"):
            run_clock.note(workspace, now=wrong, accepted=False)
        assert workspace.ledger.verify() == before
    run_clock.note(workspace, now=NOW + 30 * DAY, accepted=True)
    run_clock.check(workspace, now=NOW + 31 * DAY)


def test_where_the_kernel_says_nothing_the_wall_clock_alone_counts(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(run_clock, "_UPTIME", tmp_path / "nothing")
    run_clock.note(workspace, now=NOW, accepted=False)
    run_clock.check(workspace, now=NOW + DAY)
    run_clock.check(workspace, now=NOW + 3 * DAY)
    with pytest.raises(TryAgain, match="nothing else says"):
        run_clock.require_sure(workspace, now=NOW + 3 * DAY)
    with pytest.raises(TryAgain, match="--accept-clock"):
        run_clock.check(workspace, now=NOW + 6 * DAY)


def _restarted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, boot_id: str) -> None:
    (tmp_path / "uptime").write_text("60.0 60.0\n")
    (tmp_path / "boot_id").write_text(f"{boot_id}\n")
    monkeypatch.setattr(run_clock, "_UPTIME", tmp_path / "uptime")
    monkeypatch.setattr(run_clock, "_BOOT_ID", tmp_path / "boot_id")


def test_a_machine_that_was_off_from_friday_to_monday_needs_nobody_and_removes_nothing_by_time_in_its_first_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    _restarted(monkeypatch, tmp_path, "before")
    assert run_clock.note(workspace, now=NOW, accepted=False) == ()
    _restarted(monkeypatch, tmp_path, "after")
    (line,) = run_clock.note(workspace, now=NOW + 4 * DAY, accepted=False)
    assert "nothing is removed for good by time" in line
    assert run_clock.note(workspace, now=NOW + 5 * DAY, accepted=False) == ()
    _restarted(monkeypatch, tmp_path, "again")
    for wrong, says in ((NOW, "before the last run"), (NOW + 11 * DAY, "more than 5 days after the last run")):
        with pytest.raises(TryAgain, match=f"{says}.*offrecord run --accept-clock"):
            run_clock.note(workspace, now=wrong, accepted=False)
    assert run_clock.note(workspace, now=NOW + 11 * DAY, accepted=True) == ()


def test_a_run_right_behind_one_with_a_doubtful_clock_is_in_the_same_doubt(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A run that ended with a full disk, or was killed, is started again at once, and nobody has read its report."""
    _restarted(monkeypatch, tmp_path, "before")
    run_clock.note(workspace, now=NOW, accepted=False)
    _restarted(monkeypatch, tmp_path, "after")
    first = NOW + 4 * DAY
    for hours in (0, 1, 19):
        (line,) = run_clock.note(workspace, now=first + timedelta(hours=hours), accepted=False)
        assert f"{first:%Y-%m-%d %H:%M}" in line
    assert run_clock.note(workspace, now=first + DAY, accepted=False) == ()
    _restarted(monkeypatch, tmp_path, "once more")
    assert run_clock.note(workspace, now=first + 4 * DAY, accepted=False)
    _restarted(monkeypatch, tmp_path, "and again")
    (line,) = run_clock.note(workspace, now=first + 6 * DAY, accepted=False)
    assert f"{first + 6 * DAY:%Y-%m-%d %H:%M}" in line, "a second jump is a doubt of its own"
    assert run_clock.note(workspace, now=first + 6 * DAY, accepted=True) == ()
    assert run_clock.note(workspace, now=first + 6 * DAY, accepted=False) == ()


def test_what_a_person_releases_waits_while_the_clock_is_in_doubt(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A term that lapses, or a day up to which somebody may object, would have passed."""
    _restarted(monkeypatch, tmp_path, "before")
    run_clock.note(workspace, now=NOW, accepted=False)
    run_clock.require_sure(workspace, now=NOW + DAY)
    _restarted(monkeypatch, tmp_path, "after")
    for noted in (False, True):
        if noted:
            run_clock.note(workspace, now=NOW + 4 * DAY, accepted=False)
        with pytest.raises(TryAgain, match="--accept-clock"):
            run_clock.require_sure(workspace, now=NOW + 4 * DAY)
    run_clock.note(workspace, now=NOW + 4 * DAY, accepted=True)
    run_clock.require_sure(workspace, now=NOW + 4 * DAY)
