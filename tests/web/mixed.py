"""A workspace with a session in mixed sound, its voices told apart by hand."""

from __future__ import annotations

from pathlib import Path

from pipeline import diarization, ingest
from pipeline.consent.answers.importer import import_answers
from pipeline.records import Diarization, Interval, Session, VoiceTurn
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry
from tests.clock import now
from tests.web.making import FORM, SAMPLES, SETTINGS

FOLDER = SAMPLES / "sessions" / "2026-11-18-d-refused-mixed"
OPEN = SAMPLES / "sessions" / "2026-11-18-b-halcyon-freight-mixed"
REFUSER, PETER, HANNAH = "p3", "p2", "p1"
TURNS = ((0.5, 10.0, 1), (10.0, 20.0, 2), (20.2, 30.0, 3), (30.0, 40.0, 1))
TOLD = Diarization(
    version=diarization.VERSION,
    turns=tuple(VoiceTurn(start_s=start, end_s=end, cluster=cluster) for start, end, cluster in TURNS),
    overlaps=(Interval(start_s=35.0, end_s=36.0),),
    speech_s=39.0,
)


def make_mixed(root: Path, folder: Path = FOLDER) -> Workspace:
    """The workspace, in a new folder; in another session's ``folder`` than the usual one nobody refused."""
    workspace = Workspace.create(root, SETTINGS)
    import_answers(SAMPLES / "consent.csv", FORM, workspace=workspace, now=now())
    session = ingest.ingest(folder, workspace=workspace)
    assert isinstance(session, Session)
    Registry(workspace.db).take(folder, "0", session)
    voices.put(workspace.stages, session, TOLD)
    return workspace
