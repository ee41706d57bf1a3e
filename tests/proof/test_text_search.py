"""Searching for many terms at once finds what searching for each finds."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.proof import text_search
from pipeline.proof.text_search import SHORTEST, ByteSearch, WordSearch, stretches_of
from pipeline.records import PlannedTerm

words = st.text(alphabet="abc", min_size=1, max_size=5)
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)


def term(text: str, replacement: str = "[x]") -> PlannedTerm:
    return PlannedTerm(text=text, replacement=replacement)


@given(st.lists(phrases, max_size=6), st.lists(words, max_size=20))
def test_every_term_in_a_text_is_found(terms: list[str], text: list[str]) -> None:
    line = " ".join(text)
    expected = {
        wanted for wanted in terms if f" {wanted} " in f" {line} " or (len(wanted) >= SHORTEST and wanted in line)
    }
    assert WordSearch([term(text) for text in terms]).count(line) == len(expected)


@given(st.lists(st.binary(min_size=6, max_size=9).map(bytes.lower), max_size=5), st.binary(max_size=60), st.data())
def test_every_needle_in_a_file_is_found(
    tmp_path_factory: pytest.TempPathFactory, needles: list[bytes], hay: bytes, data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "hay"
    for needle in needles:
        at = data.draw(st.integers(0, len(hay)))
        hay = hay[:at] + needle.upper() + hay[at:]
    path.write_bytes(hay)
    expected = any(needle in hay.lower() for needle in needles)
    assert bool(ByteSearch(needles).places(path)) == expected


def test_a_needle_across_pieces_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_search, "PIECE", 64)
    for at in range(50, 80):
        (tmp_path / "a").write_bytes(b"." * at + b"FALCONSECRET" + b"." * 100)
        assert ByteSearch([b"falconsecret"]).places(tmp_path / "a")
        assert not ByteSearch([b"falconsecrets"]).places(tmp_path / "a")


def test_labels_make_no_term_together(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("[00:00:01] staff 1: ask [person 1] [person 12] about [product 1]\n")
    labels = [term("a", "[person 1]"), term("b", "[person 12]"), term("c", "[product 1]")]
    stretches = [stretch.strip() for stretch in stretches_of(tmp_path / "a.txt", labels)]
    assert [stretch for stretch in stretches if stretch] == [": ask", "about"]
