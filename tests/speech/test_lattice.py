"""What is read out of a lattice."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from pipeline.speech.audio_types import Span
from pipeline.speech.engines.lattice import LatticeArc, arcs, merged_arcs

WRITTEN = """# Lattice
VERSION=1.0
N=5\tL=4
#
I=0\tt=2.00\tW=!SENT_END\tv=1
I=1\tt=1.50\tW=q1\tv=1
I=2\tt=1.00\tW=praying\tv=1
I=3\tt=0.90\tW=q10\tv=1
I=4\tt=0.00\tW=!SENT_START\tv=1
#
J=0\tS=1\tE=0\ta=-10.5\tp=0.25
J=1\tS=2\tE=1\ta=-11.5\tp=0.7
J=2\tS=3\tE=1\ta=-9.5\tp=3.0e-02
J=3\tS=3\tE=0\ta=-9.5\tp=1.5
"""


class Written:
    def write_htk(self, path: str, /) -> None:
        Path(path).write_text(WRITTEN)


def test_the_places_of_tokens_are_read_and_no_other_words() -> None:
    assert arcs(Written(), {"q1", "q10", "q7"}) == [
        LatticeArc("q1", Span(1.5, 2.0), 0.25),
        LatticeArc("q10", Span(0.9, 1.5), 0.03),
        LatticeArc("q10", Span(0.9, 2.0), 1.0),
    ]
    assert arcs(Written(), {"q7"}) == []


def test_nothing_of_it_stays_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert arcs(Written(), {"q1"})
    assert list(tmp_path.iterdir()) == []


def test_chances_of_one_name_in_one_place_are_added() -> None:
    ways = [
        LatticeArc("q0", Span(1.0, 1.6), 0.2),
        LatticeArc("q1", Span(1.1, 1.5), 0.3),
        LatticeArc("q0", Span(4.0, 4.5), 0.9),
        LatticeArc("q2", Span(1.0, 1.5), 0.1),
    ]
    assert merged_arcs(ways, {"q0": "Raman", "q1": "Raman", "q2": "Roman"}) == [
        LatticeArc("Roman", Span(1.0, 1.5), 0.1),
        LatticeArc("Raman", Span(1.1, 1.5), 0.5),
        LatticeArc("Raman", Span(4.0, 4.5), 0.9),
    ]
