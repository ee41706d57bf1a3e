"""A ruling honoured from plan to files: somebody removed, in part or throughout, and named by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from pipeline import detect
from pipeline.records import (
    ApprovedPlan,
    Audience,
    Cell,
    Context,
    Interval,
    KeywordHit,
    KnownPerson,
    Outcome,
    Purpose,
    Rendition,
    Transcript,
)
from pipeline.render import render
from pipeline.review import propose, review
from pipeline.settings import DetectSettings, RedactSettings
from tests.render.making import LENGTH_S, RATE, Vault, level_db, make_sources, session, sound, word
from tests.review.conftest import HandMadeRuling

SAID = Transcript(
    engine="by hand",
    words=(
        word("hello", 0.1, 0.4),
        word("ask", 0.5, 0.7, track="t2", by="p2"),
        word("Priya", 0.8, 1.1, track="t2", by="p2"),
        word("Raman", 1.1, 1.4, track="t2", by="p2"),
        word("about", 1.8, 2.0, track="t2", by="p2"),
        word("roadmap", 2.2, 2.6),
        word("thanks", 2.3, 2.6, track="t2", by="p2"),
    ),
)
CONTEXT = Context(participants=(KnownPerson(name="Priya Raman"), KnownPerson(name="Sam Lee")))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    folder = tmp_path_factory.mktemp("vault")
    make_sources(folder)
    return Vault(folder)


def nothing(path: Path, terms: Sequence[str], near: object) -> tuple[KeywordHit, ...]:
    return ()


def rendition(vault: Vault, scratch: Path, *priya: tuple[float, float, Outcome]) -> Rendition:
    here = replace(session(video=True), title="Office hours", host=None)
    cells = tuple(
        Cell(
            participant_id=who,
            interval=Interval(start_s=start_s, end_s=end_s),
            purpose=purpose,
            outcome=outcome if purpose is Purpose.INTERNAL_SHARE else Outcome.PROCEED,
            rule_id="U2",
            reason="test",
        )
        for who, spans in (("p1", priya), ("p2", ((0.0, LENGTH_S, Outcome.PROCEED),)))
        for purpose in (Purpose.INTERNAL_SHARE, Purpose.TRANSCRIBE)
        for start_s, end_s, outcome in spans
    )
    ruling = HandMadeRuling(session_id="s1", cells=cells, log_head="0", valid_until=datetime(2030, 1, 1, tzinfo=UTC))
    findings = detect.detect(here, SAID, CONTEXT, settings=DetectSettings())
    plan = review(
        here,
        ruling,
        SAID,
        propose("s1", findings),
        (),
        Audience.INTERNAL,
        settings=RedactSettings(),
        context=CONTEXT,
    )
    assert isinstance(plan, ApprovedPlan), plan
    made = render(vault.sealed(here), plan, SAID, vault=vault, scratch=scratch, listen=nothing, key="k" * 64)
    assert isinstance(made, Rendition), made
    return made


def partial(folder: Path, hertz: int, start_s: float, end_s: float) -> float:
    """How strong one tone is in a stretch of the finished sound."""
    heard = sound(folder / "sound.m4a")[round(start_s * RATE) : round(end_s * RATE), 0]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) / len(heard)
    return float(spectrum[round(hertz * (end_s - start_s))])


def test_removed_throughout_and_named_by_another(vault: Vault, tmp_path: Path) -> None:
    made = rendition(vault, tmp_path, (0.0, LENGTH_S, Outcome.MINUS))
    folder = tmp_path / made.folder
    everything = b"\n".join(path.read_bytes() for path in sorted(folder.iterdir())).lower()
    assert not any(text in everything for text in (b"priya", b"raman", b"hello", b"roadmap"))
    assert b"about" in everything
    assert not (folder / "picture.mp4").exists()
    assert level_db(sound(folder / "sound.m4a")[round(0.85 * RATE) : round(1.35 * RATE)]) < -60
    assert partial(folder, 300, 1.8, 2.8) > 1000 * partial(folder, 1000, 1.8, 2.8)


def test_removed_in_a_part(vault: Vault, tmp_path: Path) -> None:
    made = rendition(vault, tmp_path, (0.0, 2.0, Outcome.PROCEED), (2.0, LENGTH_S, Outcome.MINUS))
    folder = tmp_path / made.folder
    everything = b"\n".join(path.read_bytes() for path in sorted(folder.iterdir())).lower()
    assert not any(text in everything for text in (b"priya", b"raman", b"roadmap"))
    assert all(text in everything for text in (b"hello", b"about", b"thanks"))
    assert not (folder / "picture.mp4").exists()


@pytest.mark.parametrize("outcome", [Outcome.HOLD, Outcome.REFUSE])
def test_closed_in_a_part(vault: Vault, tmp_path: Path, outcome: Outcome) -> None:
    made = rendition(vault, tmp_path, (0.0, 2.0, Outcome.PROCEED), (2.0, LENGTH_S, outcome))
    folder = tmp_path / made.folder
    assert level_db(sound(folder / "sound.m4a")[round(2.05 * RATE) :]) < -60
    assert level_db(sound(folder / "sound.m4a")[: round(0.4 * RATE)]) > -40
    text = (folder / "transcript.txt").read_text("utf-8")
    assert "thanks" not in text
    assert "roadmap" not in text
    assert "thanks" not in (folder / "chat.txt").read_text("utf-8")
    assert not (folder / "picture.mp4").exists()
