"""Clips of the sample sessions with the truth about them, and sessions built by hand around them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import media
from pipeline.models.registry import pulled_home
from pipeline.records import (
    Cell,
    Context,
    Cue,
    Interval,
    KnownPerson,
    Outcome,
    Participant,
    Purpose,
    Ruling,
    Session,
    Term,
    Track,
)
from pipeline.speech.audio_types import RATE, AudioChunk, Samples
from pipeline.speech.chunking import chunks
from pipeline.speech.pronunciation.pronounce import Pronouncer, bundled
from pipeline.speech.vad import VoiceActivity
from pipeline.store.vault import Vault

SAMPLES = Path(__file__).parents[2] / "sample_media"
OWN_TRACKS = "2026-11-18-a-own-tracks"
INTRODUCTION = ["Hi", "this", "is", "Priya", "Raman", "from", "Halcyon", "Freight"]
LEAD_S = 0.7
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandMade(Ruling):
    """A ruling for tests alone."""

    def _made_by_consent(self) -> None: ...


class Shelf(Vault):
    """A vault whose digests are paths."""

    def __init__(self) -> None:
        """Without a folder of its own."""

    def path(self, digest: str) -> Path:
        return Path(digest)


def sound(path: Path, start_s: float = 0.0, end_s: float | None = None) -> Samples:
    blocks = media.decode(path, stream=0, rate=RATE, channels=1, start_s=start_s, end_s=end_s)
    return np.concatenate([block.reshape(-1) for block in blocks])


def chunk_of(samples: Samples) -> AudioChunk:
    (chunk,) = chunks([samples], voice=VoiceActivity())
    return chunk


def truth(folder: str = OWN_TRACKS) -> dict[str, list[dict[str, Any]]]:
    lines: dict[str, list[dict[str, Any]]] = json.loads((SAMPLES / "truth" / f"{folder}.json").read_text("utf-8"))
    return lines


@dataclass(frozen=True, slots=True)
class Spoken:
    """One word that was really said, on its track's clock."""

    text: str
    start_s: float
    end_s: float


def spoken(track: str, folder: str = OWN_TRACKS) -> list[Spoken]:
    said = [word for word in truth(folder)["words"] if word["track"] == track]
    return [Spoken(str(word["text"]), float(word["start_s"]), float(word["end_s"])) for word in said]


def introduced() -> list[Spoken]:
    """The words of the introduction, on the clock of its clip."""
    said = spoken("priya-raman.flac")[: len(INTRODUCTION)]
    begin_s = said[0].start_s - LEAD_S
    return [Spoken(word.text, word.start_s - begin_s, word.end_s - begin_s) for word in said]


def sample(track: str, folder: str = OWN_TRACKS) -> Path:
    return SAMPLES / "sessions" / folder / track


def session_of(*tracks: Track, people: int = 1, captions: tuple[Cue, ...] = ()) -> Session:
    return Session(
        session_id="s1",
        source_digest="0",
        platform="plain",
        title="",
        started_at=NOW,
        host=None,
        recorder_location=None,
        notice_asserted=True,
        purposes=(Purpose.TRANSCRIBE,),
        duration_s=60.0,
        participants=tuple(Participant(participant_id=f"p{i + 1}", name=f"Person {i + 1}") for i in range(people)),
        tracks=tracks,
        captions=captions,
    )


def ruling_of(*outcomes: Outcome, session_id: str = "s1") -> HandMade:
    cells = tuple(
        Cell(
            participant_id=f"p{index + 1}",
            interval=Interval(start_s=0.0, end_s=60.0),
            purpose=Purpose.TRANSCRIBE,
            outcome=outcome,
            rule_id="test",
            reason="test",
        )
        for index, outcome in enumerate(outcomes)
    )
    return HandMade(session_id=session_id, cells=cells, log_head="", valid_until=NOW)


def track_of(path: Path, *, owner: str | None = "p1", number: int = 1, offset_s: float = 0.0) -> Track:
    return Track(
        track_id=f"t{number}", participant_id=owner, digest=str(path), stream=0, duration_s=60.0, offset_s=offset_s
    )


@pytest.fixture(scope="session")
def pronouncer() -> Pronouncer:
    return bundled()


@pytest.fixture(scope="session")
def whisper_model() -> str:
    """Whisper base, which ``make setup`` pulls; what needs no model has tests of its own."""
    named = os.environ.get("OFFRECORD_TEST_WHISPER", "")
    folder = Path(named) if named else pulled_home() / "whisper-base"
    if not (folder / "model.bin").is_file():
        pytest.skip("whisper-base is not on this machine: run `offrecord models pull whisper-base`")
    return str(folder)


@pytest.fixture(scope="session")
def context() -> Context:
    return Context(
        participants=(
            KnownPerson(name="Hannah Berg"),
            KnownPerson(name="Priya Raman", company="Halcyon Freight"),
            KnownPerson(name="Tomasz Nowak", company="Northwind Traders"),
        ),
        terms=(Term(text="Project Falcon", kind="product", aliases=("Falcon",)),),
        allow=("Lumen",),
    )


@pytest.fixture(scope="session")
def introduction(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first sentence of a speaker who names herself and her company, as a file of its own."""
    path = tmp_path_factory.mktemp("clips") / "introduction.wav"
    said = spoken("priya-raman.flac")[: len(INTRODUCTION)]
    assert [word.text for word in said] == INTRODUCTION
    write_wav(path, sound(sample("priya-raman.flac"), said[0].start_s - LEAD_S, said[-1].end_s + LEAD_S))
    return path


def write_wav(path: Path, samples: Samples) -> None:
    import wave

    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
