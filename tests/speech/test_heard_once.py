"""What tests of a night are told to have heard before is what sphinx hears anew, and never that of another question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.records import Context
from pipeline.speech.engines import sphinx
from pipeline.speech.engines.sphinx import SphinxRecogniser
from pipeline.speech.keywords.spotter import Spotter
from pipeline.speech.pronunciation.name_entries import name_entries
from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.vocabulary import vocabulary
from tests import heard_once
from tests.speech.conftest import chunk_of, sound


@pytest.fixture(autouse=True)
def nothing_heard(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_once.Asked, "folder", tmp_path_factory.mktemp("heard"))


def test_the_same_sound_is_heard_alike_and_another_anew(
    introduction: Path, context: Context, pronouncer: Pronouncer
) -> None:
    chunk, names = chunk_of(sound(introduction)), name_entries(vocabulary(context), pronouncer)
    later = replace(chunk, samples=chunk.samples[1600:], start_s=0.1)
    anew = SphinxRecogniser(names)
    expected = [anew.recognise(later), anew.recognise(chunk), SphinxRecogniser(names[:1]).recognise(chunk)]
    assert expected[0] != expected[1] != expected[2]
    candidates = Spotter(vocabulary(context), pronouncer).candidates(chunk)
    assert candidates
    with heard_once.heard_once():
        kept, fewer = sphinx.SphinxRecogniser(names), sphinx.SphinxRecogniser(names[:1])
        for _ in range(2):
            assert [kept.recognise(later), kept.recognise(chunk), fewer.recognise(chunk)] == expected
            assert kept.names(chunk) == anew.names(chunk)
            assert Spotter(vocabulary(context), pronouncer).candidates(chunk) == candidates
        with patch.object(SphinxRecogniser, "__init__", side_effect=AssertionError("it is loaded again")):
            assert sphinx.SphinxRecogniser(names).recognise(chunk) == expected[1]
    assert sphinx.SphinxRecogniser is SphinxRecogniser
