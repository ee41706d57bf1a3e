"""Somebody in mixed sound without captions said no: a person names the voices by ear, and she is taken out, proved."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pipeline import ingest, media, run, spans
from pipeline.consent.answers.importer import import_answers
from pipeline.records import Session
from pipeline.store import Workspace, voices
from pipeline.store.registry import Registry
from pipeline.workflow.voice_count import is_available
from pipeline.workflow.voices import list_voices, name_voice
from tests.clock import NIGHT as NOW
from tests.end_to_end.conftest import HAS_MODEL, SAMPLES, SESSIONS, SPHINX, TRUTHS, Truth
from tests.end_to_end.test_night import SILENCE, SOUND, plain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not is_available(), reason="the model of voices is not here: make setup pulls it"),
]

FOLDER = "2026-11-18-d-refused-mixed"
PEOPLE = {"Hannah Berg": "p1", "Peter Morgan": "p2", "Rachel Hayes": "p3"}
REFUSER = "Rachel Hayes"
RATE = 16_000


@dataclass(frozen=True)
class Made:
    """What a run made of the session before and after its voices were named."""

    before: str
    after: str
    out: Path
    workspace: Workspace


@pytest.fixture(scope="module")
def truth() -> Truth:
    return next(truth for truth in TRUTHS if truth.folder == FOLDER)


def words_of(truth: Truth, who: str) -> list[dict[str, object]]:
    return [word for word in truth.body["words"] if word["participant"] == who]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, truth: Truth) -> Made:
    root = tmp_path_factory.mktemp("voices") / "ws"
    workspace = Workspace.create(root, "" if HAS_MODEL else SPHINX)
    shutil.copy(SAMPLES / "terms.toml", root / "terms.toml")
    import_answers(SAMPLES / "consent.csv", SAMPLES / "consent-form.toml", workspace=workspace, now=NOW)
    session = ingest.ingest(SESSIONS / FOLDER, workspace=workspace)
    assert isinstance(session, Session), session
    Registry(workspace.db).take(SESSIONS / FOLDER, "0", session)
    before = run.process(session, workspace, now=NOW).result
    for line in list_voices(workspace, session.session_id, now=NOW):
        told = voices.stored(workspace.stages, session)
        assert told is not None
        own = spans.times(told.of(line.cluster))

        def shared_s(who: str, own: list[tuple[float, float]] = own) -> float:
            words = [(float(str(word["start_s"])), float(str(word["end_s"]))) for word in words_of(truth, who)]
            return spans.total(spans.intersect(words, own))

        participant = PEOPLE[max(PEOPLE, key=shared_s)]
        name_voice(workspace, session.session_id, line.cluster, participant, actor="ann", reason="by ear", now=NOW)
    after = run.process(session, workspace, now=NOW).result
    out = workspace.out / session.session_id / "internal"
    return Made(f"{before.status}: {before.reason}", f"{after.status}: {after.reason}", out, workspace)


def test_it_is_held_until_a_person_named_the_voices(made: Made) -> None:
    assert made.before.startswith("held") and "cannot be removed cleanly" in made.before
    assert made.after == "done: all permitted renditions are published, without p3"


def test_none_of_her_words_can_be_heard_and_most_of_the_others_can(made: Made, truth: Truth) -> None:
    (path,) = [each for each in made.out.iterdir() if each.suffix in SOUND]
    sound = np.concatenate([block[:, 0] for block in media.decode(path, stream=0, rate=RATE, channels=1)])

    def is_loud(word: dict[str, object]) -> bool:
        start_s, end_s = float(str(word["start_s"])), float(str(word["end_s"]))
        return bool(np.abs(sound[int(start_s * RATE) : int(end_s * RATE)]).max(initial=0) > SILENCE)

    assert not [word["text"] for word in words_of(truth, REFUSER) if is_loud(word)]
    others = [is_loud(word) for who in PEOPLE if who != REFUSER for word in words_of(truth, who)]
    assert sum(others) / len(others) > 0.75


def test_her_words_are_in_no_text_and_of_her_voice_only_turns_are_stored(made: Made, truth: Truth) -> None:
    said = plain(" ".join(str(word["text"]) for word in words_of(truth, REFUSER))).split()
    others = plain(" ".join(str(word["text"]) for who in PEOPLE if who != REFUSER for word in words_of(truth, who)))
    runs = {" ".join(said[at : at + 3]) for at in range(len(said) - 2)}
    runs = {each for each in runs if f" {each} " not in others}
    assert len(runs) > 5
    texts = [path.read_text("utf-8") for path in made.out.iterdir() if path.suffix not in SOUND]
    stages = made.workspace.stages
    texts += [stages.opened(path).decode() for path in stages.files()]
    shown = plain(" ".join(texts))
    assert [each for each in runs if f" {each} " in shown] == []
    (kept,) = (stages.opened(path) for path in stages.files() if path.parent.name == voices.STAGE)
    assert len(kept) < 2000 and set(kept.decode()) <= set('abcdefghijklmnopqrstuvwxyz_"{}[]:,.0123456789')
