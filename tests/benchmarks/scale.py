"""Processor time of an idle night over 1,000 to 100,000 finished sessions, and of one new session among them."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from pipeline import ingest
from pipeline.records import Session, SessionResult
from pipeline.store import Workspace, outlines, run_clock
from pipeline.store.codec import encode
from pipeline.store.registry import Registry
from pipeline.store.tables.changes import session_words
from pipeline.store.tables.runs import result as result_table
from pipeline.store.tables.runs import session as session_table
from pipeline.workflow.state_key import state_keys
from tests.benchmarks.sessions import session_folder, timed
from tests.end_to_end.conftest import prepared

SIZES = (1_000, 10_000, 100_000)
_RUNS = 3
_AT_ONCE = 5_000
_WORDS = 1_500
"""Different words of an hour of talk."""


def measure(folder: Path) -> Iterator[str]:
    """Rows of the database alone, of people whom every session knows; nothing of them is published.

    In the new session is somebody whom nobody knew, so that every other is asked for the name.
    """
    empty = prepared(folder / "empty")
    (folder / "none").mkdir()
    start_s = statistics.median(timed("run", folder / "none", "--workspace", empty).cpu_s for _ in range(_RUNS))
    one = session_folder(folder / "one", "one", repeats=1, pause_s=0.0)
    before_s = 0.0
    for size in SIZES:
        root = prepared(folder / f"full-{size}")
        filled(root, one, size)
        idle = [timed("run", folder / "none", "--workspace", root) for _ in range(_RUNS)]
        idle_s = statistics.median(night.cpu_s for night in idle)
        new = shutil.copytree(one, folder / f"inbox-{size}" / "new")
        with (new / "session.toml").open("a", encoding="utf-8") as facts:
            facts.write('aliases = ["Tamsin Okafor"]\n')
        night = timed("run", folder / f"inbox-{size}", "--workspace", root)
        megabytes = (root / "offrecord.db").stat().st_size / 1e6
        new_s = night.cpu_s - idle_s
        ratio = f", {new_s / before_s:.2f} times that of {SIZES[0]} (goal 1.30)" if before_s else ""
        before_s = before_s or new_s
        yield (
            f"{size} finished sessions: idle {idle_s - start_s:.2f} s of the processor beyond its start (goal 5.00 for "
            f"100,000), one new session {new_s:.2f} s{ratio}; {idle[-1].peak_mb:.0f} MB, database {megabytes:.0f} MB"
        )
        shutil.rmtree(root)


def filled(root: Path, path: Path, size: int) -> None:
    """Makes so many finished sessions of one session's people, of whom none is published."""
    workspace = Workspace.open(root)
    meeting = ingest.ingest(path, workspace=workspace)
    assert isinstance(meeting, Session)
    now = datetime.now(UTC)
    sessions = [
        replace(meeting, session_id=f"2026-10-{number % 28 + 1:02}-{number:08x}", source_digest=f"{number:064x}")
        for number in range(size)
    ]
    for at in range(0, size, _AT_ONCE):
        with workspace.db.begin() as connection:
            bodies = {each.session_id: encode(each).decode() for each in sessions[at : at + _AT_ONCE]}
            sealed = workspace.records.seal_each(bodies, before={})
            for session in sessions[at : at + _AT_ONCE]:
                times = {"started_at": session.started_at.isoformat(), "ingested_at": now.isoformat()}
                ids = {"session_id": session.session_id, "source_digest": session.source_digest}
                connection.execute(session_table.insert().values(**ids, **times, body=sealed[session.session_id]))
                outlines.put(connection, session, bodies[session.session_id])
    ruled = {"valid_until": run_clock.NEVER_S, "attempts": 1, "ruled_at": now.timestamp()}
    rows = [
        {"session_id": session_id, "state_key": key, **ruled, "body": _finished(session_id)}
        for session_id, key in state_keys(workspace, Registry(workspace.db), on=now.date()).items()
    ]
    words = [f"word{number}" for number in range(_WORDS)]
    for at in range(0, size, _AT_ONCE):
        with workspace.db.begin() as connection:
            connection.execute(result_table.insert(), rows[at : at + _AT_ONCE])
            these = [str(row["session_id"]) for row in rows[at : at + _AT_ONCE]]
            connection.execute(session_words.insert(), [workspace.words.row(each, words) for each in these])
    with workspace.locked():
        pass


def _finished(session_id: str) -> str:
    return encode(
        SessionResult(
            session_id=session_id,
            status="done",
            reason="nothing is asked for",
            action="",
            detail={"duration_s": 8.0, "speech_covered": 1.0, "proposals": 3, "undecided": 0, "requests": 0},
        )
    ).decode()
