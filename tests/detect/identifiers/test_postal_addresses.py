"""A postal address is one mention, from the house number to the city."""

from __future__ import annotations

import pytest

from pipeline.detect.engine import find
from pipeline.detect.identifiers.phone_numbers import number_label
from pipeline.records import Context, DetectionRule, KnownPerson

ADDRESSES = (
    ("Please send it to 418 Larks Berlin in Boulder, Colorado, 80302.", "418 Larks Berlin in Boulder, Colorado, 80302"),
    ("Apartment for B. Portland, Oregon, 97201, it is.", "Portland, Oregon, 97201"),
    ("Our ship address is 41 Winslow Terrace, Austin.", "41 Winslow Terrace, Austin"),
    ("We live at 41 Tamsin Grove, Austin, Texas 78701.", "41 Tamsin Grove, Austin, Texas 78701"),
    ("send it to forty one Tamsin Grove Austin", "forty one Tamsin Grove Austin"),
    ("the office is at 12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris"),
    ("Ship it to Hauptstraße 12, 10115 Berlin please", "Hauptstraße 12, 10115 Berlin"),
    (
        "it is 1600 Larkspur Avenue NW, Suite 300, Washington, DC 20500, attention Ana",
        "1600 Larkspur Avenue NW, Suite 300, Washington, DC 20500",
    ),
    (
        "we are at 221B Corvane Street, London NW1 6XE, on the third floor",
        "221B Corvane Street, London NW1 6XE, on the third floor",
    ),
    (
        "deliver to seventeen fifty two Larkspur Lane, apartment four B, Portland, Oregon nine seven two oh one",
        "seventeen fifty two Larkspur Lane, apartment four B, Portland, Oregon nine seven two oh one",
    ),
    ("I am at 41 Halcyon, Austin", "41 Halcyon, Austin"),
    ("41 Tamsin Berg, Austin", "41 Tamsin Berg, Austin"),
    ("my address is 41 Winslow, Austin", "41 Winslow, Austin"),
    ("Our farm is at 4 Main Street", "4 Main Street"),
    ("we live at forty one winslow terrace austin", "forty one winslow terrace austin"),
    (
        "my address is seventeen larkspur lane apartment four b in portland nine seven two oh one",
        "seventeen larkspur lane apartment four b in portland nine seven two oh one",
    ),
    ("Flat 3, 12 Corvane Gardens, Leeds LS2 9JT, please.", "Flat 3, 12 Corvane Gardens, Leeds LS2 9JT"),
    ("Our office is at 4 Harbour View, second floor.", "4 Harbour View, second floor"),
    ("Forty-one Tamsin Grove in Austin is where I live.", "Forty-one Tamsin Grove in Austin"),
    ("calle Mayor 14, 28013 Madrid", "calle Mayor 14, 28013 Madrid"),
    ("10 5th Avenue, New York, NY 10011", "10 5th Avenue, New York, NY 10011"),
)
NO_ADDRESSES = (
    "We had 41 Kubernetes clusters in Austin.",
    "At 3 Street level the 5 Drive bays and 12 Road maps.",
    "we run forty one pods on our way to austin",
    "it takes twenty minutes drive",
    "There are 3 Google Drive folders and 2 Event Loop threads.",
    "version 2 Cloud Drive, Kubernetes and Postgres",
    "In 2024 Main Street banks used it, and 3 Wall Street firms.",
    "We have 3 Macs, Austin has 2.",
    "a two way street and a four lane road",
    "upgrade to 5 Pods, Kubernetes does the rest",
)


@pytest.mark.parametrize(("text", "address"), ADDRESSES)
def test_an_address_goes_as_one(text: str, address: str) -> None:
    (found,) = [match for match in find(text, Context()) if match.label == "ADDRESS"]
    assert (found.text, found.rule) == (address, DetectionRule.POSTAL_ADDRESS)
    others = [match for match in find(text, Context()) if match.start_char < found.end_char > match.end_char]
    assert [match for match in others if match.start_char >= found.start_char] == [], "no part of it is another mention"


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address(text: str) -> None:
    assert [match.text for match in find(text, Context()) if match.label == "ADDRESS"] == []


