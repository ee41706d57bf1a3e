"""How names are said."""

from __future__ import annotations

import pytest

from pipeline.speech.pronunciation.pronounce import Pronouncer
from pipeline.speech.pronunciation.verbalize import as_written_abroad, number, spelled, spoken_words


def said(pronouncer: Pronouncer, text: str, *, name: bool = True) -> list[str]:
    return [" ".join(phones) for phones in pronouncer.phrase(text, name=name)]


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("falcon", "F AE L K AH N"),
        ("Raman", "R AA M AH N"),
        ("Tomasz", "T OW M AA SH"),
        ("Brightwater", "B R AY T W AO T ER"),
        ("Łukasz", "L UW K AA SH"),
        ("AWS", "EY D AH B AH L Y UW EH S"),
        ("gRPC", "JH IY AA R P IY S IY"),
        ("Falcon's", "F AE L K AH N Z"),
        ("Halcyon Freight", "HH AE L S IY AH N F R EY T"),
        ("a.b", "EY D AA T B IY"),
    ],
)
def test_a_plausible_pronunciation_is_among_those_given(pronouncer: Pronouncer, text: str, phones: str) -> None:
    assert phones in said(pronouncer, text)


def test_the_dictionary_goes_first_and_the_number_of_ways_is_bounded(pronouncer: Pronouncer) -> None:
    assert said(pronouncer, "Falcon")[0] == "F AE L K AH N"
    assert len(said(pronouncer, "Wojciech Szczepan Okafor Xiaoming Nguyen Raman")) <= 6


@pytest.mark.parametrize("text", ["", "…", "株式会社", "  "])
def test_what_cannot_be_said_has_no_pronunciation(pronouncer: Pronouncer, text: str) -> None:
    assert said(pronouncer, text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jane.doe@acme.example", ["jane", "dot", "doe", "at", "acme", "dot", "example"]),
        ("555-0142", ["five", "five", "five", "zero", "one", "four", "two"]),
        ("Q3 2024", ["Q", "three", "twenty", "twenty", "four"]),
        ("O’Brien's", ["O'Brien's"]),
        ("Dr. No", ["Dr", "No"]),
        ("of about 1455.", ["of", "about", "fourteen", "fifty", "five"]),
        ("the 15th and the 21st", ["the", "fifteenth", "and", "the", "twenty", "first"]),
        (
            "$2,500 or 3.5%",
            ["two", "thousand", "five", "hundred", "dollars", "or", "three", "point", "five", "percent"],
        ),
        ("10.0.0.1", ["ten", "dot", "zero", "dot", "zero", "dot", "one"]),
        ("i.e. U.S. talk", ["i", "e", "U", "S", "talk"]),
    ],
)
def test_signs_and_numbers_become_words(text: str, words: list[str]) -> None:
    assert spoken_words(text) == words


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("7", "seven"),
        ("40", "forty"),
        ("07", "zero seven"),
        ("500", "five hundred"),
        ("212", "two one two"),
        ("1999", "nineteen ninety nine"),
        ("1900", "nineteen hundred"),
        ("1905", "nineteen zero five"),
        ("2000", "two thousand"),
        ("2007", "two thousand seven"),
        ("94110", "nine four one one zero"),
        ("9" * 5000, " ".join(["nine"] * 5000)),
    ],
)
def test_numbers(digits: str, words: str) -> None:
    assert " ".join(number(digits)) == words


def test_spelling_and_reading_by_rule() -> None:
    assert spelled("Hi") == ("EY", "CH", "AY")
    assert ("T", "OW", "M", "AA", "SH") in as_written_abroad("Tomasz")
