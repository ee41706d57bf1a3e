"""Leases, flags and versions hold on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import FlaggedForLead, VersionConflict
from pipeline.records import Verdict
from pipeline.review import decision_log
from pipeline.store import Workspace, integrity, leases, voices
from pipeline.store.voices import VoiceAct, VoiceName
from tests.clock import NIGHT

pytestmark = pytest.mark.usefixtures("each_database")
SESSION = "2026-11-18-one"


@pytest.fixture
def workspace(new_workspace: Callable[[Path], Workspace], tmp_path: Path) -> Workspace:
    return new_workspace(tmp_path / "ws")


def test_a_lease_is_one_persons_until_it_ends_and_its_row_is_sealed(workspace: Workspace) -> None:
    db = workspace.db
    leases.take(db, SESSION, actor="ana", now=NIGHT)
    with pytest.raises(leases.LeasedByOther, match="ana reviews this session until 03:15 UTC"):
        leases.take(db, SESSION, actor="ben", now=NIGHT)
    later = NIGHT + leases.LEASE + timedelta(seconds=1)
    assert leases.take_first(db, [SESSION, "two"], actor="ben", now=NIGHT) == leases.Lease(
        session_id="two", actor="ben", until=NIGHT + leases.LEASE
    )
    assert leases.take(db, SESSION, actor="ben", now=later).actor == "ben"
    leases.give_back(db, SESSION, actor="ben")
    assert leases.running(db, now=later) == {}
    assert integrity.changed_tables(workspace) == []


def test_a_flag_is_known_by_session_until_something_follows_it(workspace: Workspace) -> None:
    def act(verdict: Verdict, *, is_lead: bool = False) -> None:
        decision_log.decide(workspace.db, SESSION, ["r-1"], verdict=verdict, actor="ben", reason="x", is_lead=is_lead)

    decision_log.decide(workspace.db, SESSION, ["r-1"], verdict=Verdict.FLAG, actor="ana", reason="x")
    assert decision_log.flags_by_session(workspace.db) == {SESSION: frozenset({"r-1"})}
    with pytest.raises(FlaggedForLead):
        act(Verdict.KEEP)
    act(Verdict.KEEP, is_lead=True)
    assert decision_log.flags_by_session(workspace.db) == {} == decision_log.flags(workspace.db, SESSION)


def test_what_is_said_of_a_voice_is_kept_against_what_was_seen(workspace: Workspace) -> None:
    def name(who: str, version: int, actor: str = "ana") -> int:
        said = VoiceName(cluster=1, participant_id=who, actor=actor)
        return voices.record(workspace.db, SESSION, "m", VoiceAct.NAME, said, reason="by ear", version=version)

    first = name("p1", 0)
    assert name("p1", 0) == first, "sent again, kept once"
    with pytest.raises(VersionConflict):
        name("p2", 0, "ben")
    assert voices.versions(workspace.db, SESSION, "m") == {1: first}
    assert name("p2", first, "ben") > first
