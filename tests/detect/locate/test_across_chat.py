"""A listed name that begins in one message of the chat and ends in the next is found in both."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.detect import detect
from pipeline.records import ChatLine, Context, Term, TextPlace, Transcript
from pipeline.settings import DetectSettings
from tests.store.making import session

KNOWN = Context(terms=(Term(text="Halcyon Freight", kind="company"),))


def hidden(*lines: tuple[str | None, float, str]) -> list[str]:
    """The messages without what was found in them."""
    chat = tuple(ChatLine(at_s=at_s, participant_id=who, text=text) for who, at_s, text in lines)
    here = replace(session(), chat=chat, captions=(), title="", participants=())
    found = detect(here, Transcript(engine="by hand", words=()), KNOWN, settings=DetectSettings())
    left = [line.text for line in chat]
    for finding in found:
        if isinstance(place := finding.place, TextPlace) and place.surface == "chat":
            text = left[place.index]
            gap = "_" * (place.end_char - place.start_char)
            left[place.index] = text[: place.start_char] + gap + text[place.end_char :]
    return left


@pytest.mark.parametrize("between", [(), (("p2", 4.0, "hm"),), (("p2", 4.0, "hm"), (None, 5.0, "who is it"))])
@pytest.mark.parametrize(
    ("first", "second"), [("we are Halcyon", "Freight now"), ("we are HALCYON", "fre\u00adight now")]
)
def test_a_name_over_two_messages_of_one_person_is_found_in_both(
    first: str, second: str, between: tuple[tuple[str | None, float, str], ...]
) -> None:
    left = hidden(("p1", 1.0, first), *between, ("p1", 8.0, second))
    assert (left[0], left[-1]) == ("we are _______", f"{'_' * len(second.removesuffix(' now'))} now")


def test_a_name_over_a_line_break_within_a_message_is_found() -> None:
    assert hidden(("p1", 1.0, "we are Halcyon\nFreight now")) == ["we are _______________ now"]


def test_two_people_and_a_long_while_make_no_name() -> None:
    assert hidden(("p1", 1.0, "a halcyon"), ("p2", 2.0, "freight is late"))[1] == "freight is late"
    assert hidden(("p1", 1.0, "a halcyon"), ("p1", 200.0, "freight is late"))[1] == "freight is late"


def test_a_no_that_is_typed_takes_out_what_its_writer_asked_for_just_before() -> None:
    left = hidden(
        ("p1", 1.0, "We need single sign on before we can buy more seats."),
        ("p1", 8.0, "please don't quote me on that"),
    )
    assert not any(char.isalpha() for line in left for char in line), left
