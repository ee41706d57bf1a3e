"""What is spelled by words is found as what is spelled by letters."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context, DetectionRule


def spelled(text: str) -> list[str]:
    return [match.text for match in find(text, Context()) if match.rule is DetectionRule.SPELLED_OUT]


@pytest.mark.parametrize(
    "said",
    [
        "O for oscar, T for tango, T for tango, E for echo, R for romeo",
        "o as in orange t as in table t as in table e as in egg r as in road",
        "O wie Otto, T wie Theodor, T wie Theodor, E wie Emil und R wie Richard",
        "oscar tango tango echo romeo",
        "Oscar, Tango, Tango, Echo and then Romeo",
        "O like Oscar, then double-u like whisky, t like tango, t, e like echo",
        "Ö wie Ökonom, t wie Theodor, r wie Richard",
    ],
)
def test_a_name_that_is_spelled_by_words_is_found_whole(said: str) -> None:
    (found,) = spelled(f"The code name is {said} as we say.")
    assert found.casefold() in said.casefold() and len(found) > len(said) * 0.5
    assert said.casefold().endswith(found.casefold())


@pytest.mark.parametrize(
    "talk",
    [
        "I asked for a plan for example and a budget for building",
        "a for apple is what children say",
        "we play golf in november at the hotel in india",
        "Oscar and Juliet met Romeo in Quebec",
        "I like icecream, I like it a lot",
    ],
)
def test_talk_is_no_spelling(talk: str) -> None:
    assert not spelled(talk)
