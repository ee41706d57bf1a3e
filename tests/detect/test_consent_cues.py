from __future__ import annotations

import pytest

from pipeline.lexicon.cues import CueFile, find_cues, places, sentences, shipped_cues
from pipeline.records import ConsentCueKind


def kinds(text: str) -> set[ConsentCueKind]:
    spans, words = places(text)
    parts, cues = sentences(text, spans), shipped_cues()
    sets = {ConsentCueKind.STOP_RECORDING: cues.stop_recording, ConsentCueKind.MINOR: cues.minor}
    return {kind for kind, phrases in sets.items() if list(find_cues(phrases, words, parts))}


@pytest.mark.parametrize(
    "text",
    [
        "I would rather not be recorded.",
        "I'd rather not have this recorded",
        "could you please stop the recording",
        "Stop recording, please.",
        "I don't want to be recorded.",
        "I do not consent to being recorded",
        "Hang on. Turn the recording off.",
        "I never agreed to be recorded",
        "I'm not comfortable with being recorded",
        "please don't record this",
        "I withdraw my consent",
        "I don't want my voice on any recording, please.",
        "I do not want to be on the recording",
        "could you leave me out of the recording",
    ],
)
def test_an_objection_to_the_recording_is_heard(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.STOP_RECORDING}


@pytest.mark.parametrize(
    "text",
    [
        "I'm fifteen.",
        "I am only 14 and I love it",
        "I'm 15 years old",
        "I'm a minor",
        "I'm not 18 yet",
        "I'm only sixteen.",
        "i'm only fifteen is it okay",
    ],
)
def test_who_says_that_they_are_a_minor_is_heard(text: str) -> None:
    assert kinds(text) == {ConsentCueKind.MINOR}


@pytest.mark.parametrize(
    "text",
    [
        "I'll stop recording now, thanks all.",
        "When you stop the recording, the file is written.",
        "I'm fifteen minutes late",
        "I'm only sixteen minutes late, can we go on?",
        "I'm twelve percent sure, and we have 15 nodes.",
        "we want the recording to be kept",
        "this call is recorded",
        "",
    ],
)
def test_talk_about_recordings_and_numbers_holds_nobody(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize("phrase", ["", "...", "^ $", "so (much)", "a//b", "?"])
def test_a_phrase_that_means_nothing_is_an_error_with_its_number(phrase: str) -> None:
    with pytest.raises(ValueError, match="phrase 2"):
        CueFile(secret=("fine", phrase))


def test_no_phrase_goes_over_the_end_of_a_sentence() -> None:
    assert kinds("Will you stop. The recording is fine.") == set()
