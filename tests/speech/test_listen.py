"""Listening again to what was rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.speech import listen
from pipeline.speech.heard import RATE
from tests.speech.conftest import introduced, sound, write_wav

TERMS = ("Priya Raman", "Halcyon Freight", "Halcyon", "Project Falcon", "Berg", "Northwind Traders")


def test_what_is_still_said_is_heard_again(introduction: Path) -> None:
    heard = listen(introduction, TERMS)
    assert heard is not None
    assert {"Priya Raman", "Halcyon Freight"} <= {term.term for term in heard}
    assert {term.term for term in heard} <= {"Priya Raman", "Halcyon Freight", "Halcyon"}
    assert {term.track_id for term in heard} == {"0"}
    said = next(word for word in introduced() if word.text == "Halcyon")
    assert next(t for t in heard if t.term == "Halcyon Freight").start_s == pytest.approx(said.start_s, abs=0.2)


def test_what_was_silenced_is_not_heard(introduction: Path, tmp_path: Path) -> None:
    samples = sound(introduction).copy()
    for word in introduced():
        if word.text in {"Priya", "Raman", "Halcyon", "Freight"}:
            samples[round((word.start_s - 0.08) * RATE) : round((word.end_s + 0.08) * RATE)] = 0.0
    write_wav(tmp_path / "redacted.wav", samples)
    assert listen(tmp_path / "redacted.wav", TERMS) == []


def test_terms_too_short_to_listen_for_are_left_out(introduction: Path) -> None:
    assert listen(introduction, ["Hi", "Lee"]) == []
    assert listen(introduction, []) == []
