"""What a night pays for the names of all its sessions, when it asks for them once a session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.records import Participant
from pipeline.store import Workspace
from pipeline.store.codec import encode
from pipeline.store.tables.runs import session as sessions
from tests.store.making import session

SIZES = (100, 1_000, 10_000)
PEOPLE = 4


def measure(folder: Path) -> Iterator[str]:
    """Seconds of the processor at every size, in all and for each session."""
    for count in SIZES:
        workspace = Workspace.create(folder / str(count))
        _fill(workspace, count)
        began = time.process_time()
        names = [len(workspace.listed().elsewhere) for _ in range(count)][-1]
        taken_s = time.process_time() - began
        yield f"{count} sessions with {names} names: {taken_s:.2f} s in all, {1000 * taken_s / count:.2f} ms for each"


def _fill(workspace: Workspace, count: int) -> None:
    """Sessions of four people each, all of other companies."""
    rows = []
    for number in range(count):
        people = tuple(
            Participant(participant_id=f"p{each}", name=f"Ann{number} Lee{each}", company=f"Company {number} {each}")
            for each in range(1, PEOPLE + 1)
        )
        arrived = replace(session(), session_id=f"2026-11-18-{number:08x}", source_digest=f"{number:064x}")
        arrived = replace(arrived, participants=people)
        rows.append(
            {
                "session_id": arrived.session_id,
                "source_digest": arrived.source_digest,
                "started_at": arrived.started_at.isoformat(),
                "ingested_at": arrived.started_at.isoformat(),
                "body": encode(arrived).decode(),
            }
        )
    with workspace.db.begin() as connection:
        connection.execute(sessions.insert(), rows)
