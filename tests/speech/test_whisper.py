"""Recognition with Whisper: what is asked of faster-whisper, and the real engine with this project's tiny model."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import speech
from pipeline.errors import ConfigurationError
from pipeline.records import Context, KnownPerson, Outcome, Transcript
from pipeline.settings import SpeechSettings
from pipeline.speech import models
from pipeline.speech.audio_types import RATE, AudioChunk, Span
from pipeline.speech.engines import whisper
from tests.speech.conftest import Shelf, chunk_of, ruling_of, session_of, sound, track_of

TINY = "tiny-whisper"
FIXTURE = Path(__file__).parents[2] / "models" / TINY / "fixture"


@dataclass
class KeywordPronunciation:
    word: str
    start: float
    end: float
    probability: float = 0.9


@dataclass
class Segment:
    start: float
    end: float
    words: list[KeywordPronunciation]
    text: str = ""


class Recorded:
    """Stands in for faster-whisper's pipeline and keeps what it was asked."""

    def __init__(self, *segments: Segment) -> None:
        self.segments = segments
        self.asked: dict[str, Any] = {}

    def transcribe(self, samples: np.ndarray, **asked: Any) -> tuple[Any, None]:
        self.asked = asked
        return iter(self.segments), None


@pytest.fixture
def model_folder(tmp_path: Path) -> Path:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    return tmp_path


def recogniser(folder: Path, engine: Recorded, monkeypatch: pytest.MonkeyPatch) -> whisper.WhisperRecogniser:
    monkeypatch.setattr(whisper, "_load", lambda *_: engine)
    settings = SpeechSettings(engine="whisper", model=str(folder), batch_size=3)
    return whisper.WhisperRecogniser(settings, ["Priya Raman", "Halcyon"])


def test_clips_hot_words_and_batches_are_asked_for(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Recorded(
        Segment(
            1.0,
            2.0,
            [
                KeywordPronunciation(" Hello,", 0.9, 1.4),
                KeywordPronunciation(" you", 1.4, 2.6),
                KeywordPronunciation(" ", 2.0, 2.1),
            ],
        )
    )
    chunk = AudioChunk(np.zeros(5 * RATE, np.float32), 100.0, (), (Span(101.0, 102.0), Span(103.0, 104.5)))
    words = recogniser(model_folder, engine, monkeypatch).recognise(chunk).words
    assert engine.asked["clip_timestamps"] == [{"start": 1.0, "end": 2.0}, {"start": 3.0, "end": 4.5}]
    assert engine.asked["hotwords"] == "Priya Raman, Halcyon"
    assert engine.asked["batch_size"] == 3
    assert engine.asked["word_timestamps"] is True
    assert [(word.text, word.span) for word in words] == [
        ("Hello,", Span(101.0, pytest.approx(101.4))),
        ("you", Span(pytest.approx(101.4), 102.0)),
    ]


def test_a_text_without_words_is_spread_over_its_clip_in_doubt(
    model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Recorded(Segment(1.0, 2.0, [], text=" from Halcyon Freight"))
    chunk = AudioChunk(np.zeros(5 * RATE, np.float32), 100.0, (), (Span(101.0, 103.0),))
    words = recogniser(model_folder, engine, monkeypatch).recognise(chunk).words
    assert [word.text for word in words] == ["from", "Halcyon", "Freight"]
    assert (words[0].span.start_s, words[-1].span.end_s) == (101.0, pytest.approx(103.0))
    assert all(word.time_uncertainty_s >= 0.5 for word in words)


def test_nothing_is_asked_where_nobody_speaks(model_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Recorded()
    assert (
        recogniser(model_folder, engine, monkeypatch).recognise(AudioChunk(np.zeros(9, np.float32), 0.0, (), ())).words
        == ()
    )
    assert engine.asked == {}


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json"])
def test_a_model_that_is_not_whole_is_refused_before_anything_could_fetch_the_rest(
    model_folder: Path, name: str
) -> None:
    (model_folder / name).unlink()
    with pytest.raises(ConfigurationError, match=f"has no {name}"):
        whisper.locate(str(model_folder))


def test_a_model_that_cannot_be_loaded_says_what_to_do(model_folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be loaded on cpu"):
        whisper.WhisperRecogniser(SpeechSettings(engine="whisper", model=str(model_folder)))


def test_another_model_has_another_version(model_folder: Path) -> None:
    before = whisper.locate(str(model_folder)).version
    (model_folder / "model.bin").write_text("{ }")
    assert whisper.locate(str(model_folder)).version != before


@pytest.fixture(scope="module")
def tiny() -> whisper.WhisperRecogniser:
    return whisper.WhisperRecogniser(SpeechSettings(engine="whisper", model=TINY))


def fixture_clips() -> list[dict[str, Any]]:
    return json.loads((FIXTURE / "fixture.json").read_text("utf-8"))


def plain(text: str) -> list[str]:
    return [word.strip(".,?!").lower() for word in text.split()]


def test_the_real_engine_hears_what_was_said_and_when(tiny: whisper.WhisperRecogniser) -> None:
    exact = 0
    for clip in fixture_clips():
        words = tiny.recognise(chunk_of(sound(FIXTURE / clip["file"]))).words
        exact += [plain(word.text)[0] for word in words] == plain(clip["text"])
        for word, true in zip(words[1:], clip["words"][1:], strict=False):
            assert abs(word.span.start_s - true["start_s"]) < 0.5
    assert exact >= len(fixture_clips()) - 1


def test_the_real_engine_hears_clips_in_a_batch_as_it_does_alone(tiny: whisper.WhisperRecogniser) -> None:
    clips = fixture_clips()[:3]
    pause = np.zeros(2 * RATE, np.float32)
    chunk = chunk_of(np.concatenate([part for clip in clips for part in (sound(FIXTURE / clip["file"]), pause)]))
    assert len(chunk.clips) == len(clips)
    words = [plain(word.text)[0] for word in tiny.recognise(chunk).words]
    expected = [word for clip in clips for word in plain(clip["text"])]
    assert sum(word in expected for word in words) >= 0.9 * len(expected)


def test_hot_words_reach_the_real_engine(tiny: whisper.WhisperRecogniser) -> None:
    with_names = whisper.WhisperRecogniser(SpeechSettings(engine="whisper", model=TINY), ["Priya Raman"])
    clip = fixture_clips()[0]
    words = with_names.recognise(chunk_of(sound(FIXTURE / clip["file"]))).words
    assert {"priya", "raman"} <= {plain(word.text)[0] for word in words}
    assert tiny.version == with_names.version


def test_the_stage_works_with_the_real_engine() -> None:
    clip = fixture_clips()[0]
    session, ruling = session_of(track_of(FIXTURE / clip["file"])), ruling_of(Outcome.PROCEED)
    context = Context(participants=(KnownPerson(name="Priya Raman"),))
    settings = SpeechSettings(engine="whisper", model=TINY)
    heard = speech.transcribe(session, ruling, context, vault=Shelf(), settings=settings)
    assert isinstance(heard, Transcript)
    assert plain(" ".join(word.text for word in heard.words)) == plain(clip["text"])
    found = speech.search(session, ruling, heard, context, vault=Shelf(), settings=settings)
    assert "Priya Raman" in {term.term for term in found}
    assert heard.engine.startswith("whisper tiny-whisper")


def test_the_real_engine_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*args: object, **kwargs: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    heard = whisper.WhisperRecogniser(SpeechSettings(engine="whisper", model=TINY))
    assert heard.version.startswith("whisper tiny-whisper")
    assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert models.state(models.find(TINY)).state == "present"
