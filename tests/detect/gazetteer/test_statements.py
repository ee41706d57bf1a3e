from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.engine import find
from pipeline.detect.gazetteer.statements import statement_recognizer
from pipeline.detect.second_pass import find_in_session
from pipeline.detect.text.tokens import read
from pipeline.lexicon.cues import shipped_cues
from pipeline.records import Context, DetectionRule, KnownPerson, SpokenCues

KNOWN = Context(participants=(KnownPerson(name="Ana Lima"),))
recognize = statement_recognizer(shipped_cues().secret)


def statements(text: str) -> list[str]:
    return [match.text for match in recognize(read(text))]


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("So. We ship Mars in May under NDA. Thanks.", "We ship Mars in May under NDA"),
        (
            "We moved to Tarrow. Nobody outside knows about it yet. Fine.",
            "We moved to Tarrow. Nobody outside knows about it yet",
        ),
        ("Off the record. We lost two engineers. Fine then.", "Off the record. We lost two engineers"),
        (
            "Hi, this is Tobias off the record. We are closing the Leeds office. Fine.",
            "Hi, this is Tobias off the record. We are closing the Leeds office",
        ),
        (
            "Well. It ships late, between you and me. We lost the lead. Fine.",
            "Well. It ships late, between you and me. We lost the lead",
        ),
        ("Hi. We lost the lead. Off the record. Fine.", "We lost the lead. Off the record. Fine"),
        ("please don't share this but we will buy the plant", "please don't share this but we will buy the plant"),
        ("We haven't announced the price of the new plan.", "We haven't announced the price of the new plan"),
        (
            "no one outside the company knows that the date slips",
            "no one outside the company knows that the date slips",
        ),
        ("This is strictly confidential, it is a new region.", "This is strictly confidential, it is a new region"),
    ],
)
def test_what_is_said_to_be_secret_is_found_with_what_it_is_about(text: str, covered: str) -> None:
    assert statements(text) == [covered]


@pytest.mark.parametrize(
    "text",
    [
        "We record every call. The record is kept for a year.",
        "Our secrets manager rotates the keys, and the NDA form is on the site.",
        "They announced it last week and everybody knows about it.",
        "please share this with your team",
        "",
    ],
)
def test_talk_about_secrets_is_none(text: str) -> None:
    assert statements(text) == []


def test_a_long_turn_without_points_loses_some_seconds_and_not_all() -> None:
    text = " ".join(
        ["and the queue was slow again"] * 20 + ["that is off the record"] + ["and the queue was fine"] * 20
    )
    (covered,) = statements(text)
    assert "off the record" in covered and len(covered.split()) < 50


def test_a_known_name_within_a_statement_is_a_finding_of_its_own() -> None:
    matches = find("Ana told me off the record that it is late.", KNOWN)
    assert {match.rule for match in matches} >= {DetectionRule.KNOWN_NAME, DetectionRule.SAID_TO_BE_SECRET}


def test_the_product_of_a_statement_is_taken_out_wherever_it_is_named() -> None:
    texts = [
        "Our team works on Quovix now. Nobody outside knows about it.",
        "When quovix is there, I will call.",
        "Nobody is here.",
    ]
    found = find_in_session(texts, KNOWN)
    assert DetectionRule.NAMED_AS_SECRET in {match.rule for match in found[1] if match.text == "quovix"}
    assert found[2] == []


def test_an_ordinary_word_of_a_statement_is_not_taken_out_elsewhere() -> None:
    found = find_in_session(["The Queue is not public yet.", "and the queue is slow"], KNOWN)
    assert found[1] == []


def test_a_team_decides_which_phrases_count() -> None:
    cues = SpokenCues(secret=("hush/quiet now?",))
    rules = [match.rule for match in find("It is hush now, we ship in May.", Context(cues=cues))]
    assert rules == [DetectionRule.SAID_TO_BE_SECRET]
    assert find("It is off the record.", Context(cues=cues)) == []


@given(
    st.lists(st.sampled_from(["off", "the", "record", ".", "We", "it", "said", "?", "under", "NDA", "\n"]), max_size=60)
)
def test_statements_are_whole_words_in_order_and_apart(words: list[str]) -> None:
    text = read(" ".join(words))
    matches = recognize(text)
    starts = {token.start_char for token in text.tokens}
    assert all(
        match.start_char in starts and match.text == text.raw[match.start_char : match.end_char] for match in matches
    )
    assert all(one.end_char <= other.start_char for one, other in pairwise(matches))
