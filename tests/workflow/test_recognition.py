"""Captions that are moved to where they were heard change what is cut out, and not what consent decided."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import consent
from pipeline.records import Context, Held, Outcome, Purpose, Ruling, Track
from pipeline.speech import CueTime
from pipeline.store import Workspace
from pipeline.workflow import recognition
from pipeline.workflow.recognition import recognised, with_caption_times
from pipeline.workflow.results import holds_until
from pipeline.workflow.session_context import SessionContext
from tests.consent.conftest import NOW, Files, row, session
from tests.consent.conftest import file_answers as file_answers
from tests.consent.conftest import workspace as workspace
from tests.consent.evaluation.test_announcement import ELSEWHERE, GUEST, STAFF, file_wording, said
from tests.speech.conftest import ruling_of
from tests.speech.test_caption_timing import captioned, heard, talk


def test_a_notice_in_captions_that_were_moved_is_the_notice_of_the_ruling(
    workspace: Workspace, file_answers: Files, tmp_path: Path
) -> None:
    file_answers(row("ana@a.example"), form=ELSEWHERE)
    file_wording(workspace, tmp_path)
    mixed = Track(track_id="m", participant_id=None, digest="d" * 64, stream=0, duration_s=3600.0)
    found = session(STAFF, GUEST, mixed=("p1", "p2"), captions=(said(at_s=4.0),))
    found = consent.working_session(replace(found, tracks=(mixed,)), workspace=workspace)
    ruling = consent.rule(found, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling)
    context = SessionContext(session=found, workspace=workspace, ruling=ruling, known=Context(), now=NOW)
    timed = with_caption_times(context, (CueTime(start_s=1.0, end_s=5.0, time_uncertainty_s=0.3),))
    assert [cue.end_s for cue in timed.session.captions] == [5.0]
    timed.put("speech", "key", "words", purpose=Purpose.TRANSCRIBE)
    assert workspace.stages.get("speech", "key", str) == "words"
    assert timed.decided == found and holds_until(timed.decided, workspace, now=NOW)


def put(context: SessionContext, stage: str, key: str, value: object, kind: Any = None, *, purpose: Purpose) -> None:
    context.workspace.stages.put(stage, key, value, kind)


@pytest.mark.parametrize(
    ("other", "purpose", "wanted", "is_held"),
    [
        (Outcome.MINUS, Purpose.TRANSCRIBE, (), True),
        (Outcome.PROCEED, Purpose.TRANSCRIBE, (), False),
        (Outcome.MINUS, Purpose.INTERNAL_SHARE, (), True),
        (Outcome.MINUS, Purpose.PUBLIC_RECORDING, (Purpose.PUBLIC_RECORDING,), True),
        (Outcome.MINUS, Purpose.PUBLIC_RECORDING, (), False),
        (Outcome.MINUS, Purpose.ML_TRAINING, (), False),
    ],
)
def test_captions_of_another_talk_hold_where_somebody_is_cut_out_by_them(
    other: Outcome,
    purpose: Purpose,
    wanted: tuple[Purpose, ...],
    is_held: bool,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twice: the second time from what was kept of the first."""
    monkeypatch.setattr(recognition, "_transcribed", lambda _: heard(talk(60, seed=2)))
    monkeypatch.setattr(recognition, "_keyword_hits", lambda *_: ())
    monkeypatch.setattr(SessionContext, "put", put)  # consent is decided by hand here
    theirs = replace(captioned(talk(60, seed=1), lambda _: 0.0), purposes=wanted)
    ruling = ruling_of(Outcome.PROCEED, Outcome.PROCEED)
    about_it = [replace(cell, purpose=purpose) for cell in ruling_of(Outcome.PROCEED, other).cells]
    ruling = replace(ruling, cells=(*ruling.cells, *about_it))
    context = SessionContext(session=theirs, workspace=workspace, ruling=ruling, known=Context(), now=NOW)
    for _ in range(2):
        result = recognised(context)
        assert isinstance(result, Held) == is_held
        assert not isinstance(result, Held) or "captions of this recording" in result.action
