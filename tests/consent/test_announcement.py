"""An announcement counts where the notice's wording is surely heard, on what the samples really say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import consent
from pipeline.consent.announcement import Announcement, file_announcement, find_announcement
from pipeline.records import Word
from pipeline.store import Workspace
from tests.consent.conftest import NOW, person, session

TRUTH = Path(__file__).parents[2] / "sample_media" / "truth"
WORDING = "This session is recorded."


def words_of(text: str, *, at_s: float = 0.0) -> tuple[Word, ...]:
    return tuple(
        Word(
            start_s=at_s + number,
            end_s=at_s + number + 1,
            doubt_s=0.1,
            text=token,
            probability=1.0,
            track_id="t0",
            participant_id="p1",
        )
        for number, token in enumerate(text.split())
    )


def sample(name: str) -> tuple[Word, ...]:
    body = json.loads((TRUTH / name).read_text("utf-8"))
    return tuple(
        Word(
            start_s=word["start_s"],
            end_s=word["end_s"],
            doubt_s=0.1,
            text=word["text"],
            probability=1.0,
            track_id=word["track"],
            participant_id=word["participant"],
        )
        for word in body["words"]
    )


@pytest.mark.parametrize(
    ("name", "wording"),
    [
        ("2026-11-18-a-own-tracks.json", WORDING),
        ("2026-11-18-f-withdrawn.json", WORDING),
        ("2026-11-18-c-refused-own-track.json", "This call is recorded"),
        ("2026-11-18-h-craig.json", "this channel is recorded"),
        ("2026-11-18-d-refused-mixed.json", "I am recording this call"),
    ],
)
def test_it_is_heard_where_the_samples_say_it(name: str, wording: str) -> None:
    found = find_announcement(sample(name), wording)
    assert found is not None and found.alike == 1.0 and 0 < found.start_s < found.end_s < 20


@pytest.mark.parametrize("name", ["2026-11-18-j-public.json", "2026-11-18-e-no-record.json", "2026-11-18-l-empty.json"])
def test_it_is_not_heard_where_nobody_says_it(name: str) -> None:
    assert find_announcement(sample(name), WORDING) is None


def test_a_word_that_was_misheard_still_counts() -> None:
    assert find_announcement(words_of("hello this lesson is recorded thank you"), WORDING) is not None


@pytest.mark.parametrize(
    "text",
    [
        "this session is not recorded",
        "I do not think this session is recorded",
        "this session is reported",
        "this session was lovely",
        "recorded",
        "",
    ],
)
def test_what_does_not_say_it_does_not_count(text: str) -> None:
    assert find_announcement(words_of(text), WORDING) is None


def test_it_is_looked_for_in_the_first_minutes_of_one_voice() -> None:
    assert find_announcement(words_of("this session is recorded", at_s=601.0), WORDING) is None
    one, other = words_of("this session"), words_of("is recorded", at_s=2.0)
    assert find_announcement((*one, *(replace(word, track_id="t1") for word in other)), WORDING) is None


def test_a_wording_without_recording_finds_nothing() -> None:
    assert find_announcement(words_of("welcome to office hours"), "welcome to office hours") is None


@given(st.lists(st.sampled_from(["this", "session", "is", "recorded", "not", "hello", "we"]), max_size=12))
def test_a_place_is_within_what_was_said(tokens: list[str]) -> None:
    words = words_of(" ".join(tokens))
    found = find_announcement(words, WORDING)
    assert found is None or (words[0].start_s <= found.start_s < found.end_s <= words[-1].end_s)


def test_it_is_filed_once(workspace: Workspace) -> None:
    found, heard = session(person(1)), Announcement(start_s=4.0, end_s=7.0, alike=0.9)
    before = consent.log_head(workspace)
    assert file_announcement(found, heard, workspace=workspace, now=NOW)
    after = consent.log_head(workspace)
    assert before != after
    assert not file_announcement(found, heard, workspace=workspace, now=NOW)
    assert consent.log_head(workspace) == after and consent.verify_chain(workspace.db)
