"""Spoken addresses whose signs were misheard."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest

from pipeline.detect.engine import find
from pipeline.detect.identifiers import misheard_addresses
from pipeline.detect.identifiers.misheard_addresses import misheard_address_recognizer
from pipeline.detect.text.tokens import read
from pipeline.records import Context, KnownPerson

CONTEXT = Context(companies=("Pettifer and Crane",), participants=(KnownPerson(name="Petra Lindqvist"),))


def addresses(text: str) -> list[tuple[str, str]]:
    matches = find(text, CONTEXT)
    return [(match.text, match.label) for match in matches if match.rule == "spoken address"]


@pytest.mark.parametrize(
    ("text", "address", "label"),
    [
        (
            "It is on hooks, not stage, not pettifer, not an ample.",
            "hooks, not stage, not pettifer, not an ample",
            "HOST",
        ),
        ("Write to account that Pettifer not an example.", "account that Pettifer not an example", "EMAIL"),
        ("We have kiln dot fisherrow not example open.", "kiln dot fisherrow not example", "HOST"),
        ("We have kiln dot fisher row not example open.", "kiln dot fisher row not example", "HOST"),
        ("I wrote to support at brindlecask.emple and waited.", "support at brindlecask.emple", "EMAIL"),
        ("To press room at fruvaluvar.exe. Is", "press room at fruvaluvar.exe", "EMAIL"),
        ("Ask bench not intra not nadir not com.", "bench not intra not nadir not com", "HOST"),
    ],
)
def test_an_address_is_found_where_a_name_a_sign_or_three_of_them_say_so(text: str, address: str, label: str) -> None:
    assert addresses(text) == [(address, label)]


@pytest.mark.parametrize(
    "text",
    [
        "It is not this, not that, not an example.",
        "That is not an example of Pettifer.",
        "And Petra is not an example.",
        "We saw the build, not an example.",
        "We look at setup.exe and work at readme.txt now.",
        "Our team at booking.com asked.",
        "Dots are not an example. Pettifer. Not example.",
    ],
)
def test_talk_is_none(text: str) -> None:
    assert addresses(text) == []


@pytest.mark.parametrize("count", [100, 1000])
def test_a_run_of_ends_is_looked_at_in_a_time_that_grows_with_it_alone(count: int) -> None:
    starts = []
    label_start = misheard_addresses._label_start

    def counted(*place: Any) -> int:
        starts.append(place)
        return label_start(*place)

    with patch.object(misheard_addresses, "_label_start", counted):
        misheard_address_recognizer(())(read("example dot " * count))
    assert len(starts) <= 20 * count


def test_a_label_of_a_host_has_63_letters_at_most() -> None:
    whole, too_long = f"a{'-a' * 31}", f"a{'-a' * 400}"
    assert addresses(f"I wrote to support at {whole}.emple and") == [(f"support at {whole}.emple", "EMAIL")]
    assert addresses(f"I wrote to support at {too_long}.emple and") == []
