"""Whoever only reads consent leaves decisions, deliveries and the heads of all chains as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import consent
from pipeline.cli import main
from pipeline.consent.evaluation.explain import explain
from pipeline.embeddings import encoder_name
from pipeline.records import Audience, Ruling, Session, SessionResult, Tag
from pipeline.store import Workspace
from pipeline.store.chains import Head, chained_tables, head_of
from pipeline.store.database import reading
from pipeline.store.registry import Registry, SessionState
from pipeline.store.tables.runs import ledger
from pipeline.workflow import tagging
from pipeline.workflow.request_report import gather
from pipeline.workflow.tagging import TaggedSession
from tests.consent.conftest import ALL_NO, NOW, Files, person, row, session


@pytest.fixture
def published(workspace: Workspace, file_answers: Files, tmp_path: Path) -> Session:
    """A session whose internal rendition is out, and of which consent has changed since it was last ruled."""
    file_answers(row("ana@a.example"), row("bo@b.example"))
    meeting = session(person(1, "ana@a.example"), person(2, "bo@b.example"))
    Registry(workspace.db).take(tmp_path / "inbox", "f", meeting)
    file_answers(row("bo@b.example", ALL_NO, at="2026-11-11 09:00:00"))
    folder = f"{meeting.session_id}/{Audience.INTERNAL}"
    (workspace.out / folder).mkdir(parents=True)
    result = SessionResult(
        session_id=meeting.session_id, status="done", reason="", action="", renditions=(folder,), detail={}
    )
    Registry(workspace.db).conclude(SessionState(state_key="k", valid_until=0.0, attempts=1, result=result))
    tag = Tag(label="request", score=1.0, area="x", start_s=0.0, end_s=1.0, quote="a wish", participant_id="p1")
    vectors = tagging._packed_vectors((tag,))
    kept = TaggedSession(made_with="", tags=(tag,), encoder=encoder_name(), vectors=vectors)
    workspace.stages.put("tags", tagging.tags_key(meeting.session_id), kept)
    return meeting


def heads(workspace: Workspace) -> dict[str, Head]:
    """The last entry of every chain of the consent store."""
    with reading(workspace.db) as connection:
        return {table.name: head_of(connection, table) for table in chained_tables() if table is not ledger}


READERS: dict[str, Callable[[Workspace, Session], object]] = {
    "current ruling": lambda workspace, found: consent.current_ruling(found, workspace=workspace, now=NOW),
    "requests": lambda workspace, found: gather(workspace, now=NOW),
    "explain": lambda workspace, found: explain(found, workspace=workspace, now=NOW),
    "status": lambda workspace, found: CliRunner().invoke(main, ["status", "--workspace", str(workspace.root)]),
    "show": lambda workspace, found: CliRunner().invoke(
        main, ["consent", "show", found.session_id, "--workspace", str(workspace.root)]
    ),
    "export": lambda workspace, found: CliRunner().invoke(
        main, ["export", "requests", "--format", "csv", "--workspace", str(workspace.root)]
    ),
    "vcon": lambda workspace, found: CliRunner().invoke(
        main, ["export", "vcon", found.session_id, "--audience", "internal", "--workspace", str(workspace.root)]
    ),
}


@pytest.mark.parametrize("reader", READERS)
def test_reading_consent_writes_no_decision(reader: str, workspace: Workspace, published: Session) -> None:
    before = heads(workspace)
    READERS[reader](workspace, published)
    assert heads(workspace) == before


def test_the_reading_decides_as_the_recorded_ruling_does(workspace: Workspace, published: Session) -> None:
    current = consent.current_ruling(published, workspace=workspace, now=NOW)
    recorded = consent.rule(published, workspace=workspace, now=NOW)
    assert isinstance(current, Ruling) and isinstance(recorded, Ruling)
    assert (current.cells, current.log_head, current.valid_until) == (
        recorded.cells,
        recorded.log_head,
        recorded.valid_until,
    )
