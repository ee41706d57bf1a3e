"""Names that notes and summaries write out are found in what was said, where nothing else gives them away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline import detect
from pipeline.records import Context, DetectionRule, SoundPlace, Transcript, Word
from pipeline.settings import DetectSettings
from tests.store.making import session

NOTES = ("Tomasz Wilk from Vantrexa introduced the migration project.", "Vantrexa sends the logs.")


def found(talk: str, *notes: str) -> list[tuple[str, DetectionRule, str]]:
    words = tuple(
        Word(
            start_s=at * 0.3,
            end_s=at * 0.3 + 0.25,
            time_uncertainty_s=0.0,
            text=word,
            probability=0.9,
            track_id="t1",
            participant_id="p1",
        )
        for at, word in enumerate(talk.split())
    )
    noted = replace(session(), duration_s=10.0, notes=notes)
    findings = detect.detect(noted, Transcript(engine="x", words=words), Context(), settings=DetectSettings())
    assert all(isinstance(finding.place, SoundPlace) for finding in findings), "none is in the notes"
    return [(finding.text, finding.rule, finding.entity) for finding in findings]


@pytest.mark.parametrize("word", ["vantrexa", "vantrexer"])
def test_a_written_name_is_found_as_it_is_said(word: str) -> None:
    talk = f"so {word} asked for a faster queue"
    assert found(talk) == []
    assert found(talk, *NOTES) == [(word, DetectionRule.FOUND_AGAIN, "company:~vantrexa")]


def test_english_words_that_a_model_takes_along_are_not_looked_for() -> None:
    assert found("we introduced the project and the migration", *NOTES) == []
