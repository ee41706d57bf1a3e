"""Somebody takes everything back after a session in mixed sound: late captions say where their voice is."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline import ingest, media, run
from pipeline.consent import rule
from pipeline.consent.answers.importer import import_answers
from pipeline.consent.staff.withdraw import withdraw
from pipeline.records import Outcome, Purpose, Ruling, Session
from pipeline.store import Workspace
from tests.end_to_end.conftest import HAS_MODEL, SAMPLES, SESSIONS, SPHINX, TRUTHS, Truth
from tests.end_to_end.test_night import SILENCE, SOUND, plain

pytestmark = pytest.mark.slow

FOLDER = "2026-11-18-b-halcyon-freight-mixed"
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
NAME, EMAIL, WHO = "Tomasz Nowak", "tomasz.nowak@northwind.example", "p3"
RATE = 16_000
LATE_S = 2.5
TIME = re.compile(r"00:(?P<minutes>\d\d):(?P<seconds>\d\d\.\d{3})")


@dataclass(frozen=True)
class Made:
    """The session, what was ruled of it, and its internal rendition."""

    ruling: Ruling
    out: Path
    workspace: Workspace


@pytest.fixture(scope="module")
def truth() -> Truth:
    return next(truth for truth in TRUTHS if truth.folder == FOLDER)


def late_captions(inbox: Path) -> Path:
    """The sample with captions that are shown later than they were said, as platforms do."""
    folder = Path(shutil.copytree(SESSIONS / FOLDER, inbox / FOLDER))
    captions = folder / "captions.vtt"
    captions.write_text(TIME.sub(_later, captions.read_text("utf-8")), "utf-8")
    return folder


def _later(time: re.Match[str]) -> str:
    at_s = 60 * int(time["minutes"]) + float(time["seconds"]) + LATE_S
    return f"00:{int(at_s // 60):02}:{at_s % 60:06.3f}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    root = tmp_path_factory.mktemp("mixed") / "ws"
    Workspace.create(root)
    (root / "offrecord.toml").write_text("[run]\nstable_for_s = 0\n" + ("" if HAS_MODEL else SPHINX))
    shutil.copy(SAMPLES / "terms.toml", root / "terms.toml")
    workspace = Workspace.open(root)
    import_answers(SAMPLES / "consent.csv", SAMPLES / "consent-form.toml", workspace=workspace, now=NOW)
    session = ingest.ingest(late_captions(tmp_path_factory.mktemp("inbox")), workspace=workspace)
    assert isinstance(session, Session), session
    withdraw(
        EMAIL,
        purposes=tuple(Purpose),
        session_id=None,
        actor="ann",
        reason="by mail",
        workspace=workspace,
        now=NOW,
    )
    ruling = rule(session, workspace=workspace, now=NOW)
    assert isinstance(ruling, Ruling), ruling
    progress = run.process(session, workspace, now=NOW)
    assert progress.result.status == "done", progress.result
    return Made(ruling, workspace.out / session.session_id / "internal", workspace)


def test_the_ruling_takes_them_out_and_closes_nothing(made: Made) -> None:
    for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.INTERNAL_SHARE):
        assert {outcome for _, outcome in made.ruling.spans(purpose, WHO)} == {Outcome.MINUS}
        assert made.ruling.closed_spans(purpose) == ()


def test_none_of_their_words_can_be_heard_and_most_of_the_others_can(made: Made, truth: Truth) -> None:
    (path,) = [path for path in made.out.iterdir() if path.suffix in SOUND]
    sound = np.concatenate([block[:, 0] for block in media.decode(path, stream=0, rate=RATE, channels=1)])

    def is_loud(word: dict[str, float]) -> bool:
        return bool(np.abs(sound[int(word["start_s"] * RATE) : int(word["end_s"] * RATE)]).max(initial=0) > SILENCE)

    words = truth.body["words"]
    assert not [word["text"] for word in words if word["participant"] == NAME and is_loud(word)]
    others = [is_loud(word) for word in words if word["participant"] != NAME]
    # Sphinx hears too few words to measure the captions by: then much of the others goes too.
    assert sum(others) / len(others) > (0.6 if HAS_MODEL else 0.2)


def test_their_words_are_in_no_text_and_in_no_result_of_work(made: Made, truth: Truth) -> None:
    said = plain(" ".join(word["text"] for word in truth.body["words"] if word["participant"] == NAME)).split()
    others = plain(" ".join(word["text"] for word in truth.body["words"] if word["participant"] != NAME))
    runs = {" ".join(said[at : at + 3]) for at in range(len(said) - 2)}
    runs = {one for one in runs if f" {one} " not in others}
    assert len(runs) > 5
    texts = [path.read_text("utf-8") for path in made.out.iterdir() if path.suffix not in SOUND]
    stages = made.workspace.stages
    texts += [stages.opened(path).decode() for path in stages.files()]
    shown = plain(" ".join(texts))
    assert [one for one in runs if f" {one} " in shown] == []
    assert plain(NAME) not in plain(" ".join(texts[: -len(list(stages.files()))]))
