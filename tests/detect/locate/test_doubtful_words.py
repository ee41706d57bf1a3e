"""What a recogniser wrote where it heard a name that it does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.detect import detect
from pipeline.records import Context, Finding, SoundPlace, Transcript, Word
from pipeline.settings import DetectSettings
from tests.detect.locate.test_words_and_text import CONTEXT, session

RULE = "doubtful word"


def heard(*said: tuple[str, float], step_s: float = 0.8) -> Transcript:
    words = tuple(
        Word(
            start_s=number * step_s,
            end_s=number * step_s + 0.7,
            time_uncertainty_s=0.05,
            text=text,
            probability=probability,
            track_id="t1",
            participant_id="p1",
            ends_sentence=text.endswith("."),
        )
        for number, (text, probability) in enumerate(said)
    )
    return Transcript(engine="whisper", words=words)


def doubtful(transcript: Transcript, context: Context = CONTEXT) -> list[str]:
    findings = detect(session(), transcript, context, settings=DetectSettings())
    return [finding.text for finding in findings if finding.rule == RULE]


@pytest.mark.parametrize("word", ["temetip", "limpsist,", "H1,", "eye-knocktash", "Thi"])
def test_a_word_that_is_no_english_is_a_name_where_the_recogniser_was_not_sure_of_it(word: str) -> None:
    assert doubtful(heard(("did", 1.0), (word, 0.6), ("agree", 1.0))) == [word]


@pytest.mark.parametrize(
    ("word", "probability"),
    [("temetip", 0.95), ("redeploying", 0.3), ("postgres", 0.3), ("meeting", 0.1), ("w", 0.2), ("714", 0.2)],
)
def test_neither_what_it_was_sure_of_nor_any_english_word_is(word: str, probability: float) -> None:
    assert doubtful(heard(("did", 1.0), (word, probability), ("agree", 1.0))) == []


@pytest.mark.parametrize(
    ("before", "word", "behind"),
    [("a", "waitery", "to"), ("the", "manches.", "He"), ("an", "intibration,", "that"), ("The", "manches", "were")],
)
def test_a_noun_behind_an_article_is_no_name(before: str, word: str, behind: str) -> None:
    assert doubtful(heard(("of", 0.9), (before, 0.9), (word, 0.4), (behind, 0.9), step_s=0.7)) == []


@pytest.mark.parametrize(
    ("before", "probability", "word", "behind", "step_s"),
    [
        ("the", 0.9, "temetip", "is", 0.7),
        ("a", 0.8, "temetip", "is", 0.7),
        ("a.", 0.9, "temetip", "is", 0.7),
        ("a", 0.9, "temetip", "customer", 0.7),
        ("the", 0.9, "manches", "contract", 0.7),
        ("a", 0.9, "temetip", "is", 1.5),
        ("a", 0.9, "H1", "is", 0.7),
        ("did", 0.9, "manches", "is", 0.7),
    ],
    ids=["singular", "unsure article", "end", "names a customer", "names a contract", "pause", "figure", "no article"],
)
def test_what_may_be_a_name_behind_an_article_is_found(
    before: str, probability: float, word: str, behind: str, step_s: float
) -> None:
    said = heard(("of", 0.9), (before, probability), (word, 0.4), (behind, 0.9), step_s=step_s)
    assert doubtful(said) == [word]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("hi I'm a debayo from Lagos", "debayo"),
        ("thanks a debayo for that", "debayo"),
        ("I spoke to a temetip from sales", "temetip"),
        ("a debayo said it works", "debayo"),
        ("ask the odoros about it", "odoros"),
        ("of the Okaphors are here", "Okaphors"),
        ("well a debayo and I looked", "debayo"),
        ("well a debayo and my boss looked", "debayo"),
        ("we met a kinyemi at the office", "kinyemi"),
        ("this is a bimbolah here", "bimbolah"),
    ],
)
def test_an_article_may_be_the_first_syllable_of_whom_people_greet_and_speak_of(said: str, name: str) -> None:
    assert doubtful(heard(*((word, 0.4 if word == name else 0.92) for word in said.split()))) == [name]


def test_unsure_words_right_beside_it_go_with_it() -> None:
    assert doubtful(heard(("my", 0.9), ("who's", 0.4), ("knocktash", 0.2), ("would", 0.9))) == ["who's knocktash"]
    assert doubtful(heard(("who's.", 0.4), ("knocktash", 0.2))) == ["knocktash"], "a sentence ends between"
    assert doubtful(heard(("who's", 0.4), ("knocktash", 0.2), step_s=1.5)) == ["knocktash"], "there is a pause"


def test_two_of_them_are_one_finding_over_all_their_sound() -> None:
    findings = detect(session(), heard(("colnwell", 0.4), ("fairburne", 0.4)), CONTEXT, settings=DetectSettings())
    (finding,) = [finding for finding in findings if finding.rule == RULE]
    assert isinstance(finding.place, SoundPlace)
    assert (finding.place.start_s, finding.place.end_s, finding.place.words) == (0.0, 1.5, (0, 2))
    assert finding.entity == "name:~colnwell fairburne"


def test_what_was_found_anyway_is_not_found_twice_and_the_allow_list_frees_it() -> None:
    transcript = heard(("did", 1.0), ("halcyonn", 0.3), ("agree", 1.0))
    assert doubtful(transcript) == []
    assert rules(transcript) == {"sounds like"}
    allowed = replace(CONTEXT, allow=("temetip",))
    assert doubtful(heard(("did", 1.0), ("temetip", 0.6)), allowed) == []


def rules(transcript: Transcript) -> set[str]:
    findings: tuple[Finding, ...] = detect(session(), transcript, CONTEXT, settings=DetectSettings())
    return {str(finding.rule) for finding in findings}


def test_who_keeps_a_secret_still_redacts_the_name_in_it() -> None:
    transcript = heard(("nobody", 0.9), ("outside", 0.9), ("knows", 0.9), ("about", 0.9), ("temetip", 0.5))
    assert rules(transcript) == {"said to be secret", RULE}
