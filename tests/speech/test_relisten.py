"""Listening again to what was rendered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipeline import media
from pipeline.settings import SpeechSettings
from pipeline.speech import relisten
from pipeline.speech.audio_types import RATE, HeardWord, Span
from pipeline.speech.keywords.montage import montages
from pipeline.speech.keywords.second_pass import SecondPass, neighbourhoods
from pipeline.speech.pronunciation.pronounce import bundled
from pipeline.speech.vocabulary import Keyword
from tests.speech.conftest import introduced, sound, write_wav

SPHINX = SpeechSettings(engine="sphinx")
TERMS = ("Priya Raman", "Halcyon Freight", "Halcyon", "Project Falcon", "Berg", "Northwind Traders")


def test_what_is_still_said_is_heard_again(introduction: Path) -> None:
    heard = relisten(introduction, TERMS, settings=SPHINX)
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
    assert relisten(tmp_path / "redacted.wav", TERMS, settings=SPHINX) == []


def test_terms_too_short_to_listen_for_are_left_out(introduction: Path) -> None:
    assert relisten(introduction, ["Hi", "Lee"], settings=SPHINX) == []
    assert relisten(introduction, [], settings=SPHINX) == []


def test_what_lies_beside_a_window_is_recognised_again(introduction: Path) -> None:
    said = {word.text: word for word in introduced()}
    window = Span(said["Halcyon"].start_s - 1.5, said["Halcyon"].start_s - 1.0)
    near = neighbourhoods([window], length_s=60.0)
    nearby = SecondPass([Keyword("Halcyon Freight"), Keyword("Northwind Traders"), Keyword("Lee")], bundled(), SPHINX)
    found = list(nearby.search(introduction, 0, near))
    assert {one.text for one in found} == {"Halcyon Freight"}
    assert found[0].span.start_s == pytest.approx(said["Halcyon"].start_s, abs=0.2)
    assert list(nearby.search(introduction, 0, [])) == []


@pytest.mark.parametrize("trim_s", [1.2, 30.0], ids=["several montages", "one"])
def test_whisper_is_the_second_listener_of_its_own_sessions_and_is_told_no_name(
    introduction: Path, whisper_model: str, trim_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = montages
    monkeypatch.setattr("pipeline.speech.keywords.second_pass.montages", lambda places: made(places, most_s=trim_s))
    said, length_s = {word.text: word for word in introduced()}, media.probe(introduction).duration_s
    near = [Span(0.0, 0.5), Span(said["Halcyon"].start_s - 1.0, length_s)]
    settings = SpeechSettings(engine="whisper", model=whisper_model)
    nearby = SecondPass([Keyword("Halcyon Freight"), Keyword("Northwind Traders")], bundled(), settings)
    found = list(nearby.search(introduction, 0, near))
    assert {one.text for one in found} == {"Halcyon Freight"}
    assert found[0].span.start_s == pytest.approx(said["Halcyon"].start_s, abs=0.2)


def test_words_of_a_montage_are_put_back_where_they_were_said() -> None:
    places = [(Span(at_s, at_s + 1.0), np.zeros(RATE, np.float32)) for at_s in (3.0, 10.0, 100.0)]
    (montage,) = montages(places)
    assert [clip.length_s for clip in montage.chunk.clips] == [1.0] * 3
    words = [
        HeardWord(Span(clip.start_s + 0.2, clip.start_s + 0.5), "hello", 0.9, 0.01) for clip in montage.chunk.clips
    ]
    between = montage.chunk.clips[0].end_s
    late = HeardWord(Span(between + 0.1, between + 0.3), "late", 0.9, 0.2)
    back = [[word.span.start_s for word in of_place] for of_place in montage.put_back([*words, late])]
    assert back == [pytest.approx([3.2, 4.1]), [pytest.approx(10.2)], [pytest.approx(100.2)]], "no word is lost"
    assert [len(montage.places) for montage in montages(places, most_s=2.0)] == [2, 1]
    assert [len(montage.places) for montage in montages(places, most_s=0.5)] == [1, 1, 1], "a longer place is alone"
    assert list(montages([])) == []


def test_a_file_is_read_twice_however_many_parts_of_it_are_listened_to(
    introduction: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, decode = list[Path](), media.decode

    def read(
        path: Path, *, stream: int, rate: int, channels: int, end_s: float | None = None
    ) -> Iterator[npt.NDArray[np.float32]]:
        reads.append(path)
        return decode(path, stream=stream, rate=rate, channels=channels, end_s=end_s)

    monkeypatch.setattr(media, "decode", read)
    length_s = media.probe(introduction).duration_s
    parts = [(0.0, 0.5), (1.0, length_s - 0.5), (length_s - 0.2, length_s)]
    heard = relisten(introduction, TERMS, near=[(0.1, 0.2), (length_s - 0.1, length_s)], settings=SPHINX, within=parts)
    assert heard is not None
    assert "Halcyon Freight" in {term.term for term in heard}
    assert len(reads) == 2, "once for the search, once for the second recognition"
    assert relisten(introduction, TERMS, settings=SPHINX, within=[]) == []


def test_the_sound_beside_windows_is_bounded() -> None:
    windows = [Span(at, at + 0.5) for at in range(10, 3600, 12)]
    near = neighbourhoods(windows, length_s=3600.0)
    assert 100.0 < sum(span.length_s for span in near) <= 180.0
    assert near[0].start_s < 60 and near[-1].end_s > 3500, "all over the session"
    joined = neighbourhoods([Span(1.0, 2.0), Span(3.0, 4.0)], length_s=5.0)
    assert joined == [Span(0.0, 5.0)]
