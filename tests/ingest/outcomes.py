"""What came of a folder: the session that it is, or why it is none."""

from __future__ import annotations

from pathlib import Path

from pipeline.ingest import ingest
from pipeline.ingest.attendance.model import AttendanceReport
from pipeline.records import Refused, Session
from pipeline.store import Workspace


def taken(path: Path, workspace: Workspace) -> Session:
    session = ingest(path, workspace=workspace)
    assert isinstance(session, Session), session
    return session


def refused(path: Path, workspace: Workspace) -> str:
    result = ingest(path, workspace=workspace)
    assert isinstance(result, Refused), result
    assert result.action
    return result.reason


def known(report: AttendanceReport | None) -> AttendanceReport:
    """The report of a text that is one, in whichever form."""
    assert report is not None
    return report
