"""A mention that goes on through every caption of a session costs as much as it has places, not their square."""

from __future__ import annotations

from dataclasses import replace

from pipeline import detect
from pipeline.detect.locate.words_and_text import LONGEST_TEXT_CHARS
from pipeline.records import Context, Cue, Finding, Transcript
from pipeline.settings import DetectSettings
from pipeline.store.codec import encode
from tests.store.making import session


def stored(count: int) -> tuple[tuple[Finding, ...], int]:
    """What is found where one speaker reads digits in so many captions, and how many bytes are kept of it."""
    cues = tuple(
        Cue(start_s=at / 2, end_s=at / 2 + 0.4, participant_id="p1", text=f"{'four' if at % 3 else 'one'} five")
        for at in range(count)
    )
    here = replace(session(), captions=cues, duration_s=count / 2)
    findings = detect.detect(here, Transcript(engine="captions", words=()), Context(), settings=DetectSettings())
    return findings, len(encode(findings, tuple[Finding, ...]))


def test_ten_times_as_many_captions_keep_ten_times_as_much() -> None:
    few, small = stored(100)
    many, large = stored(1000)
    assert len(few) >= 100 and len(many) >= 1000
    assert large < 15 * small
    assert all(len(finding.text) <= LONGEST_TEXT_CHARS for finding in many)
