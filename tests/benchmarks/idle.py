"""Wall time of a second, idle run over a thousand finished sessions, beyond its start-up."""

from __future__ import annotations

import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline import ingest
from pipeline.records import Session, SessionResult, Tag
from pipeline.store import Workspace
from pipeline.store.registry import Registry, SessionState
from pipeline.workflow.state_key import state_keys
from pipeline.workflow.tagging import TaggedSession, tags_key
from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import prepared

SESSIONS = 1000
RUNS = 5
REQUEST = Tag(
    label="request", score=0.9, area="other", quote="can you add it", start_s=1.0, end_s=2.0, participant_id="p1"
)


def measure(folder: Path) -> list[str]:
    """An empty workspace against one with a thousand finished sessions and their thousand folders."""
    empty, full = prepared(folder / "empty"), prepared(folder / "full")
    (folder / "none").mkdir()
    _fill(full, folder)
    timed("run", folder / "inbox", "--workspace", full)
    start_s = statistics.median(timed("run", folder / "none", "--workspace", empty).wall_s for _ in range(RUNS))
    idle_s = statistics.median(timed("run", folder / "inbox", "--workspace", full).wall_s for _ in range(RUNS))
    beyond = f"{idle_s - start_s:.2f} s beyond it (goal 1.00)"
    return [f"{SESSIONS} finished sessions {idle_s:.2f} s, empty workspace {start_s:.2f} s, {beyond}"]


def _fill(root: Path, folder: Path) -> None:
    """A thousand folders of an inbox, each a finished session of the workspace."""
    workspace = Workspace.open(root)
    meeting = ingest.ingest(session_folder(folder / "one", "one", repeats=1, pause_s=0.0), workspace=workspace)
    assert isinstance(meeting, Session), meeting
    registry, now = Registry(workspace.db), datetime.now(UTC)
    for number in range(SESSIONS):
        place = folder / "inbox" / f"session-{number:04}"
        place.mkdir(parents=True)
        (place / "session.toml").write_text("title = 'x'\n")
        (place / "recording.m4a").write_bytes(b"x" * 100)
        digest = f"{number:064x}"
        session = replace(meeting, session_id=f"2026-11-18-{number:08x}", source_digest=digest)
        registry.take(place, ingest.fingerprint(place), session)
    keys = state_keys(workspace, registry, on=now.date())
    until = (now + timedelta(hours=20)).timestamp()
    for session_id, key in keys.items():
        result = SessionResult(
            session_id=session_id,
            status="done",
            reason="nothing may be published",
            action="",
            renditions=(),  # one that is not in out/ would make its session due
        )
        kept = TaggedSession(made_with="", tags=(REQUEST,), encoder="tfidf", vectors=("",))
        workspace.stages.put("tags", tags_key(session_id), kept)
        state = SessionState(state_key=key, valid_until=until, attempts=1, ruled_at=now.timestamp(), result=result)
        registry.conclude(state)
