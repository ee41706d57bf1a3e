"""What is promised to who told a secret is none itself, and nothing that says something is taken for a promise."""

from __future__ import annotations

import pytest

from pipeline.detect.gazetteer.promises import is_promise
from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.text.tokens import read
from pipeline.lexicon.cues import shipped_cues

recognize = statement_recognizer(shipped_cues())
SECRET = "We close the Leeds plant."
PROMISES = [
    "It goes no further, I promise.",
    "It will not go anywhere, thanks Ana, thanks Babatunde.",
    "I will not tell anyone.",
    "We'll keep it to ourselves.",
    "My lips are sealed.",
    "Of course, that stays in this room.",
    "Thank you for telling us, we will treat it as confidential.",
    "You can count on us, nobody will hear it from me.",
    "I will leave that out of the notes.",
    "We will keep that between us. It will not be in the summary.",
    "Do not worry, nobody outside of this call will know.",
]
NO_PROMISES = [
    "I will not tell the staff before the summer.",
    "We will not tell anybody before June.",
    "Nobody outside of this call will know that we pay the ransom.",
    "We will keep the new price between us.",
    "That stays between us and Veltra.",
    "I will not mention that we lost the bid, between you and me.",
    "We will keep it quiet that the founder leaves.",
    "It will not leave this room that Veltra is for sale.",
    "I will leave the company, please keep it to yourselves.",
    "My lips are sealed about the sale of the harbour.",
    "The plant closes, but it will stay between us.",
    "This stays between us, thanks Veltra closes.",
    "I will not tell anyone thank you Dana resigned.",
]


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_no_secret_and_what_it_is_about_stays_one(promise: str) -> None:
    assert recognize(read(promise)) == []
    told = f"{SECRET} Nobody outside this room may hear that. {promise}"
    assert any(SECRET[:-1] in match.text for match in recognize(read(told)))


def test_what_a_promise_of_the_same_turn_points_at_is_secret() -> None:
    assert any(SECRET[:-1] in match.text for match in recognize(read(f"{SECRET} We will keep that between us.")))


@pytest.mark.parametrize(
    "asked", ["This stays in this room.", "It will not go any further.", "We keep this between us."]
)
def test_what_is_told_behind_a_request_that_reads_like_a_promise_is_secret(asked: str) -> None:
    assert any(SECRET[:-1] in match.text for match in recognize(read(f"{asked} {SECRET}")))


@pytest.mark.parametrize(
    "told",
    [
        "This stays between us, thank you. Veltra buys Leeds.",
        "We keep this between us, okay. Thanks. Veltra goes bankrupt.",
        "I will not tell anyone. Thanks. Dana resigned yesterday.",
        "This stays in this room, thanks. Acme leaves us.",
        "This stays between us thank you Veltra buys Leeds",
    ],
)
def test_what_is_told_behind_thanks_is_not_whom_is_thanked(told: str) -> None:
    assert any(told.split()[-1].rstrip(".") in match.text for match in recognize(read(told)))


@pytest.mark.parametrize("said", NO_PROMISES)
def test_what_says_something_is_no_promise(said: str) -> None:
    assert [match.text for match in recognize(read(said))] == [said[:-1]]


@pytest.mark.parametrize("word", ["thanks", "yes", "and", "promise", "it stays here and", "so thanks a"])
def test_a_long_run_of_words_is_looked_at_in_no_time_to_speak_of(word: str) -> None:
    assert not is_promise([*word.split()] * 13 + ["Leeds"])
    assert not is_promise([*word.split()] * 500)
