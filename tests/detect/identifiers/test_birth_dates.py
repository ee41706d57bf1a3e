"""A date of birth is a mention of its own, in every form that people write or say; no other date is."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.records import Context, DetectionRule

DATES = (
    ("with my birthday and everything, the 9th of October 78.", "the 9th of October 78"),
    ("with my birthday and everything the ninth of october seventy eight", "the ninth of october seventy eight"),
    ("I was born on March 3rd, 1985.", "March 3rd, 1985"),
    ("Her date of birth is 12/04/1991, I think.", "12/04/1991"),
    ("date of birth: 1991-04-12", "1991-04-12"),
    ("DOB 12.4.91 and the name", "12.4.91"),
    ("her birthday is the twenty first of may", "the twenty first of may"),
    ("His birthday is May 21st, so call before.", "May 21st"),
    ("Born on the third of July nineteen ninety two, in Lyon.", "the third of July nineteen ninety two"),
    ("The sixth of June is her birthday.", "The sixth of June"),
    ("March 3rd, 1985, that's my birthday", "March 3rd, 1985"),
    ("Berberth Day is the 14th of March, 1986.", "the 14th of March, 1986"),
    ("her berth day is march fourteenth nineteen eighty six", "march fourteenth nineteen eighty six"),
    ("he was born in 1984", "1984"),
    ("my wife was born in nineteen eighty four", "nineteen eighty four"),
    ("year of birth: 1979", "1979"),
    ("she was born in April", "April"),
    ("his birthdate is the second of february two thousand and four", "the second of february two thousand and four"),
)
OTHERS = (
    "The release is on March 3rd, 2027.",
    "We wrote it in March 1999.",
    "The project was born in 2019.",
    "The birthday field is empty for all of them.",
    "It reads the date of birth wrongly, one of ten rows is a month off.",
    "That idea was born in a meeting.",
    "We deploy on the 9th of October.",
    "He was born in Poznan",
)


@pytest.mark.parametrize(("text", "date"), DATES)
def test_a_date_of_birth_is_found_whole(text: str, date: str) -> None:
    matches = [match for match in find(text, Context()) if match.rule is DetectionRule.DATE_OF_BIRTH]
    assert [match.text for match in matches] == [date]


@pytest.mark.parametrize("text", OTHERS)
def test_other_dates_stay(text: str) -> None:
    assert not [match for match in find(text, Context()) if match.rule is DetectionRule.DATE_OF_BIRTH]
