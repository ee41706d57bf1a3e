"""Recognition, alignment and search with pocketsphinx, on a few seconds of the samples."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.records import Context
from pipeline.speech.audio_types import RATE, AudioChunk, HeardWord, Span
from pipeline.speech.engines.sphinx import Aligner, PhraseSearch, SphinxRecogniser
from pipeline.speech.keywords.spotter import Spotter
from pipeline.speech.pronunciation.name_entries import KeywordPronunciation, name_entries
from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.vocabulary import vocabulary
from tests.speech.conftest import chunk_of, introduced, sound


@pytest.fixture(scope="module")
def chunk(introduction: Path) -> AudioChunk:
    return chunk_of(sound(introduction))


@pytest.fixture(scope="module")
def heard(chunk: AudioChunk, context: Context, pronouncer: Pronouncer) -> list[HeardWord]:
    return list(SphinxRecogniser(name_entries(vocabulary(context), pronouncer)).recognise(chunk).words)


def starts() -> dict[str, float]:
    """When each word of the clip begins, on the clip's clock."""
    return {word.text: word.start_s for word in introduced()}


def test_names_that_no_dictionary_has_are_heard_as_they_are_written(heard: list[HeardWord]) -> None:
    assert {"Priya", "Raman", "Halcyon", "Freight"} <= {word.text for word in heard}


def test_words_are_where_they_were_said(heard: list[HeardWord]) -> None:
    expected = starts()
    for word in heard:
        if word.text in expected:
            assert abs(word.span.start_s - expected[word.text]) <= word.time_uncertainty_s + 0.1
    assert all(0.0 <= word.probability <= 1.0 and word.span.length_s > 0 for word in heard)


def test_known_names_are_found_in_the_sound_and_others_are_not(
    chunk: AudioChunk, context: Context, pronouncer: Pronouncer
) -> None:
    found = Spotter(vocabulary(context), pronouncer).search(chunk, ())
    assert {"Priya Raman", "Halcyon Freight"} <= {one.text for one in found}
    assert not {one.text for one in found} & {"Tomasz Nowak", "Northwind Traders", "Project Falcon"}
    (whole,) = (one for one in found if one.text == "Halcyon Freight")
    assert whole.span.start_s == pytest.approx(starts()["Halcyon"], abs=0.15)


def test_a_name_cut_in_two_is_searched_for_over_the_cut(
    chunk: AudioChunk, context: Context, pronouncer: Pronouncer
) -> None:
    within_s = starts()["Freight"] - 0.1
    first, last = chunk.clips[0].start_s, chunk.clips[-1].end_s
    cut = replace(chunk, clips=(Span(first, within_s), Span(within_s, last)))
    apart = [PhraseSearch(_said(context, pronouncer)).search(cut.cut(clip)) for clip in cut.clips]
    assert apart == [[], []]
    assert {one.text for one in Spotter(vocabulary(context), pronouncer).search(cut, ())} >= {"Halcyon Freight"}


def _said(context: Context, pronouncer: Pronouncer) -> list[KeywordPronunciation]:
    return [
        KeywordPronunciation("Halcyon Freight", way, least_score=0.0) for way in pronouncer.phrase("Halcyon Freight")
    ]


def test_a_name_that_lost_to_other_words_is_told_with_its_chance(
    chunk: AudioChunk, context: Context, pronouncer: Pronouncer
) -> None:
    said = name_entries(vocabulary(context), pronouncer)
    rival = [KeywordPronunciation("Hal Seon Fright", way, weight=20.0) for way in pronouncer.phrase("Halcyon Freight")]
    made = SphinxRecogniser([*said, *rival]).recognise(chunk)
    assert {"Halcyon", "Freight"} <= {word.text for word in made.words}
    (other,) = (alternative for alternative in made.others if alternative.text == "Hal Seon Fright")
    assert other.probability == pytest.approx(20 / 220, abs=0.02)  # it sounds the same and is a tenth as likely
    assert other.span.start_s == pytest.approx(starts()["Halcyon"], abs=0.15)
    assert not {alternative.text for alternative in made.others} & {"Halcyon Freight", "Priya Raman"}


def test_who_listens_for_names_alone_tells_them_whole(
    chunk: AudioChunk, context: Context, pronouncer: Pronouncer
) -> None:
    told = SphinxRecogniser(name_entries(vocabulary(context), pronouncer)).names(chunk)
    assert {"Priya Raman", "Halcyon Freight"} <= {one.text for one in told}
    assert not {one.text for one in told} & {"Tomasz Nowak", "hi", "this"}


def test_a_search_for_nothing_finds_nothing(chunk: AudioChunk, pronouncer: Pronouncer) -> None:
    assert Spotter([], pronouncer).nothing
    assert Spotter([], pronouncer).candidates(chunk) == []


def test_silence_holds_no_words_and_no_names() -> None:
    silence = np.zeros(2 * RATE, np.float32)
    search = PhraseSearch([KeywordPronunciation("Priya", ("P", "R", "IY", "Y", "AH"))])
    assert search.search(silence) == []
    assert Aligner([KeywordPronunciation("hello", ("HH", "AH", "L", "OW"))]).align(silence[:100], ["hello"]) == []


def test_a_known_text_is_aligned(introduction: Path, pronouncer: Pronouncer) -> None:
    words = [word.text.lower() for word in introduced()]
    aligner = Aligner(
        [KeywordPronunciation(word, phones) for word in words for phones in pronouncer.word(word, name=True)]
    )
    spans = aligner.align(sound(introduction), words)
    assert len(spans) == len(words)
    expected = {text.lower(): start for text, start in starts().items()}
    for word, span in zip(words, spans, strict=True):
        assert span.start_s == pytest.approx(expected[word], abs=0.15)


def test_no_name_reaches_the_engine(
    context: Context, pronouncer: Pronouncer, capfd: pytest.CaptureFixture[str]
) -> None:
    recogniser = SphinxRecogniser(name_entries(vocabulary(context), pronouncer))
    assert recogniser._decoder.lookup_word("tomasz") is None
    assert recogniser._decoder.lookup_word("q0") is not None
    Spotter(vocabulary(context), pronouncer)
    assert capfd.readouterr() == ("", "")
