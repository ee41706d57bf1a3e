"""Two people are not handed the same session; a lease ends by itself, and a lead may take one over."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import common, main
from pipeline.errors import RefusedByPolicy
from pipeline.records import Verdict
from pipeline.store import Workspace
from pipeline.store.leases import LEASE
from pipeline.workflow.review_actions import decide
from pipeline.workflow.review_leases import give_back, next_session, running_leases, work_on
from tests.clock import NIGHT, that_night
from tests.once import made_once
from tests.web.making import analyse_more, make_workspace, session_id_of

LATER = NIGHT + LEASE + timedelta(seconds=1)


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Iterator[Workspace]:
    """Three sessions in the queue, the riskiest of which has every proposal undecided."""
    made = made_once(tmp_path_factory, "analysed", lambda folder: make_workspace(folder / "ws").db.dispose())
    opened = Workspace.open(shutil.copytree(made / "ws", tmp_path / "ws"))
    analyse_more(opened, 2)
    yield opened


def test_nobody_is_handed_what_somebody_else_has(workspace: Workspace) -> None:
    handed = [next_session(workspace, actor=actor, now=NIGHT) for actor in ("ana", "ben", "cleo", "dan")]
    assert handed[:3] == [session_id_of(workspace), "2026-11-18-more", "2026-11-19-more"], "the riskiest first"
    assert handed[3] is None
    assert next_session(workspace, actor="ben", now=NIGHT) == handed[1], "whoever comes back goes on"
    assert {each.actor for each in running_leases(workspace, now=NIGHT).values()} == {"ana", "ben", "cleo"}
    assert running_leases(workspace, now=LATER) == {}
    assert next_session(workspace, actor="dan", now=LATER) == handed[0], "a lease ends by itself"


def test_the_next_one_gives_back_what_is_left_and_goes_on_below_it(workspace: Workspace) -> None:
    first = next_session(workspace, actor="ana", now=NIGHT)
    assert first
    second = next_session(workspace, actor="ana", now=NIGHT, leaving=first)
    assert second == "2026-11-18-more" and next_session(workspace, actor="ben", now=NIGHT) == first
    decide(workspace, second, [], Verdict.REDACT, actor="ana", reason="all", all_undecided=True)
    assert next_session(workspace, actor="ana", now=NIGHT, leaving=second) == "2026-11-19-more", (
        "done is not handed out"
    )


def test_work_renews_a_lease_and_only_a_lead_takes_over(workspace: Workspace) -> None:
    session_id = session_id_of(workspace)
    mine = work_on(workspace, session_id, actor="ana", now=NIGHT)
    assert mine.is_mine and mine.until == NIGHT + LEASE and mine.left_s == LEASE.total_seconds()
    renewed = work_on(workspace, session_id, actor="ana", now=NIGHT + timedelta(minutes=10))
    assert renewed.until == mine.until + timedelta(minutes=10)
    theirs = work_on(workspace, session_id, actor="ben", now=NIGHT)
    assert (theirs.actor, theirs.is_mine) == ("ana", False)
    with pytest.raises(RefusedByPolicy, match="only a lead"):
        work_on(workspace, session_id, actor="ben", now=NIGHT, take_over=True)
    assert work_on(workspace, session_id, actor="lea", now=NIGHT, take_over=True, is_lead=True).is_mine
    (entry,) = workspace.ledger.under("lease taken over", session_id)
    assert "ana" not in entry[1] and "lea" not in entry[1], "the ledger holds marks"
    give_back(workspace, session_id, actor="ana")
    assert running_leases(workspace, now=NIGHT)[session_id].actor == "lea", "nobody gives back what is another's"
    give_back(workspace, session_id, actor="lea")
    assert running_leases(workspace, now=NIGHT) == {}


def test_the_shell_takes_leases_and_shows_who_has_what(workspace: Workspace) -> None:
    session_id = session_id_of(workspace)

    def run(*arguments: str, keys: str = "") -> str:
        with that_night():
            done = CliRunner().invoke(main, [*arguments, "-w", str(workspace.root)], input=keys)
        assert done.exit_code == 0, done.output
        return done.output

    with that_night():
        work_on(workspace, session_id, actor="ana", now=common.now())
    assert "ana reviews this session until" in run("review", "interactive", session_id, "--by", "ben", keys="q\n")
    listed = {row["session_id"]: row["leased_to"] for row in json.loads(run("review", "list", "--json"))}
    assert listed[session_id].startswith("ana until") and listed["2026-11-18-more"] == ""
    assert "reviewed by ana until" in run("status")
    assert "2026-11-18-more" in run("review", "interactive", "--by", "ben", keys="q\n"), "not what ana has"
    assert "decided 1" in run("review", "interactive", session_id, "--by", "ana", keys="a\nq\n")
    assert json.loads(run("review", "list", "--json"))[0]["leased_to"] == "", "whoever stops gives it back"