def test_a_list_behind_a_street_stays_a_list() -> None:
    matches = find("I asked at 41 Tamsin Grove, Ana, Ben, Carl and Dora came.", Context())
    assert [match.text for match in matches if match.label == "PERSON"] == ["Ana", "Ben", "Carl", "Dora"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He lives at 41 Elm Street, Tobias Berg told me.", "Tobias Berg"),
        ("Ship it to 7 Mill Lane, Karsten Wolff, please.", "Karsten Wolff"),
        ("She lives at 5 King Street in Leeds, Dana Whitfield.", "Dana Whitfield"),
        ("Room 12, 5 King Street, Priya Raman, 10115 Berlin.", "Priya Raman"),
        ("The office is at 12 Harbour Road, Veltra Foods.", "Veltra Foods"),
    ],
)
def test_who_is_named_behind_an_address_is_decided_about_apart(text: str, name: str) -> None:
    """Who keeps the address of their own office has not kept the name of whom they speak to."""
    matches = find(text, Context())
    assert "ADDRESS" in {match.label for match in matches}
    assert name in {match.text for match in matches}


def test_a_listed_name_in_an_address_stays_a_finding_of_its_own() -> None:
    context = Context(participants=(KnownPerson(name="Tamsin Grove"),))
    matches = find("We live at 41 Tamsin Grove, Austin.", context)
    assert {match.rule for match in matches} >= {DetectionRule.KNOWN_NAME, DetectionRule.POSTAL_ADDRESS}


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("My number is 512 555 0143, call me after three.", "PHONE"),
        ("you can reach me at five one two five five five oh one four three", "PHONE"),
        ("My customer number is 512 555 0143.", "ACCOUNT"),
        ("customer number five five oh two five five oh three", "ACCOUNT"),
        ("For our contract my direct line is five one two, five five five, oh one four three.", "PHONE"),
        ("our customer can be reached on five one two five five five oh one four three", "PHONE"),
        ("My cell number is 4417.", "PHONE"),
        ("my direct number is 0 1 7 1 2 3 4 5 6 7 8", "PHONE"),
        ("the ticket number is 1 2 3 4 5 6 7 8", "ACCOUNT"),
        ("plus four nine one seven oh one two three four five six seven", "PHONE"),
        ("my number is 441902", "NUMBER"),
    ],
)  # fmt: skip
def test_a_number_is_called_what_the_words_before_it_say(text: str, label: str) -> None:
    assert [match.label for match in find(text, Context())] == [label]


@pytest.mark.parametrize(
    "cue", ["call me on", "my account is", "my card is", "it was", "my number is", "ticket number"]
)
@pytest.mark.parametrize(
    "number",
    [
        "five one two five five five oh one four three",
        "512 555 0143",
        "+49 170 1234567",
        "four four one nine oh two two",
    ],
)
def test_whatever_it_is_called_it_is_found_from_end_to_end(cue: str, number: str) -> None:
    matches = find(f"{cue} {number} okay", Context())
    start = len(cue) + 1
    covered = {at for match in matches for at in range(match.start_char, match.end_char)}
    digits = [at for at, char in enumerate(number, start=start) if char.isalnum()]
    assert set(digits) <= covered


def test_the_form_tells_where_no_word_does() -> None:
    assert number_label("5125550143", (), ("US",)) == "PHONE"
    assert number_label("5125550143", ()) == "NUMBER"
    assert number_label("+4915112345678", ()) == "PHONE"
    assert number_label("4012888888881881", ()) == "CARD"
    assert number_label("5125550143", ["ticket", "or", "call"]) == "PHONE", "the nearest word counts"
