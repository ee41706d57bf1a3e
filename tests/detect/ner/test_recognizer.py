from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.engine import find, find_each
from pipeline.detect.jsonl import detect_lines
from pipeline.detect.ner.inference import LABELS
from pipeline.detect.ner.word_features import known_for
from pipeline.detect.scoring.calibration import share_right
from pipeline.detect.scoring.context_odds import GuessContext
from pipeline.detect.second_pass import find_in_session
from pipeline.records import Context, KnownPerson
from pipeline.settings import DetectSettings

NOTHING = Context()


def guessed(text: str, context: Context = NOTHING) -> dict[str, str]:
    return {match.text: match.label for match in find(text, context) if match.rule == "name model"}


@pytest.mark.parametrize(
    ("text", "name", "label"),
    [
        ("so yesterday graham wilkerson told me about it", "graham wilkerson", "PERSON"),
        ("yeah i think yusra and tomasz wrote that part", "tomasz", "PERSON"),
        ("Yesterday Graham Wilkerson told me about it.", "Graham Wilkerson", "PERSON"),
        ("we bought it from halcyon freight last year", "halcyon freight", "COMPANY"),
        ("they moved everything to google and microsoft", "microsoft", "COMPANY"),
        ("we also sell it through amazon and the numbers are fine", "amazon", "COMPANY"),
        ("they filed it with the brumovia public safety commission", "brumovia public safety commission", "COMPANY"),
        ("and from brightmoor capital we have tamsin okafor", "brightmoor capital", "COMPANY"),
        ("thanks wilma", "wilma", "PERSON"),
    ],
)
def test_a_name_that_nobody_knew_is_found_in_talk(text: str, name: str, label: str) -> None:
    assert guessed(text).get(name) == label


@pytest.mark.parametrize(
    "text",
    [
        "so we were thinking about the price of the queue and whether it would work for a larger team",
        "the build on kubernetes was slow and the api gave us json that nobody could read",
        "You know, we will see what happens next week.",
        "our cfo and the ceo looked at the gross margin in april",
        "On the other Hand the Pricing in June was fine",
        "the hyperosmosis trial and our rfid business grew",
        "",
    ],
)
def test_ordinary_talk_has_no_names(text: str) -> None:
    assert guessed(text) == {}


def test_a_name_ends_before_the_ordinary_word_behind_it() -> None:
    assert "graham" in " ".join(guessed("so graham agreed with that"))
    assert not any("agreed" in name for name in guessed("so graham agreed with that"))


def share(label: str, context: GuessContext, *, features: int = 0, probability: float = 0.99) -> float:
    return share_right(label, ["wexly"], known_for([features]), probability, context)


def test_a_guess_is_surer_in_the_place_of_a_name() -> None:
    assert share("PERSON", GuessContext("thanks", "", None)) > share("PERSON", GuessContext("the", "thing", None))
    assert share("ORG", GuessContext("from", "has", None)) > share("ORG", GuessContext("the", "thing", None))
    assert share("ORG", GuessContext("from", "", True)) > share("ORG", GuessContext("from", "", False))


def test_what_everybody_knows_as_an_organisation_is_one_whatever_the_model_calls_it() -> None:
    known, nowhere = 1 << 15, GuessContext("so", "thing", None)
    assert share("GPE", nowhere, features=known) == share("ORG", nowhere, features=known) > 0.8
    assert share("GPE", nowhere) < 0.5


@given(
    st.sampled_from(LABELS),
    st.integers(0, (1 << 16) - 1),
    st.floats(0.0, 1.0),
    st.builds(
        GuessContext, st.sampled_from(["", "from", "thanks"]), st.sampled_from(["", "is"]), st.none() | st.booleans()
    ),
)
def test_a_share_is_never_certain(label: str, features: int, probability: float, context: GuessContext) -> None:
    assert 0.0 < share(label, context, features=features, probability=probability) < 1.0


def test_texts_looked_at_together_give_what_each_gives_alone() -> None:
    texts = ["so yesterday graham wilkerson told me", "", "Call 415 555 2671.", "we met tomasz and yusra", "?"] * 20
    assert find_each(texts, NOTHING) == [find(text, NOTHING) for text in texts]


def test_a_stranger_needs_more_evidence_where_people_are_known() -> None:
    known = Context(participants=(KnownPerson(name="Ana Lima"),))
    text = "and then jerod and the wilkersons met arvenix people from brumovia"
    assert set(guessed(text, known)) < set(guessed(text))


def test_a_person_guessed_in_one_place_is_found_in_another() -> None:
    texts = ["please welcome graham wilkerson from the other team", "and wilkersen had a point there"]
    found = find_in_session(texts, Context(participants=(KnownPerson(name="Ana Lima"),)))
    assert "wilkersen" in {match.text for match in found[1]}


def test_a_company_heard_as_another_word_again_and_again_is_found() -> None:
    context = Context(companies=("Vantrexa",), participants=(KnownPerson(name="Ana Lima"),))
    lines = [json.dumps({"id": n, "text": "the vantrecks team is happy"}) for n in range(3)]
    answers = [json.loads(line) for line in detect_lines([lines], context, settings=DetectSettings())]
    assert [answer["id"] for answer in answers] == [0, 1, 2]
    assert all(any(one["label"] == "COMPANY" for one in answer["findings"]) for answer in answers)
