"""A session that is published is done for the operator only when nothing in it is undecided."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.records import SessionResult, Verdict
from pipeline.reports.morning_report import MorningReport, gather
from pipeline.review.decision_log import decide
from pipeline.review.queue import proposals_of
from pipeline.store import Workspace
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow.review_actions import list_sessions
from tests.clock import now
from tests.web.conftest import analysed
from tests.web.making import session_id_of

__all__ = ["analysed"]


@pytest.fixture
def workspace(analysed: Path, tmp_path: Path) -> Workspace:
    """One session, as a night leaves it that published all it may."""
    workspace = Workspace.open(shutil.copytree(analysed, tmp_path / "ws"))
    session_id = session_id_of(workspace)
    count = len(proposals_of(workspace, session_id))
    result = SessionResult(
        session_id=session_id,
        status="done",
        reason="all permitted renditions are published",
        action="",
        detail={"proposals": count, "undecided": count},
    )
    Registry(workspace.db).conclude(SessionState(state_key="k", valid_until=9e9, attempts=1, result=result))
    return workspace


def report(workspace: Workspace) -> MorningReport:
    return gather(workspace, now=now())


def redact(workspace: Workspace, count: int, verdict: Verdict = Verdict.REDACT) -> None:
    session_id = session_id_of(workspace)
    ids = [each.proposal_id for each in proposals_of(workspace, session_id)][:count]
    decide(workspace.db, session_id, ids, verdict=verdict, actor="ana", reason="theirs")


@pytest.mark.parametrize("decided", [0, 1, 2])
def test_status_and_review_list_count_the_same(workspace: Workspace, decided: int) -> None:
    redact(workspace, decided)
    (line,), (listed,) = report(workspace).lines, list_sessions(workspace, now=now())
    assert line.undecided == listed.undecided > 0
    assert line.shown_status == "to review"
    assert f"{listed.undecided} proposals are undecided and redacted" in line.reason
    assert line.action.startswith(f"`offrecord review interactive {line.id}`")
    shown = CliRunner().invoke(main, ["status", "--workspace", str(workspace.root)]).output
    assert f"1 to review (published; {listed.undecided} proposals undecided and redacted)" in shown
    assert "done" not in shown


def test_done_is_when_all_is_decided_and_no_more_when_that_is_undone(workspace: Workspace) -> None:
    redact(workspace, 99)
    assert report(workspace).shown_counts == {"done": 1}
    redact(workspace, 1, Verdict.OPEN)
    (line,) = report(workspace).lines
    assert (line.shown_status, line.undecided) == ("to review", 1)
    assert "1 proposal is undecided and redacted" in line.reason
