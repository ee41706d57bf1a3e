"""What language a session is in, and whether it waits for a person."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.records import Pending, Transcript
from pipeline.speech.audio_types import HeardLanguage
from pipeline.speech.language import SpokenLanguage, language_stop, spoken


def transcript(language: str = "en", probability: float | None = 0.9, other_s: float = 0.0) -> Transcript:
    return Transcript(
        engine="",
        words=(),
        speech_s=200.0,
        language=language,
        language_probability=probability,
        other_language_s=other_s,
    )


def test_the_language_is_weighed_by_how_long_it_is_spoken() -> None:
    windows = [HeardLanguage(20.0, "en", 0.9, "en"), HeardLanguage(5.0, "en", 0.1, "de")]
    language = spoken(windows, "fr")
    assert replace(language, probability=0.0) == SpokenLanguage("en", 0.0, 5.0)
    assert language.probability == pytest.approx(0.74)


def test_an_engine_that_cannot_say_leaves_what_the_settings_say() -> None:
    assert spoken([], "en") == SpokenLanguage("en", None, 0.0)


@pytest.mark.parametrize("heard", [transcript(), transcript(probability=None), transcript(other_s=30.0)])
def test_a_session_in_a_language_that_names_are_found_in_goes_on(heard: Transcript) -> None:
    assert language_stop(heard, ("en",)) is None


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (transcript("de"), r"language \(de\)"),
        (transcript(probability=0.3), "probably not in en"),
        (transcript(other_s=61.0), "61 seconds"),
    ],
)
def test_any_other_session_waits_for_a_person(heard: Transcript, reason: str) -> None:
    stop = language_stop(heard, ("en",))
    assert isinstance(stop, Pending)
    assert re.search(reason, stop.reason)
    assert "speech.language" in stop.action


def test_a_team_may_add_a_language() -> None:
    assert language_stop(transcript("de"), ("en", "de")) is None
